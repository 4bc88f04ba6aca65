// Package final scores sealed trials: it trains the student afresh on the
// chosen submission and evaluates it on the private set (protocol.md section 8).
//
// It is the only package between the loop and the private items, and it scores only
// trials whose seal still holds; before the first of them it looks whether the
// sets can be used at all, and keeps nothing of them. It never changes what the
// seal covers: all it writes is below final/ in the trial folder and below base/
// in the experiment's. It enters each score into the experiment's log after the
// files of the score; a score that the log does not have is made again.
package final

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"slices"
	"sync"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/private"
)

// Scorer scores the trials of one experiment.
type Scorer struct {
	Root     record.Experiment
	Scores   *record.Scores // of Root
	Student  runner.Student
	Identity results.Identity // of Student

	PrivateRoot string // of the private sets of task folders

	// Fits says why questions that leave room for an answer of so many tokens do not fit
	// the student; nil: all do.
	Fits func(questions []string, answer int) error

	Keep Keep // which adapters stay in Root
	base sync.Mutex
}

// Ready refuses tasks whose private sets no score could use, and tasks with questions
// that the student's window has no room for, so that no trial is run in vain.
func (s *Scorer) Ready(list iter.Seq[tasks.Task]) error {
	for task := range list {
		items, err := private.Open(s.PrivateRoot, task)
		if err != nil {
			return err
		}
		if s.Fits == nil {
			continue
		}
		var questions []string
		for _, item := range slices.Concat(task.Public, items) {
			questions = append(questions, item.Question)
		}
		if err := s.Fits(questions, task.Brief.Sampling.MaxTokens); err != nil {
			return fmt.Errorf("task %s: %w", task.Name, err)
		}
	}
	return nil
}

// Trial scores the sealed trial in dir, unless it is scored, and returns its
// outcome.
func (s *Scorer) Trial(ctx context.Context, dir record.Trial, task tasks.Task) (results.Outcome, error) {
	if err := s.Scores.CheckSealed(dir); err != nil {
		return results.Outcome{}, err
	}
	state, err := dir.Load()
	if err != nil {
		return results.Outcome{}, err
	}
	if state.End == results.EndCancelled {
		return s.Scores.Outcome(dir)
	}
	if err := s.sameStudentAndTask(state.Spec, task); err != nil {
		return results.Outcome{}, err
	}
	if _, err := s.Base(ctx, task); err != nil {
		return results.Outcome{}, fmt.Errorf("base student on %s: %w", task.Name, err)
	}
	if state.Best != 0 {
		rows, err := runner.SubmittedRows(dir, state, state.Best)
		if err != nil {
			return results.Outcome{}, err
		}
		for k := range state.Spec.Protocol.FinalSeeds {
			b := books{
				read:  func() (record.Score, error) { return s.Scores.Final(dir, state.Spec.TrialID, k+1) },
				enter: func() error { return s.Scores.EnterFinal(state.Spec.TrialID, k+1) },
				keep:  s.Keep == KeepAll || s.Keep == KeepBest && k == 0,
			}
			seed := runner.Derive(state.Spec.Seed, "final", k+1)
			if err := s.submission(ctx, dir.Final(k+1), b, task, state.Spec.Protocol.Recipe, rows, seed); err != nil {
				return results.Outcome{}, fmt.Errorf("final score of %s: %w", state.Spec.TrialID, err)
			}
		}
	}
	return s.Scores.Outcome(dir)
}

// books are the record's way with one score: read finds the score that counts, enter
// adds the one that was made, and with keep its adapter stays.
type books struct {
	read  func() (record.Score, error)
	enter func() error
	keep  bool
}

// submission trains the student on the rows with the seed and leaves rows,
// predictions and score in dir and in the books. A score that is there under the
// same terms is kept.
func (s *Scorer) submission(ctx context.Context, dir record.Final, b books, task tasks.Task, recipe results.Recipe, rows []results.Row, seed int64) error {
	terms := s.terms(task, recipe)
	if done, err := kept(dir.Score(), b, terms); done || err != nil {
		return err
	}
	if err := s.train(ctx, dir, task, terms, rows, seed, b.keep); err != nil {
		return err
	}
	return b.enter()
}

