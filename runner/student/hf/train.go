package hf

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/runner/student/checkpoint"
)

// pair is a row as the worker takes it.
type pair struct {
	Prompt string `json:"prompt"`
	Output string `json:"output"`
}

// Train implements [student.Trainer].
func (s *Student) Train(ctx context.Context, recipe results.Recipe, rows []results.Row, seed int64, dir string, progress func(student.Progress)) (results.TrainReport, error) {
	job, err := s.training(recipe, rows, seed, dir)
	if err != nil {
		return results.TrainReport{}, err
	}
	c := course{report: results.TrainReport{Rows: len(rows)}, progress: progress}
	ended, err := s.job(ctx, job, func(e event) error {
		if e.Event != "step" {
			return fmt.Errorf("sent %q in a training", e.Event)
		}
		s.pay(ctx, e.Tokens-c.report.Tokens, 0, 0)
		c.step(e)
		return nil
	})
	if err != nil {
		return c.report, fmt.Errorf("train: %w", err)
	}
	return c.done(ended, dir)
}

// training is what the worker gets of a training.
func (s *Student) training(recipe results.Recipe, rows []results.Row, seed int64, dir string) (map[string]any, error) {
	if err := s.CheckRecipe(recipe); err != nil {
		return nil, results.Bad(fmt.Errorf("train: %w", err))
	}
	if len(rows) == 0 {
		return nil, results.Bad(errors.New("train: no rows"))
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, results.Infra(fmt.Errorf("train: %w", err))
	}
	pairs := make([]pair, len(rows))
	for i, row := range rows {
		pairs[i] = pair{row.Prompt(), row.Output}
	}
	return map[string]any{"op": "train", "recipe": recipe, "rows": pairs, "seed": seed, "dir": dir, "name": s.cfg.Model.Name}, nil
}

// course takes the events of a training into its report.
type course struct {
	report   results.TrainReport
	progress func(student.Progress)
}

func (c *course) step(e event) {
	if e.Step == 1 {
		c.report.FirstLoss = e.Loss
	}
	c.report.LastLoss, c.report.Updates, c.report.Tokens = e.Loss, e.Step, e.Tokens
	c.report.Measured.Seconds, c.report.Measured.PeakMemory = e.Seconds, e.Memory
	if c.progress != nil {
		c.progress(student.Progress{
			Step: e.Step, Total: e.Total, Loss: e.Loss, LearningRate: e.Rate,
			TokensPerSecond: student.Rate(e.Tokens, e.Seconds), PeakMemory: e.Memory,
		})
	}
}

// done is the report of a training whose adapter is in dir.
func (c *course) done(e event, dir string) (report results.TrainReport, err error) {
	c.report.Trainable, c.report.Measured.PeakMemory, c.report.Measured.StartSeconds = e.Trainable, e.Memory, e.started
	c.report.Digest, err = checkpoint.DigestAdapter(dir)
	return c.report, err
}
