package llamafactory

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	gocmp "github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/child/childtest"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/runner/student/checkpoint"
	"github.com/autodatabench/autodatabench/runner/student/studenttest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// standIn is a trainer with testdata/standin.py for a llamafactory-cli. Its work
// goes to a temporary folder of the test's, which is returned.
func standIn(t *testing.T, mode string) (*Trainer, string) {
	t.Helper()
	script, err := filepath.Abs("testdata/standin.py")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	temporary := filepath.Join(dir, "tmp")
	if err := os.Mkdir(temporary, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", temporary)
	t.Setenv("STANDIN_PIDS", cmp.Or(os.Getenv(childtest.PIDs), filepath.Join(dir, "pids")))
	cli := filepath.Join(dir, "llamafactory-cli")
	if err := os.WriteFile(cli, []byte("#!/bin/sh\nexec python3 "+script+" "+mode+" \"$@\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return start(t, Config{CLI: cli, Device: "cpu", Model: checkpoint.Model{Name: "small", Folder: "/models/small", Context: 512}}), temporary
}

func start(t *testing.T, cfg Config) *Trainer {
	t.Helper()
	trainer, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return trainer
}

func infra(err error) bool {
	var fault *results.Error
	return errors.As(err, &fault) && fault.Kind == results.Infrastructure
}

func TestTrain(t *testing.T) {
	trainer, temporary := standIn(t, "well")
	dir := filepath.Join(t.TempDir(), "adapter")
	var steps []student.Progress
	report, err := trainer.Train(t.Context(), results.Mini().Recipe, studenttest.Rows(9), 7, dir, func(p student.Progress) { steps = append(steps, p) })
	if err != nil {
		t.Fatal(err)
	}
	epochs := results.Mini().Recipe.Epochs
	if report.Rows != 9 || report.Updates != 2*epochs || report.Tokens != 10*2*epochs || report.Trainable != 2 ||
		report.LastLoss != 1.5 || report.Measured.Seconds != 4.5 || report.Digest == "" {
		t.Errorf("report %+v", report)
	}
	if len(steps) != 2*epochs || steps[0].LearningRate != 0.001 || steps[0].TokensPerSecond != 50 || steps[0].Total != 2*epochs {
		t.Errorf("progress %+v", steps)
	}
	config, err := os.ReadFile(filepath.Join(dir, "adapter_config.json"))
	if err != nil || strings.Contains(string(config), "/models") {
		t.Errorf("the adapter names a path of this machine: %s, %v", config, err)
	}
	if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestTraps holds every way to seem to have trained, or to fail, against what it
// must be taken for.
func TestTraps(t *testing.T) {
	for _, tt := range []struct{ mode, says string }{
		{"unknown-command", "exited with 0 but did not train"},
		{"no-results", "exited with 0 but did not train"}, // although the adapter is there
		{"fails", "keys are not used"},
		{"drops-a-row", "was given 9 rows and trained on 8"},
		{"two-devices", "was asked for 8 rows an update and took 16"},
		{"stops-early", "made 15 of 16 updates"},
		{"nan-loss", student.ErrDiverged.Error()},
		{"nan-weights", student.ErrDiverged.Error()},
	} {
		t.Run(tt.mode, func(t *testing.T) {
			trainer, temporary := standIn(t, tt.mode)
			dir := filepath.Join(t.TempDir(), "adapter")
			_, err := trainer.Train(t.Context(), results.Mini().Recipe, studenttest.Rows(9), 7, dir, nil)
			diverged := strings.HasPrefix(tt.mode, "nan")
			if err == nil || !strings.Contains(err.Error(), tt.says) || errors.Is(err, student.ErrDiverged) != diverged || infra(err) == diverged {
				t.Errorf("error %v, want one that says %q", err, tt.says)
			}
			for _, folder := range []string{dir, temporary} {
				if left, _ := filepath.Glob(filepath.Join(folder, "*")); len(left) > 0 {
					t.Errorf("left behind: %v", left)
				}
			}
		})
	}
}

// TestCancelEndsWhatItStarted: torchrun's workers lie in process groups of their own.
func TestCancelEndsWhatItStarted(t *testing.T) {
	trainer, _ := standIn(t, "hangs")
	stop := errors.New("stop")
	ctx, cancel := context.WithCancelCause(t.Context())
	pids := os.Getenv("STANDIN_PIDS")
	watched := make(chan string, 1)
	go func() {
		for {
			if data, err := os.ReadFile(pids); err == nil && len(data) > 0 {
				watched <- string(data)
				cancel(stop)
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
	}()
	if _, err := trainer.Train(ctx, results.Mini().Recipe, studenttest.Rows(9), 7, t.TempDir(), nil); !errors.Is(err, stop) {
		t.Errorf("error %v, want the cause", err)
	}
	var list []int
	if err := json.Unmarshal([]byte("["+strings.ReplaceAll(<-watched, " ", ",")+"]"), &list); err != nil || len(list) != 2 {
		t.Fatalf("processes %v, %v", list, err)
	}
	for _, pid := range list {
		if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
			t.Errorf("process %d is still there: %v", pid, err)
		}
	}
}

func TestKilledProgramLeavesNothing(t *testing.T) {
	if os.Getenv(childtest.PIDs) == "" {
		childtest.KilledLeavesNothing(t, 2)
		return
	}
	trainer, _ := standIn(t, "hangs")
	_, err := trainer.Train(t.Context(), results.Mini().Recipe, studenttest.Rows(9), 7, t.TempDir(), nil)
	t.Errorf("it was not killed: %v", err)
}

// TestEndOfATraining leaves nothing of its process group.
func TestEndOfATraining(t *testing.T) {
	trainer, _ := standIn(t, "leaves-a-child")
	if _, err := trainer.Train(t.Context(), results.Mini().Recipe, studenttest.Rows(9), 7, t.TempDir(), nil); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(os.Getenv("STANDIN_PIDS"))
	if err != nil {
		t.Fatal(err)
	}
	if pid, err := strconv.Atoi(string(data)); err != nil || !childtest.Gone(pid) {
		t.Errorf("process %s lives on, %v", data, err)
	}
}

func TestRefusals(t *testing.T) {
	model := checkpoint.Model{Context: 2048}
	two := start(t, Config{Device: "cuda", GPUs: 2, Model: model})
	recipe := results.Paper().Recipe
	if err := two.CheckRecipe(recipe); err != nil {
		t.Errorf("the paper's recipe on two GPUs: %v", err)
	}
	odd, packed, half := recipe, recipe, recipe
	odd.BatchRows, packed.Packed, half.Alpha = 7, true, 0.5
	for name, r := range map[string]results.Recipe{"batch": odd, "packed": packed, "alpha": half} {
		if err := two.CheckRecipe(r); err == nil {
			t.Errorf("%s: not refused", name)
		}
	}
	if _, err := Versions(filepath.Join(t.TempDir(), "none")); !infra(err) {
		t.Errorf("no llamafactory-cli: %v, want a fault of the platform", err)
	}
	if _, err := start(t, Config{CLI: "/nowhere/cli", Model: model}).Train(t.Context(), recipe, studenttest.Rows(1), 1, t.TempDir(), nil); !infra(err) {
		t.Errorf("no llamafactory-cli: %v, want a fault of the platform", err)
	}
}

// TestSettings shows the paper's recipe on two GPUs, as the paper has it.
func TestSettings(t *testing.T) {
	trainer := start(t, Config{Device: "cuda", GPUs: 2, Model: checkpoint.Model{Folder: "/models/llama"}})
	got, err := yaml.Marshal(trainer.settingsOf("/tmp/adb-lf-1", results.Paper().Recipe, 7))
	if err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/paper.yaml"
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
}

func TestDecode(t *testing.T) {
	for line, diverged := range map[string]bool{
		`{"current_steps": 1, "loss": NaN, "lr": 0.1}`:      true,
		`{"current_steps": 1, "loss": -Infinity}`:           true,
		`{"current_steps": 1, "loss": 2, "note": "is NaN"}`: false,
	} {
		if _, err := decode([]byte(line)); errors.Is(err, student.ErrDiverged) != diverged {
			t.Errorf("%s: %v", line, err)
		}
	}
}

func FuzzConsole(f *testing.F) {
	f.Add([]byte("Num examples = 1,234\n"), []byte("\r50%|##\rTotal train batch size (w) = 16\n"))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		c, whole := &console{examples: -1, batch: -1}, &console{examples: -1, batch: -1}
		for _, p := range [][]byte{a, b} {
			if n, err := c.Write(p); n != len(p) || err != nil {
				t.Fatalf("wrote %d of %d: %v", n, len(p), err)
			}
		}
		whole.Write(append(append([]byte{}, a...), b...))
		if *c != *whole {
			t.Errorf("in two pieces %+v, in one %+v", c, whole)
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"current_steps": 1, "loss": 0.5, "lr": 1e-4}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		if l, err := decode(line); err == nil && l.Loss != nil && *l.Loss != *l.Loss {
			t.Error("a loss that is no number was taken")
		}
	})
}