func (s *Scorer) train(ctx context.Context, dir record.Final, task tasks.Task, terms record.Terms, rows []results.Row, seed int64, keep bool) error {
	items, err := private.Open(s.PrivateRoot, task)
	if err != nil {
		return err
	}
	if err := dir.Rows().Write(rows); err != nil {
		return err
	}
	adapter, remove, err := disk.Scratch("final-")
	if err != nil {
		return err
	}
	defer remove()
	adapter = filepath.Join(adapter, "adapter")
	score := record.Score{Valid: true, Terms: terms, Seed: seed}
	training, _ := follow(ctx)
	report, err := s.Student.Train(ctx, terms.Recipe, rows, seed, adapter, training)
	if errors.Is(err, student.ErrDiverged) {
		return failed(dir, items, "the training failed: "+err.Error(), score)
	}
	if err != nil {
		return err
	}
	score.Training = &report
	if keep {
		if err := keepAdapter(s.Root, adapter, report); err != nil {
			return err
		}
	}
	return s.predict(ctx, dir, adapter, task, items, score)
}

// Base evaluates the untrained student on the private set once an experiment; a
// score of another student or task in its place is refused.
func (s *Scorer) Base(ctx context.Context, task tasks.Task) (results.Score, error) {
	s.base.Lock()
	defer s.base.Unlock()
	dir := s.Root.Base(task.Brief.Domain)
	terms := s.terms(task, results.Recipe{})
	d := task.Brief.Domain
	done, err := kept(dir.Score(), books{read: func() (record.Score, error) { return s.Scores.Base(d) }}, terms)
	if err != nil {
		return results.Score{}, err
	}
	if !done {
		items, err := private.Open(s.PrivateRoot, task)
		if err != nil {
			return results.Score{}, err
		}
		if err := s.predict(ctx, dir, "", task, items, record.Score{Valid: true, Terms: terms}); err != nil {
			return results.Score{}, err
		}
		if err := s.Scores.EnterBase(d); err != nil {
			return results.Score{}, err
		}
	}
	score, err := s.Scores.Base(d)
	return score.Private, err
}

// predict evaluates the student, trained as adapter, on the items.
func (s *Scorer) predict(ctx context.Context, dir record.Final, adapter string, task tasks.Task, items []tasks.Item, score record.Score) error {
	_, answered := follow(ctx)
	answers, err := s.Student.Generate(ctx, adapter, runner.Questions(items), task.Brief.Sampling, answered)
	if adapter != "" && errors.Is(err, student.ErrDiverged) {
		return failed(dir, items, "the answers failed: "+err.Error(), score)
	}
	if err != nil {
		return err
	}
	judged, private := tasks.Evaluate(task.Evaluator, items, answers)
	return keep(dir, items, judged, private, score)
}

// failed records that the trained student answers nothing, and why.
func failed(dir record.Final, items []tasks.Item, why string, score record.Score) error {
	score.Failure, score.Detail = results.OtherFailure, why
	judged, private := runner.Unanswered(items, why)
	return keep(dir, items, judged, private, score)
}

// keep writes the predictions, then the score.
func keep(dir record.Final, items []tasks.Item, judged []results.Judged, private results.Score, score record.Score) error {
	correct, groups := make([]bool, len(judged)), make([]string, len(items))
	for i, j := range judged {
		correct[i] = j.Correct
	}
	for i, item := range items {
		groups[i] = item.Fields[tasks.GroupField]
	}
	private.Items, private.Groups = results.ItemsOf(correct), results.GroupsOf(groups)
	score.Private = private
	var err error
	if score.Predictions, err = dir.Predictions().Write(judged); err != nil {
		return err
	}
	return dir.Score().Write(score)
}
