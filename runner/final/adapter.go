package final

import (
	"context"
	"fmt"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/tasks"
)

// Adapter trains the student of a scored trial again, from the rows and the seed of its
// first final score, and leaves the adapter in the folder to. It opens no private set.
// An adapter with another digest than the one that was scored is an error.
func (s *Scorer) Adapter(ctx context.Context, dir record.Trial, task tasks.Task, to string) (record.Score, error) {
	state, err := dir.Load()
	if err != nil {
		return record.Score{}, err
	}
	if err := s.sameStudentAndTask(state.Spec, task); err != nil {
		return record.Score{}, err
	}
	final := dir.Final(1)
	if state.Best == 0 || !disk.Exists(string(final.Score())) {
		return record.Score{}, results.Bad(fmt.Errorf("trial %s has no scored submission, so that no student was trained for it", state.Spec.TrialID), "autodatabench show says how the trial ended")
	}
	score, err := final.Score().Read()
	if err != nil {
		return score, err
	}
	if score.Training == nil {
		return score, results.Bad(fmt.Errorf("trial %s: the training of its final score failed: %s", state.Spec.TrialID, score.Detail))
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
			Hint: "the same machine, versions and number of GPUs give the same adapter",
		}
	}
	return score, nil
}
