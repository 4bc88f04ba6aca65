package final

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/runner"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/private"
)

// Rounds scores every submission of the sealed trial in dir that has a public
// score on the private set too, in final/rounds/<attempt>/score.json: what
// accuracy the agent's submissions had that were not chosen. It takes the
// adapter that had the public score, or trains it again with the same seed; the
// final score is of another seed, so that the two differ by training noise. No
// ranking reads these scores.
func (s *Scorer) Rounds(ctx context.Context, dir string, task tasks.Task) error {
	if err := runner.Sealed(dir); err != nil {
		return err
	}
	state, err := runner.Load(dir)
	if err != nil {
		return err
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

func roundFolder(dir string, n int) string {
	return filepath.Join(dir, "final", "rounds", strconv.Itoa(n))
}

func (s *Scorer) round(ctx context.Context, dir string, state *results.Trial, n int, task tasks.Task) error {
	rows, err := submitted(dir, state, n)
	if err != nil {
		return err
	}
	recipe := state.Spec.Protocol.Recipe
	adapter, seed, err := runner.Trained(s.Root, state.Spec, rows)
	if err != nil {
		return err
	}
	at := roundFolder(dir, n)
	if adapter == "" {
		return s.Submission(ctx, at, task, recipe, rows, seed)
	}
	terms := s.terms(task, recipe)
	if done, err := kept(filepath.Join(at, "score.json"), terms); done || err != nil {
		return err
	}
	items, err := private.Open(s.PrivateRoot, task)
	if err != nil {
		return err
	}
	return s.predict(ctx, at, adapter, task, items, Score{Valid: true, Terms: terms, Seed: seed})
}

// ReadRounds reads the private scores of the trial's attempts, as far as
// [Scorer.Rounds] has made them.
func ReadRounds(dir string, state *results.Trial) (map[int]results.Score, error) {
	scores := map[int]results.Score{}
	for _, a := range state.Attempts {
		path := filepath.Join(roundFolder(dir, a.N), "score.json")
		if !disk.Exists(path) {
			continue
		}
		var score Score
		if err := disk.ReadJSON(path, &score); err != nil {
			return nil, err
		}
		scores[a.N] = score.Private
	}
	return scores, nil
}
