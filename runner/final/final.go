// Package final scores sealed trials: it trains the student afresh on the
// chosen submission and evaluates it on the private set (protocol.md section 8).
//
// It is the only floor between the loop and the private items, and it scores only
// trials whose seal still holds; before the first of them it looks whether the
// sets can be used at all, and keeps nothing of them. It never changes what the
// seal covers: all it writes is below final/ in the trial folder and below base/
// in the experiment's.
package final

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/runner"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/runner/submission"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/private"
)

// Score is final/<seed>/score.json, and base/<domain>/score.json without the
// training.
type Score struct {
	Valid       bool                 `json:"valid"`
	Private     results.Score        `json:"private"`
	Terms       Terms                `json:"terms"`
	Seed        int64                `json:"seed,omitempty"`
	Training    *student.TrainReport `json:"training,omitempty"` // missing if it failed
	Failure     results.Failure      `json:"failure,omitempty"`  // of a student that the rows made fail: nothing is answered
	Detail      string               `json:"detail,omitempty"`
	Predictions string               `json:"predictions"` // digest of predictions.jsonl
}

// Scorer scores the trials of one experiment.
type Scorer struct {
	Root     string
	Student  runner.Student
	Identity student.Identity // of Student

	PrivateRoot string // of the private sets of task folders
	base        sync.Mutex
}

// Ready refuses tasks whose private sets no score could use, so that no trial is
// run in vain.
func (s *Scorer) Ready(list iter.Seq[tasks.Task]) error {
	for task := range list {
		if _, err := private.Open(s.PrivateRoot, task); err != nil {
			return err
		}
	}
	return nil
}

// Trial scores the sealed trial in dir, unless it is scored, and returns its
// outcome.
func (s *Scorer) Trial(ctx context.Context, dir string, task tasks.Task) (results.Outcome, error) {
	if err := runner.Sealed(dir); err != nil {
		return results.Outcome{}, err
	}
	state, err := runner.Load(dir)
	if err != nil {
		return results.Outcome{}, err
	}
	if err := s.sameStudentAndTask(state.Spec, task); err != nil {
		return results.Outcome{}, err
	}
	if _, err := s.Base(ctx, task); err != nil {
		return results.Outcome{}, fmt.Errorf("base student on %s: %w", task.Name, err)
	}
	if state.Best != 0 {
		rows, err := submitted(dir, state, state.Best)
		if err != nil {
			return results.Outcome{}, err
		}
		for k := range state.Spec.Protocol.FinalSeeds {
			at := filepath.Join(dir, "final", strconv.Itoa(k+1))
			seed := runner.Derive(state.Spec.Seed, "final", k+1)
			if err := s.Submission(ctx, at, task, state.Spec.Protocol.Recipe, rows, seed); err != nil {
				return results.Outcome{}, fmt.Errorf("final score of %s: %w", state.Spec.TrialID, err)
			}
		}
	}
	return Outcome(s.Root, dir)
}

