package hf

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/child/childtest"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/runner/student/checkpoint"
	"github.com/autodatabench/autodatabench/runner/student/studenttest"
)

// standIn is an interpreter that runs testdata/standin.py whatever program it is
// given: the protocol without PyTorch. The stand-in misbehaves as its mode says.
func standIn(t *testing.T, mode string) *Student {
	t.Helper()
	script, err := filepath.Abs("testdata/standin.py")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	python := filepath.Join(dir, "python")
	text := "#!/bin/sh\nexec python3 " + script + " " + mode + " " + filepath.Join(dir, "starts") + " \"$@\"\n"
	if err := os.WriteFile(python, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	s := New(Config{
		Python: python, Device: "cpu", Precision: "float32",
		Model: checkpoint.Model{Name: "small", Folder: dir, Context: 512},
	})
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// starts is how many workers there have been.
func starts(t *testing.T, s *Student) int {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(s.cfg.Model.Folder, "starts"))
	if err != nil {
		t.Fatal(err)
	}
	return len(data)
}

var greedy = results.Sampling{TopP: 1, MaxTokens: 8}

func infra(err error) bool {
	var fault *results.Error
	return errors.As(err, &fault) && fault.Kind == results.Infrastructure
}

func TestOneWorkerDoesAllJobs(t *testing.T) {
	s := standIn(t, "well")
	dir := filepath.Join(t.TempDir(), "adapter")
	var steps []student.Progress
	report, err := s.Train(t.Context(), results.Mini().Recipe, studenttest.Rows(16), 7, dir, func(p student.Progress) { steps = append(steps, p) })
	if err != nil {
		t.Fatal(err)
	}
	want := results.TrainReport{
		Rows: 16, Updates: 2, Tokens: 200, FirstLoss: 2, LastLoss: 1, Trainable: 42,
		Digest:   "d4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35", // of "2"
		Measured: results.Measured{StartSeconds: 0.5, Seconds: 2, PeakMemory: 1000},
	}
	if diff := cmp.Diff(want, report); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
	wantSteps := []student.Progress{
		{Step: 1, Total: 2, Loss: 2, LearningRate: 0.01, TokensPerSecond: 100, PeakMemory: 900},
		{Step: 2, Total: 2, Loss: 1, LearningRate: 0.01, TokensPerSecond: 100, PeakMemory: 900},
	}
	if diff := cmp.Diff(wantSteps, steps); diff != "" {
		t.Errorf("progress (-want +got):\n%s", diff)
	}
	again, err := s.Train(t.Context(), results.Mini().Recipe, studenttest.Rows(16), 7, dir, nil)
	if err != nil || again.Measured.StartSeconds != 0 {
		t.Errorf("a second training waited %v s for the model: %v", again.Measured.StartSeconds, err)
	}
	answers, err := s.Generate(t.Context(), dir, []string{"a", "b", "\u2028c"}, greedy, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"A", "B", "\u2028C"}, answers); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
	if n := starts(t, s); n != 1 {
		t.Errorf("%d workers, want 1", n)
	}
}

// TestRefusals needs no worker.
func TestRefusals(t *testing.T) {
	s := New(Config{Python: "/nowhere/python", Precision: "float32", Model: checkpoint.Model{Context: 512}})
	recipe := results.Mini().Recipe
	bf16, wet, long := recipe, recipe, recipe
	bf16.Precision, wet.Dropout, long.CutoffTokens = "bf16", 1, 513
	for name, r := range map[string]results.Recipe{"precision": bf16, "dropout": wet, "cut-off": long} {
		var fault *results.Error
		if _, err := s.Train(t.Context(), r, studenttest.Rows(1), 1, t.TempDir(), nil); !errors.As(err, &fault) || fault.Kind != results.BadInput {
			t.Errorf("%s: %v, want bad input", name, err)
		}
	}
	if _, err := s.Generate(t.Context(), t.TempDir(), []string{"x"}, greedy, nil); err == nil || infra(err) {
		t.Errorf("a folder without an adapter: %v", err)
	}
	if _, err := s.Generate(t.Context(), "", []string{"x"}, results.Sampling{MaxTokens: 257}, nil); err == nil || infra(err) {
		t.Errorf("more tokens than half of the context: %v", err)
	}
	if _, err := s.Generate(t.Context(), "", []string{"x"}, greedy, nil); !infra(err) {
		t.Errorf("no interpreter: %v, want a fault of the platform", err)
	}
}

// TestBrokenWorkers breaks the worker in every way that it can break, and sees
// the next job served by another.
func TestBrokenWorkers(t *testing.T) {
	for _, tt := range []struct{ mode, says string }{
		{"dies-at-start", "no CUDA device"},
		{"dies-in-job", "OutOfMemoryError"},
		{"garbage", "no event"},
		{"garbage-at-start", "no event"},
		{"oversized", "too long"},
		{"strange-event", `sent \"surprise\"`},
		{"answers-twice", "number 0 of 2"},
		{"answers-too-few", "1 of 2 answers"},
		{"closes", "ended"},
	} {
		t.Run(tt.mode, func(t *testing.T) {
			t.Parallel()
			s := standIn(t, tt.mode)
			_, err := s.Generate(t.Context(), "", []string{"a", "b"}, greedy, nil)
			if !infra(err) || !strings.Contains(err.Error(), strings.ReplaceAll(tt.says, `\"`, `"`)) {
				t.Fatalf("error %v, want a fault of the platform that says %q", err, tt.says)
			}
			answers, err := s.Generate(t.Context(), "", []string{"a"}, greedy, nil) // the second worker is well
			if err != nil || answers[0] != "A" {
				t.Errorf("the next job: %q, %v", answers, err)
			}
			if n := starts(t, s); n != 2 && tt.mode != "answers-too-few" {
				t.Errorf("%d workers, want 2", n)
			}
		})
	}
}

