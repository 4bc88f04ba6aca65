package verify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner"
	"github.com/autodatabench/autodatabench/runner/final"
)

// again trains and scores trials again.
func (v *Verifier) again(ctx context.Context) error {
	if v.Again == nil {
		v.report.add(Trainings, v.in(""), Trusted, "no training was made again")
		return nil
	}
	scorer := &final.Scorer{Student: v.Again.Student, Identity: v.Again.Identity, PrivateRoot: v.PrivateRoot}
	sample := drawn(v.trainings(), v.Bundle.Digest+v.Again.Nonce, v.Again.Sample)
	v.report.Retrained, v.report.Trainings, v.report.Nonce = len(sample), len(v.trainings()), v.Again.Nonce
	bases := map[results.Domain]bool{}
	for _, id := range sample {
		task, ok := v.Again.Tasks[id.Domain]
		if !ok || task.Digest != v.lock.Tasks[id.Domain] || v.Again.Identity.Digest != v.lock.Student.Digest {
			v.report.add(Trainings, id.Path(), Trusted, "this program does not have the trial's student or task")
			continue
		}
		if _, done := bases[id.Domain]; !done {
			v.say("base student on " + string(id.Domain))
			f := v.Bundle.Root.Base(id.Domain)
			same, err := v.one(ctx, f, v.in(string(f)), func(was record.Score) (record.Score, error) { return scorer.Again(ctx, task, nil, was) })
			if err != nil {
				return err
			}
			bases[id.Domain] = same
		}
		same, err := v.trialAgain(ctx, scorer, id)
		if err != nil {
			return err
		}
		if same && bases[id.Domain] {
			v.report.Reproduced++
		}
	}
	if left := len(v.trainings()) - len(sample); left > 0 {
		v.report.add(Trainings, v.in(""), Trusted, "%d trials were not drawn for another training", left)
	}
	return nil
}

// trainings are the trials whose score is of a training: neither cancelled nor without a
// valid submission.
func (v *Verifier) trainings() (ids []results.TrialID) {
	for _, o := range v.report.Outcomes {
		if o.Kind == results.OfAgent && !o.Cancelled() && o.Valid {
			ids = append(ids, o.TrialID)
		}
	}
	return ids
}

func (v *Verifier) trialAgain(ctx context.Context, scorer *final.Scorer, id results.TrialID) (bool, error) {
	dir := v.Bundle.Root.Trial(id)
	state, err := dir.Load()
	if err != nil {
		return false, nil // told before
	}
	rows, err := runner.SubmittedRows(dir, state, state.Best)
	if err != nil {
		return false, nil
	}
	all := true
	for k := 1; k <= state.Spec.Protocol.FinalSeeds; k++ {
		v.say("training of " + id.String())
		same, err := v.one(ctx, dir.Final(k), v.in(string(dir.Final(k))), func(was record.Score) (record.Score, error) {
			was.Seed = runner.Derive(state.Spec.Seed, "final", k)
			return scorer.Again(ctx, v.Again.Tasks[id.Domain], rows, was)
		})
		if err != nil {
			return false, err
		}
		all = all && same
	}
	return all, nil
}

// one makes the score in the folder again and compares.
func (v *Verifier) one(ctx context.Context, f record.Final, place string, again func(record.Score) (record.Score, error)) (bool, error) {
	was, err := f.Score().Read()
	if err != nil {
		return v.report.check(Trainings, place, v.local(err), ""), nil
	}
	now, err := again(was)
	if cause := context.Cause(ctx); cause != nil {
		return false, cause
	}
	var known *results.Error
	if errors.As(err, &known) && known.Kind == results.BadInput {
		v.report.add(Trainings, place, Trusted, "%s", oneLine(err))
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("train again for %s: %w", place, err)
	}
	return v.compare(place, was, now), nil
}

// compare says whether a score that was made again is the one that was, to the byte. Where
// other programs computed it, one within the noise is neither confirmed nor refuted.
func (v *Verifier) compare(place string, was, now record.Score) bool {
	if was.Predictions == now.Predictions && was.Private.Correct == now.Private.Correct {
		v.report.add(Trainings, place, Verified, "made again: the answers are the same to the byte")
		return true
	}
	differ := apart(was.Private.Items, now.Private.Items)
	said := fmt.Sprintf("%d of %d correct, here %d; %d answers have another verdict", was.Private.Correct, was.Private.Total, now.Private.Correct, differ)
	if was.Terms.Arithmetic == v.Again.Identity.Arithmetic {
		v.report.add(Trainings, place, Failed, "made again with the same programs, it comes out otherwise: %s", said)
		return false
	}
	if most := Noise(now.Private); math.Abs(float64(was.Private.Correct-now.Private.Correct)) > most {
		v.report.add(Trainings, place, Failed, "made again with %s, it comes out otherwise by more than the noise of %.0f answers: %s", v.Again.Identity.Arithmetic, most, said)
		return false
	}
	v.report.add(Trainings, place, Trusted, "made again with %s in place of %s, within the noise of %.0f answers, which its author may have used: %s",
		v.Again.Identity.Arithmetic, was.Terms.Arithmetic, Noise(now.Private), said)
	return false
}

// Noise is by how many right answers two trainings may differ that round differently:
// three standard errors of the difference of two independent draws of answers. It is a
// wide bound; bench/doc/submit.md has the differences that were measured.
func Noise(s results.Score) float64 {
	p, n := s.Accuracy(), float64(s.Total)
	return math.Ceil(3 * math.Sqrt(2*n*p*(1-p)))
}

func apart(a, b results.Items) (n int) {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			n++
		}
	}
	return n + max(len(a), len(b)) - min(len(a), len(b))
}

// drawn are n of the trials, chosen by the text, of which an author knows no part
// beforehand; all for n of 0.
func drawn(ids []results.TrialID, by string, n int) []results.TrialID {
	slices.SortFunc(ids, func(a, b results.TrialID) int {
		return cmp.Or(strings.Compare(disk.Digest([]byte(by+a.Path())), disk.Digest([]byte(by+b.Path()))), strings.Compare(a.Path(), b.Path()))
	})
	if n > 0 {
		ids = ids[:min(n, len(ids))]
	}
	return ids
}
