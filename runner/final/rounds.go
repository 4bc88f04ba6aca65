package final

import (
	"context"
	"fmt"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/private"
)

// Rounds scores every submission of the sealed trial in dir that has a public
// score on the private set too, in its round folder: what
// accuracy the agent's submissions had that were not chosen. It takes the
// adapter that had the public score, or trains it again with the same seed; the
// final score is of another seed, so that the two differ by training noise. No
// ranking reads these scores.
func (s *Scorer) Rounds(ctx context.Context, dir record.Trial, task tasks.Task) error {
	if err := s.Scores.CheckSealed(dir); err != nil {
		return err
	}
	state, err := dir.Load()
	if err != nil {
		return err
	}
	if state.End == results.EndCancelled {
		return nil
	}
	if err := s.sameStudentAndTask(state.Spec, task); err != nil {
		return err
	}
	for _, a := range state.Attempts {
		if a.Public == nil || !a.Valid() {
			continue
		}
		if err := s.round(ctx, dir, state, a.N, task); err != nil {
			return fmt.Errorf("private score of %s, attempt %d: %w", state.Spec.TrialID, a.N, err)
		}
	}
	return nil
}

func (s *Scorer) round(ctx context.Context, dir record.Trial, state *results.Trial, n int, task tasks.Task) error {
	rows, err := runner.SubmittedRows(dir, state, n)
	if err != nil {
		return err
	}
	recipe := state.Spec.Protocol.Recipe
	adapter, seed, err := runner.Trained(s.Root, state.Spec, rows)
	if err != nil {
		return err
	}
	at, id := dir.Round(n), state.Spec.TrialID
	b := books{
		read:  func() (record.Score, error) { return s.Scores.Round(dir, id, n) },
		enter: func() error { return s.Scores.EnterRound(id, n) },
	}
	if adapter == "" {
		return s.submission(ctx, at, b, task, recipe, rows, seed)
	}
	terms := s.terms(task, recipe)
	if done, err := kept(at.Score(), b, terms); done || err != nil {
		return err
	}
	items, err := private.Open(s.PrivateRoot, task)
	if err != nil {
		return err
	}
	if err := s.predict(ctx, at, adapter, task, items, record.Score{Valid: true, Terms: terms, Seed: seed}); err != nil {
		return err
	}
	return b.enter()
}
