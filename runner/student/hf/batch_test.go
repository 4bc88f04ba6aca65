package hf

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/runner/student/studenttest"
)

// outcome is what a training of several came to.
type outcome struct {
	report results.TrainReport
	err    error
	steps  int
	begun  int
	ended  int
}

// many has the student do a training for each context.
func many(s *Student, t *testing.T, recipe results.Recipe, ctxs ...context.Context) []outcome {
	t.Helper()
	return manyThen(s, t, recipe, func() {}, ctxs...)
}

// manyThen calls then at each update.
func manyThen(s *Student, t *testing.T, recipe results.Recipe, then func(), ctxs ...context.Context) []outcome {
	t.Helper()
	list, all := make([]outcome, len(ctxs)), []*student.Training{}
	for i, ctx := range ctxs {
		o := &list[i]
		all = append(all, &student.Training{
			Ctx: ctx, Recipe: recipe, Rows: studenttest.Rows(16), Seed: 7, Dir: filepath.Join(t.TempDir(), "adapter"),
			Begin: func() { o.begun++ }, Progress: func(student.Progress) { o.steps++; then() },
			End: func(r results.TrainReport, err error) { o.report, o.err, o.ended = r, err, o.ended+1 },
		})
	}
	s.TrainMany(all)
	for i, o := range list {
		if o.begun != 1 || o.ended != 1 {
			t.Errorf("training %d began %d times and ended %d times", i, o.begun, o.ended)
		}
	}
	return list
}

func TestManyInOneJob(t *testing.T) {
	s := standIn(t, "well")
	want := results.TrainReport{
		Rows: 16, Updates: 2, Tokens: 200, FirstLoss: 2, LastLoss: 1, Trainable: 42,
		Digest:   "d4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35", // of "2"
		Measured: results.Measured{StartSeconds: 0.5, Seconds: 2, PeakMemory: 1000},
	}
	for i, o := range many(s, t, results.Mini().Recipe, t.Context(), t.Context(), t.Context()) {
		if diff := cmp.Diff(want, o.report); diff != "" || o.err != nil || o.steps != 2 {
			t.Errorf("training %d: %v, %d steps, report (-want +got):\n%s", i, o.err, o.steps, diff)
		}
	}
	if n := starts(t, s); n != 1 {
		t.Errorf("%d workers, want 1", n)
	}
}

// TestManyOneIsLost: what befalls one trial, and what it is to the others.
func TestManyOneIsLost(t *testing.T) {
	for _, tt := range []struct {
		mode, says string
		others     bool // whether they end well
	}{
		{"one-diverges", "diverged", true},
		{"forgets", "not its trials", true},
		{"one-dies", "OutOfMemoryError", false},
		{"strange-trial", "trial 7", false},
	} {
		t.Run(tt.mode, func(t *testing.T) {
			t.Parallel()
			s := standIn(t, tt.mode)
			list := many(s, t, results.Mini().Recipe, t.Context(), t.Context(), t.Context())
			if err := list[1].err; err == nil || !strings.Contains(err.Error(), tt.says) || errors.Is(err, student.ErrDiverged) != (tt.mode == "one-diverges") {
				t.Errorf("the lost: %v", err)
			}
			if list[2].err != nil || infra(list[0].err) == tt.others { // the last has left before
				t.Errorf("the others: %v and %v", list[0].err, list[2].err)
			}
			if _, err := s.Generate(t.Context(), "", []string{"a"}, greedy, nil); err != nil {
				t.Errorf("the job after it: %v", err)
			}
		})
	}
}

// TestManyOneIsCancelled: the worker is told, and the others go on.
func TestManyOneIsCancelled(t *testing.T) {
	s := standIn(t, "one-waits")
	stop := errors.New("stop")
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(time.Second, func() { cancel(stop) })
	list := many(s, t, results.Mini().Recipe, t.Context(), ctx, t.Context())
	if list[0].err != nil || !errors.Is(list[1].err, stop) || list[2].err != nil {
		t.Errorf("%v, %v, %v", list[0].err, list[1].err, list[2].err)
	}
	if n := starts(t, s); n != 1 || s.worker == nil {
		t.Errorf("%d workers, want 1 that stays", n)
	}
}

// TestManyAllCancelled: nobody is left whom the worker works for.
func TestManyAllCancelled(t *testing.T) {
	s := standIn(t, "one-waits")
	stop := errors.New("stop")
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(time.Second, func() { cancel(stop) })
	for i, o := range many(s, t, results.Mini().Recipe, ctx, ctx) {
		if !errors.Is(o.err, stop) {
			t.Errorf("training %d: %v", i, o.err)
		}
	}
	if s.worker != nil {
		t.Error("the worker is still there")
	}
	for i, o := range many(s, t, results.Mini().Recipe, ctx, ctx) {
		if !errors.Is(o.err, stop) || o.steps > 0 {
			t.Errorf("training %d was cancelled before it began: %v", i, o.err)
		}
	}
}

// TestManyShareTheTime: half of the time counts for each of two, and the start of the
// worker for none.
func TestManyShareTheTime(t *testing.T) {
	s := standIn(t, "one-waits")
	begin := time.Now()
	var ctxs []context.Context
	var meters []*student.Meter
	for range 2 {
		ctx, meter := student.Metered(t.Context(), time.Minute, errors.New("time is up"), time.Now)
		ctxs, meters = append(ctxs, ctx), append(meters, meter)
	}
	stop := sync.OnceFunc(func() { time.AfterFunc(time.Second, func() { meters[1].Stop() }) })
	list := manyThen(s, t, results.Mini().Recipe, stop, ctxs...)
	took := time.Since(begin)
	if !errors.Is(list[1].err, context.Canceled) || list[0].err != nil {
		t.Errorf("%v, %v", list[0].err, list[1].err)
	}
	for i, meter := range meters {
		if ran := meter.Stop(); ran < 200*time.Millisecond || ran > took/2+200*time.Millisecond {
			t.Errorf("training %d: %s of %s that two shared count as run time", i, ran, took)
		}
	}
}

// TestManyRefused: what cannot be trained is refused before there is a worker.
func TestManyRefused(t *testing.T) {
	s := standIn(t, "well")
	recipe := results.Mini().Recipe
	recipe.Precision = "bf16"
	for _, o := range many(s, t, recipe, t.Context(), t.Context()) {
		var fault *results.Error
		if !errors.As(o.err, &fault) || fault.Kind != results.BadInput {
			t.Errorf("error %v, want bad input", o.err)
		}
	}
	if s.worker != nil {
		t.Error("a worker was started")
	}
	wet, long := results.Mini().Recipe, results.Mini().Recipe
	wet.Dropout, long.Epochs, long.LearningRate, long.BatchRows = 0.1, 9, 1, 3
	if s.Agree(wet, wet) || !s.Agree(results.Mini().Recipe, long) {
		t.Error("which recipes agree")
	}
}

// TestBatchWorker: worker.py, whose digest records hold, is the same beside it.
func TestBatchWorker(t *testing.T) {
	if !strings.HasPrefix(batchProgram(), Library()) || BatchDigest() == WorkerDigest() {
		t.Error("the program of several trainings is no other than worker.py")
	}
	one, several := Config{Ranks: 1}.command(), Config{Many: true}.command()
	if one[1] != program || several[1] != batchProgram() {
		t.Error("which program is started")
	}
}
