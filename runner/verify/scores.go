package verify

import (
	"errors"
	"fmt"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner"
	"github.com/autodatabench/autodatabench/runner/final"
)

// base checks the untrained student's scores on the domain.
func (v *Verifier) base(d results.Domain) {
	root := v.Bundle.Root
	if task, ok := v.task(d); ok {
		file := root.BasePublic(d)
		kept, err := file.Read()
		if err == nil {
			err = judge(task, kept)
		}
		v.report.check(Public, v.in(string(file)), v.local(err), "%d answers of the base student, judged again", len(kept.Judged))
	}
	place := v.in(string(root.Base(d)))
	score, err := v.scores.Base(d)
	if err == nil && (score.Terms.Student != v.lock.Student.Digest || score.Terms.Task != v.lock.Tasks[d]) && score.Terms != (record.Terms{}) {
		err = errors.New("it is of another student or task than the experiment's")
	}
	if v.report.check(Scores, place, v.local(err), "%d of %d correct, counted again", score.Private.Correct, score.Private.Total) {
		v.judged[d] = v.private(d, root.Base(d), score, place)
	}
}

// finals checks that a trial's scores are of the rows, seeds and terms that they must be
// of, and judges their answers again.
func (v *Verifier) finals(dir record.Trial, state *results.Trial, place string) {
	if state.End == results.EndCancelled {
		v.report.add(Scores, place, Verified, "its user cancelled it, so that it has no score and its row no rank")
		v.report.Judged++ // there is nothing to judge
		return
	}
	if state.Best == 0 {
		v.report.add(Scores, place, Verified, "no submission was valid, so that the student stays as it was")
		v.report.Judged++
		return
	}
	rows, err := runner.SubmittedRows(dir, state, state.Best)
	if err != nil {
		v.report.check(Scores, place, v.local(err), "")
		return
	}
	decided := []any{state.Spec.AgentDigest, state.Spec.Workflow, state.Spec.Setting, state.Spec.TaskDigest, state.Spec.StudentDigest, state.Spec.Protocol, state.Spec.Seed, rows}
	if digest, err := disk.DigestOf(decided); err == nil {
		v.report.Trained[place] = digest
	}
	all := true
	for k := 1; k <= state.Spec.Protocol.FinalSeeds; k++ {
		f := dir.Final(k)
		at := v.in(string(f))
		score, err := v.scores.Final(dir, state.Spec.TrialID, k)
		if err == nil {
			err = finalTerms(f, score, state.Spec, rows, k)
		}
		if !v.report.check(Scores, at, v.local(err), "%d of %d correct, counted again; rows, seed, recipe and student as they must be",
			score.Private.Correct, score.Private.Total) {
			all = false
			continue
		}
		all = v.private(state.Spec.Domain, f, score, at) && all
	}
	if all && v.judged[state.Spec.Domain] {
		v.report.Judged++
	}
	if rounds, err := v.scores.Rounds(dir, state); err != nil || len(rounds) > 0 {
		v.report.check(Scores, place, v.local(err), "private scores of %d attempts, counted again; no ranking reads them", len(rounds))
	}
}

// finalTerms compares a final score with what decides it.
func finalTerms(f record.Final, score record.Score, s results.Spec, rows []results.Row, k int) error {
	kept, err := f.Rows().Read()
	if err != nil {
		return err
	}
	err = same("set of rows than the chosen submission's", rows, kept)
	if score.Seed != runner.Derive(s.Seed, "final", k) {
		err = errors.Join(err, errors.New("it is of another seed than follows from the trial's"))
	}
	if t := score.Terms; t != (record.Terms{}) && (t.Recipe != s.Protocol.Recipe || t.Arithmetic != s.Arithmetic) {
		err = errors.Join(err, errors.New("it is of another recipe or arithmetic than the trial's"))
	}
	return err
}

// private judges the answers behind a private score again, if they and the set are at
// hand.
func (v *Verifier) private(d results.Domain, f record.Final, score record.Score, place string) bool {
	task, known := v.task(d)
	file := f.Predictions()
	switch {
	case !disk.Exists(string(file)):
		v.report.add(Private, place, Trusted, "the predictions are not in the bundle; the log has their digests, and the score says which are correct")
		return false
	case !known || !final.Has(v.PrivateRoot, task):
		v.report.add(Private, place, Trusted, "the private set of %s is not at hand", d)
		return false
	}
	if score.Failure != "" {
		v.report.add(Private, place, Verified, "the student answered nothing: %s", score.Failure)
		return true
	}
	judged, err := file.Read()
	if err == nil {
		var counted results.Score
		if counted, err = final.Judge(v.PrivateRoot, task, judged); err == nil && (counted.Items != score.Private.Items && score.Private.Items != "" || counted.Correct != score.Private.Correct) {
			err = fmt.Errorf("the score says %d of %d correct, its answers %d of %d", score.Private.Correct, score.Private.Total, counted.Correct, counted.Total)
		}
	}
	return v.report.check(Private, place, v.local(err), "%d answers, judged again", len(judged))
}
