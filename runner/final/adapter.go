package final

import (
	"context"
	"fmt"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/tasks"
)

// Adapter trains the student of a scored trial again, from the rows of its final score
// with the seed k (from 1), and leaves the adapter in the folder to. It opens no private
// set. An adapter with another digest than the one that was scored is an error.
func (s *Scorer) Adapter(ctx context.Context, dir record.Trial, k int, task tasks.Task, to string) (record.Score, error) {
	state, err := dir.Load()
	if err != nil {
		return record.Score{}, err
	}
	if err := s.sameStudentAndTask(state.Spec, task); err != nil {
		return record.Score{}, err
	}
	final, score, err := finalOf(dir, k)
	if err != nil {
		return score, err
	}
	rows, err := final.Rows().Read()
	if err != nil {
		return score, err
	}
	training, _ := follow(ctx)
	report, err := s.Student.Train(ctx, score.Terms.Recipe, rows, score.Seed, to, training)
	if err != nil {
		return score, err
	}
	if report.Digest != score.Training.Digest {
		return score, &results.Error{
			Kind: results.Verification,
			Err:  fmt.Errorf("trial %s: the adapter trained now has the digest %.12s, the scored one had %.12s", state.Spec.TrialID, report.Digest, score.Training.Digest),
			Hint: "the same machine, versions and number of GPUs give the same adapter, but for one that was trained in a pass with others: keep_adapters keeps those",
		}
	}
	return score, nil
}

// finalOf is the trial's final score with the seed k (from 1), which has a training.
func finalOf(dir record.Trial, k int) (final record.Final, score record.Score, err error) {
	state, err := dir.Load()
	if err != nil {
		return "", score, err
	}
	if state.Best == 0 || !disk.Exists(string(dir.Final(1).Score())) {
		return "", score, results.Bad(fmt.Errorf("trial %s has no scored submission, so that no student was trained for it", state.Spec.TrialID), "autodatabench show says how the trial ended")
	}
	if seeds := state.Spec.Protocol.FinalSeeds; k < 1 || k > seeds {
		return "", score, results.Bad(fmt.Errorf("trial %s has final seeds from 1 to %d, and no %d", state.Spec.TrialID, seeds, k))
	}
	final = dir.Final(k)
	if score, err = final.Score().Read(); err != nil {
		return "", score, err
	}
	if score.Training == nil {
		return "", score, results.Bad(fmt.Errorf("trial %s: the training of its final score failed: %s", state.Spec.TrialID, score.Detail))
	}
	return final, score, nil
}
