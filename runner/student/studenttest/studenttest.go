// Package studenttest checks that a back end of the student family keeps the
// contract of package student. It is for tests only.
package studenttest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/student"
)

// Student is what the suite needs of a back end.
type Student interface {
	student.Trainer
	student.Generator
}

// Rows is a small training set with one fact: every question has the same
// answer.
func Rows(n int) []results.Row {
	rows := make([]results.Row, n)
	for i := range rows {
		rows[i] = results.Row{Instruction: fmt.Sprintf("Say the word for %d.", i), Output: "seven"}
	}
	return rows
}

// Run checks a back end under a recipe that it can train with: the files that
// training leaves, its report, its determinism, its effect on answers, and how
// generation treats order, seeds, limits and cancellation.
func Run(t *testing.T, s Student, recipe results.Recipe) {
	t.Helper()
	rows := Rows(16)
	report, dir := trainOnce(t, s, recipe, rows)
	t.Run("deterministic", func(t *testing.T) {
		again, err := s.Train(t.Context(), recipe, rows, 7, filepath.Join(t.TempDir(), "again"), nil)
		if err != nil {
			t.Fatal(err)
		}
		again.Measured = report.Measured
		if diff := cmp.Diff(report, again); diff != "" {
			t.Errorf("the same training differs (-first +second):\n%s", diff)
		}
		other, err := s.Train(t.Context(), recipe, rows, 8, filepath.Join(t.TempDir(), "other"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if other.Digest == report.Digest {
			t.Error("another seed gave the same adapter")
		}
	})
	RunGenerator(t, s, dir)
	t.Run("refuses training", func(t *testing.T) { checkTrainRefusals(t, s, recipe) })
	t.Run("diverges", func(t *testing.T) {
		recipe.LearningRate, recipe.Epochs = 1e30, 4
		dir := filepath.Join(t.TempDir(), "adapter")
		if _, err := s.Train(t.Context(), recipe, rows, 7, dir, nil); !errors.Is(err, student.ErrDiverged) {
			t.Errorf("training at a rate of 1e30: error %v, want ErrDiverged", err)
		}
		if left, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(left) > 0 {
			t.Errorf("a training that diverged left %q, %v", left, err)
		}
	})
}

// RunService checks a back end whose work a service does: all of [Run], but for equality
// to the bit, which a service does not promise, and for a training that diverges, which
// not every service can say. The same training again has the same losses but for
// rounding.
func RunService(t *testing.T, s Student, recipe results.Recipe) {
	t.Helper()
	rows := Rows(16)
	report, dir := trainOnce(t, s, recipe, rows)
	t.Run("alike again", func(t *testing.T) {
		again, err := s.Train(t.Context(), recipe, rows, 7, filepath.Join(t.TempDir(), "again"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if again.Tokens != report.Tokens || again.Updates != report.Updates || again.Trainable != report.Trainable ||
			math.Abs(again.FirstLoss-report.FirstLoss) > 1e-5*report.FirstLoss || math.Abs(again.LastLoss-report.LastLoss) > 1e-2*report.LastLoss {
			t.Errorf("the same training differs: %+v, then %+v", report, again)
		}
		other, err := s.Train(t.Context(), recipe, rows, 8, filepath.Join(t.TempDir(), "other"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if other.Digest == report.Digest || other.LastLoss == report.LastLoss {
			t.Errorf("another seed gave the same training: %+v", other)
		}
	})
	RunGenerator(t, s, dir)
	t.Run("refuses training", func(t *testing.T) { checkTrainRefusals(t, s, recipe) })
}

// trainOnce trains with seed 7 and checks the report.
func trainOnce(t *testing.T, s Student, recipe results.Recipe, rows []results.Row) (report results.TrainReport, dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "adapter")
	var steps []student.Progress
	report, err := s.Train(t.Context(), recipe, rows, 7, dir, func(p student.Progress) { steps = append(steps, p) })
	if err != nil {
		t.Fatalf("Train: %v", err)
	}
	t.Run("report", func(t *testing.T) { checkReport(t, report, steps, recipe, rows, dir) })
	return report, dir
}

// RunGenerator checks how a back end answers: order, seeds, limits, cancellation,
// and the effect of the adapter in dir, which was trained on [Rows].
func RunGenerator(t *testing.T, g student.Generator, dir string) {
	t.Helper()
	t.Run("generate", func(t *testing.T) { checkGenerate(t, g, dir) })
	t.Run("refuses to generate", func(t *testing.T) { checkGenerateRefusals(t, g) })
}

func checkReport(t *testing.T, report results.TrainReport, steps []student.Progress, recipe results.Recipe, rows []results.Row, dir string) {
	t.Helper()
	updates := recipe.Epochs * ((len(rows) + recipe.BatchRows - 1) / recipe.BatchRows)
	if report.Rows != len(rows) || report.Updates != updates || report.Tokens <= 0 {
		t.Errorf("report %+v, want %d rows and %d updates", report, len(rows), updates)
	}
	if len(steps) != updates || steps[len(steps)-1].Step != updates || steps[0].Total != updates {
		t.Errorf("progress %+v, want one call for each of %d updates", steps, updates)
	}
	if !(report.LastLoss < report.FirstLoss) {
		t.Errorf("loss went from %v to %v on a single answer", report.FirstLoss, report.LastLoss)
	}
	data, err := os.ReadFile(filepath.Join(dir, "adapter_model.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(data)
	if got := hex.EncodeToString(sum[:]); got != report.Digest {
		t.Errorf("digest %s, the file has %s", report.Digest, got)
	}
	if _, err := os.Stat(filepath.Join(dir, "adapter_config.json")); err != nil {
		t.Error(err)
	}
}

func checkGenerate(t *testing.T, s student.Generator, dir string) {
	t.Helper()
	prompts := []string{"Say the word for 3.", "What is 2 + 2?", "", "Say the word for 90."}
	sampling := results.Sampling{Temperature: 0.7, TopP: 1, MaxTokens: 24, Seed: 3}
	base, err := s.Generate(t.Context(), "", prompts, sampling, nil)
	if err != nil {
		t.Fatal(err)
	}
	last := 0
	again, err := s.Generate(t.Context(), "", prompts, sampling, func(done, total int) {
		if total != len(prompts) || done > total {
			t.Errorf("progress %d of %d", done, total)
		}
		last = max(last, done)
	})
	if err != nil {
		t.Fatal(err)
	}
	if last != len(prompts) {
		t.Errorf("progress ended at %d of %d", last, len(prompts))
	}
	if diff := cmp.Diff(base, again); diff != "" {
		t.Errorf("the same sampling differs (-first +second):\n%s", diff)
	}
	greedy := results.Sampling{TopP: 1, MaxTokens: 24}
	tuned, err := s.Generate(t.Context(), dir, prompts, greedy, nil)
	if err != nil {
		t.Fatal(err)
	}
	untuned, err := s.Generate(t.Context(), "", prompts, greedy, nil)
	if err != nil {
		t.Fatal(err)
	}
	if tuned[0] != "seven" || untuned[0] == "seven" {
		t.Errorf("answer %q after training on \"seven\", %q before", tuned[0], untuned[0])
	}
}

func checkTrainRefusals(t *testing.T, s student.Trainer, recipe results.Recipe) {
	t.Helper()
	var fault *results.Error
	if _, err := s.Train(t.Context(), recipe, nil, 1, t.TempDir(), nil); !errors.As(err, &fault) || fault.Kind != results.BadInput {
		t.Errorf("no rows: %v, want bad input", err)
	}
	ctx, stop := stopped(t)
	if _, err := s.Train(ctx, recipe, Rows(4), 1, t.TempDir(), nil); !errors.Is(err, stop) {
		t.Errorf("cancelled training: %v, want the cause", err)
	}
}

func checkGenerateRefusals(t *testing.T, g student.Generator) {
	t.Helper()
	sampling := results.Sampling{TopP: 1, MaxTokens: 8}
	if _, err := g.Generate(t.Context(), filepath.Join(t.TempDir(), "none"), []string{"x"}, sampling, nil); err == nil {
		t.Error("a missing adapter was accepted")
	}
	ctx, stop := stopped(t)
	if _, err := g.Generate(ctx, "", []string{"x"}, sampling, nil); !errors.Is(err, stop) {
		t.Errorf("cancelled generation: %v, want the cause", err)
	}
}

// stopped is a context that has ended with the cause.
func stopped(t *testing.T) (ctx context.Context, cause error) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cause = errors.New("stop")
	cancel(cause)
	return ctx, cause
}