// submitted reads the rows that attempt n submitted, which are valid.
func submitted(dir string, state *results.Trial, n int) ([]results.Row, error) {
	f, err := os.Open(runner.AttemptFile(dir, n, "submission.json"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, check := submission.Decode(f, state.Spec.Protocol.Budget)
	if !check.Valid {
		return nil, fmt.Errorf("the submission of attempt %d is not valid: %s", n, check.Problem)
	}
	return rows, nil
}

// Submission trains the student on the rows with the seed and leaves
// submission.json, predictions.jsonl and score.json in dir. A score that is
// there under the same terms is kept.
func (s *Scorer) Submission(ctx context.Context, dir string, task tasks.Task, recipe results.Recipe, rows []results.Row, seed int64) error {
	terms := s.terms(task, recipe)
	if done, err := kept(filepath.Join(dir, "score.json"), terms); done || err != nil {
		return err
	}
	items, err := private.Open(s.PrivateRoot, task)
	if err != nil {
		return err
	}
	if err := disk.WriteJSON(filepath.Join(dir, "submission.json"), rows); err != nil {
		return err
	}
	adapter, err := os.MkdirTemp("", "adb-final-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(adapter)
	adapter = filepath.Join(adapter, "adapter")
	score := Score{Valid: true, Terms: terms, Seed: seed}
	report, err := s.Student.Train(ctx, recipe, rows, seed, adapter, nil)
	if errors.Is(err, student.ErrDiverged) {
		return failed(dir, items, "the training failed: "+err.Error(), score)
	}
	if err != nil {
		return err
	}
	score.Training = &report
	return s.predict(ctx, dir, adapter, task, items, score)
}

// Base evaluates the untrained student on the private set once an experiment; a
// score of another student or task in its place is refused.
func (s *Scorer) Base(ctx context.Context, task tasks.Task) (results.Score, error) {
	s.base.Lock()
	defer s.base.Unlock()
	dir := filepath.Join(s.Root, "base", string(task.Brief.Domain), "private")
	terms := s.terms(task, results.Recipe{})
	done, err := kept(filepath.Join(dir, "score.json"), terms)
	if err != nil {
		return results.Score{}, err
	}
	if !done {
		items, err := private.Open(s.PrivateRoot, task)
		if err != nil {
			return results.Score{}, err
		}
		if err := s.predict(ctx, dir, "", task, items, Score{Valid: true, Terms: terms}); err != nil {
			return results.Score{}, err
		}
	}
	return readBase(s.Root, task.Brief.Domain)
}

// predict evaluates the student, trained as adapter, on the items.
func (s *Scorer) predict(ctx context.Context, dir, adapter string, task tasks.Task, items []tasks.Item, score Score) error {
	answers, err := s.Student.Generate(ctx, adapter, runner.Questions(items), task.Brief.Sampling, nil)
	if adapter != "" && errors.Is(err, student.ErrDiverged) {
		return failed(dir, items, "the answers failed: "+err.Error(), score)
	}
	if err != nil {
		return err
	}
	judged, private := tasks.Evaluate(task.Evaluator, items, answers)
	return record(dir, judged, private, score)
}

// failed records that the trained student answers nothing, and why.
func failed(dir string, items []tasks.Item, why string, score Score) error {
	score.Failure, score.Detail = results.OtherFailure, why
	judged, private := runner.Unanswered(items, why)
	return record(dir, judged, private, score)
}

// record writes predictions.jsonl, then score.json.
func record(dir string, judged []tasks.Judged, private results.Score, score Score) error {
	var lines []byte
	correct := make([]bool, len(judged))
	for i, j := range judged {
		correct[i] = j.Correct
		line, err := disk.Canonical(j)
		if err != nil {
			return err
		}
		lines = append(append(lines, line...), '\n')
	}
	if err := disk.WriteFile(filepath.Join(dir, "predictions.jsonl"), lines); err != nil {
		return err
	}
	private.Items = results.ItemsOf(correct)
	score.Private, score.Predictions = private, disk.Digest(lines)
	return disk.WriteJSON(filepath.Join(dir, "score.json"), score)
}

func readBase(root string, d results.Domain) (results.Score, error) {
	var score Score
	err := disk.ReadJSON(filepath.Join(root, "base", string(d), "private", "score.json"), &score)
	return score.Private, err
}

// Outcome reads the outcome of the trial in dir from its files; scores that are
// not there yet are missing from it.
func Outcome(root, dir string) (results.Outcome, error) {
	state, err := runner.Load(dir)
	if err != nil {
		return results.Outcome{}, err
	}
	base, err := readBase(root, state.Spec.Domain)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return results.Outcome{}, err
	}
	finals, err := readFinals(dir)
	if err != nil {
		return results.Outcome{}, err
	}
	return state.Outcome(base, finals), nil
}

func readFinals(dir string) ([]results.Score, error) {
	var finals []results.Score
	for k := 1; ; k++ {
		data, err := os.ReadFile(filepath.Join(dir, "final", strconv.Itoa(k), "score.json"))
		if errors.Is(err, fs.ErrNotExist) {
			return finals, nil
		}
		if err != nil {
			return nil, err
		}
		var score Score
		if err := json.Unmarshal(data, &score); err != nil {
			return nil, results.Bad("", fmt.Errorf("%s: final score %d: %w", dir, k, err))
		}
		finals = append(finals, score.Private)
	}
}