func TestJobsFault(t *testing.T) {
	s := standIn(t, "diverges")
	if _, err := s.Train(t.Context(), results.Mini().Recipe, studenttest.Rows(1), 1, t.TempDir(), nil); !errors.Is(err, student.ErrDiverged) {
		t.Errorf("error %v, want ErrDiverged", err)
	}
	if _, err := s.Generate(t.Context(), "", []string{"a"}, greedy, nil); err != nil {
		t.Errorf("the job after it: %v", err)
	}
	if n := starts(t, s); n != 1 {
		t.Errorf("%d workers, want 1: the fault was the job's", n)
	}
}

func TestCancelKillsTheWorker(t *testing.T) {
	s := standIn(t, "hangs")
	stop := errors.New("stop")
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(300*time.Millisecond, func() { cancel(stop) })
	if _, err := s.Generate(ctx, "", []string{"a"}, greedy, nil); !errors.Is(err, stop) {
		t.Errorf("error %v, want the cause", err)
	}
	if s.worker != nil {
		t.Error("the worker is still there")
	}
	if _, err := s.Generate(ctx, "", []string{"a"}, greedy, nil); !errors.Is(err, stop) {
		t.Errorf("a job that was cancelled before it began: %v, want the cause", err)
	}
}

func TestColdStartIsNoRunTime(t *testing.T) {
	s := standIn(t, "slow")
	ctx, meter := student.Metered(t.Context(), time.Minute, errors.New("time is up"), time.Now)
	begin := time.Now()
	if _, err := s.Generate(ctx, "", []string{"a"}, greedy, nil); err != nil {
		t.Fatal(err)
	}
	took := time.Since(begin)
	if ran := meter.Stop(); ran <= 0 || ran > took-500*time.Millisecond {
		t.Errorf("of %s, of which the model took at least 500 ms to load, %s count as run time", took, ran)
	}
}

func TestNeverReady(t *testing.T) {
	s := standIn(t, "never-ready")
	s.cfg.StartLimit = 200 * time.Millisecond
	if _, err := s.Generate(t.Context(), "", []string{"a"}, greedy, nil); !infra(err) || !strings.Contains(err.Error(), "not ready after 200ms") {
		t.Errorf("error %v, want a fault of the platform that says how long it took", err)
	}
	if s.worker != nil {
		t.Error("the worker is still there")
	}
}

// TestServiceWithoutAnswer: a job at a service waits for its first event, which is no run
// time, but not for ever.
func TestServiceWithoutAnswer(t *testing.T) {
	s := standIn(t, "hangs")
	s.cfg.Other, s.cfg.StartLimit = &Worker{Name: "rented"}, 2*time.Second
	ctx, meter := student.Metered(t.Context(), time.Second, errors.New("time is up"), time.Now)
	if _, err := s.Generate(ctx, "", []string{"a"}, greedy, nil); !infra(err) || !strings.Contains(err.Error(), "no answer within 2s") {
		t.Errorf("error %v, want a fault of the platform that says how long it took", err)
	}
	if ran := meter.Stop(); ran > time.Second {
		t.Errorf("%s count as run time", ran)
	}
}

func TestKilledProgramLeavesNoWorker(t *testing.T) {
	if os.Getenv(childtest.PIDs) == "" {
		childtest.KilledLeavesNothing(t, 1)
		return
	}
	_, err := standIn(t, "hangs").Generate(t.Context(), "", []string{"a"}, greedy, nil)
	t.Errorf("it was not killed: %v", err)
}

// TestVersions reads what an environment says of itself.
func TestVersions(t *testing.T) {
	python := func(says string) string {
		path := filepath.Join(t.TempDir(), "python")
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+says+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		return path
	}
	found, err := Versions(python(`echo '{"torch": "2", "transformers": "5", "peft": "1"}'`))
	if err != nil || found["torch"] != "2" {
		t.Errorf("%v, %v", found, err)
	}
	for name, says := range map[string]string{
		"no package": `echo '{"torch": "2", "transformers": "", "peft": "1"}'`,
		"no JSON":    `echo hello`,
		"fails":      `echo broken >&2; exit 1`,
	} {
		if _, err := Versions(python(says)); !infra(err) {
			t.Errorf("%s: %v, want a fault of the platform", name, err)
		}
	}
	if _, err := Versions("/nowhere/python"); !infra(err) {
		t.Errorf("no interpreter: %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"event": "step", "step": 1, "loss": 0.5}`))
	f.Add([]byte(`{"event": "answer", "index": -1, "text": "x"}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		if e, err := decode(line); err == nil && e.Event == "" {
			t.Error("an event without a name")
		}
	})
}
