package runner_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/agents/prompt"
	"github.com/autodatabench/autodatabench/agents/reference"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner"
	"github.com/autodatabench/autodatabench/runner/sandbox"
	"github.com/autodatabench/autodatabench/runner/student/embedded"
	"github.com/autodatabench/autodatabench/runner/teacher"
	"github.com/autodatabench/autodatabench/runner/teacher/procedural"
	"github.com/autodatabench/autodatabench/tasks/mini"
)

// quick is protocol mini at a size for tests.
func quick() results.Protocol {
	p := results.Mini()
	p.Modified = true
	p.Budget.TeacherCalls, p.Budget.TeacherCallsPerAttempt = 900, 300
	p.Budget.Attempts, p.Budget.Iterations = 4, 4
	p.Budget.DatasetSize, p.Budget.MinRows = 40, 20
	p.Recipe.Epochs = 1
	return p
}

func newEnv(t *testing.T, root, engineer string) runner.Env {
	t.Helper()
	task, err := mini.Load(results.Science)
	if err != nil {
		t.Fatal(err)
	}
	agent, err := reference.Open(engineer)
	if err != nil {
		t.Fatal(err)
	}
	student, err := embedded.New()
	if err != nil {
		t.Fatal(err)
	}
	box, err := sandbox.New(sandbox.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return runner.Env{
		Root: record.Experiment(root), Task: task, Agent: agent, Teacher: procedural.New(1), Student: student, Sandbox: box,
		Holder: disk.Holder{Host: "test", PID: os.Getpid(), BootID: "test"}, Clock: runner.Wall(time.Now),
	}
}

func newSpec(env runner.Env, engineer string, w results.Workflow, s results.Setting) results.Spec {
	return results.Spec{
		TrialID:    results.TrialID{Domain: results.Science, Workflow: w, Setting: s, Agent: engineer, Run: 1},
		Experiment: "test", Suite: "mini", Protocol: quick(), Seed: 5,
		TaskDigest: env.Task.Digest, PromptDigest: prompt.Digest(), Simulated: true, Embedded: true,
		Base: results.Score{Correct: 20, Total: 100},
	}
}

// decisions is what of a trial must not depend on when it was interrupted.
func decisions(t *testing.T, dir record.Trial, state *results.Trial) []string {
	t.Helper()
	list := []string{fmt.Sprintf("best %d, end %s, calls %d", state.Best, state.End, state.Usage.TeacherCalls)}
	for _, a := range state.Attempts {
		line := fmt.Sprintf("%d %s %q", a.N, a.Op, a.Failure)
		if a.Public != nil {
			line += fmt.Sprintf(" public %d/%d", a.Public.Correct, a.Public.Total)
		}
		if data, err := os.ReadFile(filepath.Join(string(dir.Attempt(a.N)), "submission.json")); err == nil {
			line += " " + disk.Digest(data)
		}
		list = append(list, line)
	}
	return list
}

func TestTrialsOfEveryKindAreSealed(t *testing.T) {
	for _, c := range []struct {
		engineer string
		workflow results.Workflow
		setting  results.Setting
	}{
		{"pipeline", results.OneShot, results.Seed},
		{"careless", results.OneShot, results.Scratch},
		{"adaptive", results.Iterative, results.Scratch},
		{"careless", results.Iterative, results.Seed},
	} {
		t.Run(fmt.Sprintf("%s %s %s", c.engineer, c.workflow, c.setting), func(t *testing.T) {
			env := newEnv(t, t.TempDir(), c.engineer)
			spec := newSpec(env, c.engineer, c.workflow, c.setting)
			state, err := runner.Run(context.Background(), env, spec)
			if err != nil {
				t.Fatal(err)
			}
			dir := env.Root.Trial(spec.TrialID)
			if err := dir.CheckSeal(); err != nil {
				t.Error(err)
			}
			if state.End == "" || len(state.Attempts) == 0 || state.Usage.TeacherCalls > spec.Protocol.Budget.TeacherCalls {
				t.Errorf("end %q after %d attempts and %d calls", state.End, len(state.Attempts), state.Usage.TeacherCalls)
			}
			seedIsHidden(t, dir, c.setting)
		})
	}
}

// seedIsHidden checks that prompts speak of the seed pool in its setting alone.
func seedIsHidden(t *testing.T, dir record.Trial, s results.Setting) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(string(dir.Attempt(1)), "prompt.json"))
	if err != nil {
		t.Fatal(err)
	}
	if shown := strings.Contains(string(data), "seed.json"); shown != (s == results.Seed) {
		t.Errorf("setting %s: the prompt mentions seed.json: %v", s, shown)
	}
}

// TestInterruptedTrialEndsTheSame cuts a trial off at each step in turn and
// resumes it until it is sealed.
func TestInterruptedTrialEndsTheSame(t *testing.T) {
	whole := newEnv(t, t.TempDir(), "careless")
	spec := newSpec(whole, "careless", results.Iterative, results.Scratch)
	state, err := runner.Run(context.Background(), whole, spec)
	if err != nil {
		t.Fatal(err)
	}
	want := decisions(t, whole.Root.Trial(spec.TrialID), state)

	cut := newEnv(t, t.TempDir(), "careless")
	for range 100 {
		ctx, cancel := context.WithCancelCause(context.Background())
		steps := 0
		cut.Report = func(_ results.TrialID, doing string, _ *results.Trial) {
			if strings.HasPrefix(doing, "training: ") { // an update, of which a step has many
				return
			}
			if steps++; steps == 2 {
				cancel(errors.New("cut off"))
			}
		}
		state, err = runner.Run(ctx, cut, spec)
		cancel(nil)
		if err == nil {
			break
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, decisions(t, cut.Root.Trial(spec.TrialID), state)); diff != "" {
		t.Errorf("interrupted at every step (-whole +cut):\n%s", diff)
	}
}

// TestUnusableFolderIsRefused wants one line that names the file, and what lies
// there left as it was.
func TestUnusableFolderIsRefused(t *testing.T) {
	events := record.Trial.Events
	for _, c := range []struct {
		name string
		lay  func(dir record.Trial) error
		at   func(dir record.Trial) string // the path that the error names
	}{
		{"foreign log", func(dir record.Trial) error { return disk.WriteFile(events(dir), []byte("{\"hello\":1}\n")) }, events},
		{"no JSON", func(dir record.Trial) error { return disk.WriteFile(events(dir), []byte("\x00\xff\x01\n")) }, events},
		{"log is a folder", func(dir record.Trial) error { return os.MkdirAll(events(dir), 0o755) }, events},
		{"trial is a file", func(dir record.Trial) error {
			return disk.WriteFile(string(dir), []byte("not a folder"))
		}, func(dir record.Trial) string { return string(dir) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			env := newEnv(t, t.TempDir(), "direct")
			spec := newSpec(env, "direct", results.OneShot, results.Scratch)
			dir := env.Root.Trial(spec.TrialID)
			if err := c.lay(dir); err != nil {
				t.Fatal(err)
			}
			before := listing(t, string(env.Root))
			_, err := runner.Run(context.Background(), env, spec)
			var known *results.Error
			if !errors.As(err, &known) || known.Kind != results.BadInput {
				t.Fatalf("%v, want bad input", err)
			}
			if message := err.Error(); !strings.Contains(message, c.at(dir)) || strings.Contains(message, "\n") {
				t.Errorf("%q does not name %s in one line", message, c.at(dir))
			}
			if diff := cmp.Diff(before, listing(t, string(env.Root))); diff != "" {
				t.Errorf("something was written (-before +after):\n%s", diff)
			}
		})
	}
}

// listing is every path below root with its size.
func listing(t *testing.T, root string) map[string]int64 {
	t.Helper()
	all := map[string]int64{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			all[path] = info.Size()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestChangedTrialIsNotSealed(t *testing.T) {
	env := newEnv(t, t.TempDir(), "direct")
	spec := newSpec(env, "direct", results.OneShot, results.Scratch)
	if _, err := runner.Run(context.Background(), env, spec); err != nil {
		t.Fatal(err)
	}
	dir := env.Root.Trial(spec.TrialID)
	if err := os.WriteFile(filepath.Join(string(dir.Attempt(1)), "plan.md"), []byte("another plan"), 0o644); err != nil {
		t.Fatal(err)
	}
	var known *results.Error
	if err := dir.CheckSeal(); !errors.As(err, &known) || known.Kind != results.Verification {
		t.Errorf("a changed file gives %v, want verification failed", err)
	}
}

// TestLockOfASealedTrial removes the lock that a kill between the seal and the end left, and
// leaves one that is held.
func TestLockOfASealedTrial(t *testing.T) {
	env, spec := scriptedTrial(t, scripted{"no code"}, 1, results.OneShot, results.Scratch)
	again := func() {
		t.Helper()
		if _, err := runner.Run(context.Background(), env, spec); err != nil {
			t.Fatal(err)
		}
	}
	again()
	lock := env.Root.Trial(spec.TrialID).Writer()
	gone := `{"boot_id":"another","host":"` + env.Holder.Host + `","kernel_lock":true,"pid":1}`
	if err := os.WriteFile(lock, []byte(gone), 0o644); err != nil {
		t.Fatal(err)
	}
	if again(); disk.Exists(lock) {
		t.Error("the lock of a process that is gone is left")
	}
	held, err := disk.Lock(lock, disk.Self())
	if err != nil {
		t.Fatal(err)
	}
	if again(); !disk.Exists(lock) {
		t.Error("a lock that is held was removed")
	}
	if err := held.Unlock(); err != nil {
		t.Error(err)
	}
}

// down is a teacher that cannot be reached, and asks to be left alone for so long.
type down struct{ alone time.Duration }

func (d down) Complete(context.Context, teacher.Request) (teacher.Response, error) {
	return teacher.Response{}, &teacher.CallError{Status: 503, Refunded: true, RetryAfter: d.alone, Err: errors.New("overloaded")}
}
func (down) Name() string    { return "down" }
func (down) Simulated() bool { return true }

func TestTeacherFaultIsNoFailureOfTheAgent(t *testing.T) {
	for _, engineer := range []string{"direct", "pipeline"} {
		env := newEnv(t, t.TempDir(), engineer)
		env.Teacher = down{}
		state, err := runner.Run(context.Background(), env, newSpec(env, engineer, results.OneShot, results.Scratch))
		var known *results.Error
		if !errors.As(err, &known) || known.Kind != results.Infrastructure {
			t.Errorf("%s: a teacher that is down gives %v, want an infrastructure error", engineer, err)
		}
		if state.Faults != 3 {
			t.Errorf("%s: %d faults are recorded, want one for the step and each of two repeats", engineer, state.Faults)
		}
		if state.End != "" || state.Last() == nil || state.Last().Failure != "" || state.Usage.TeacherCalls != 0 {
			t.Errorf("%s: the fault is in the record: %+v", engineer, state)
		}
	}
}

func TestTeacherThatAsksToBeLeftAloneIsNotAskedAgain(t *testing.T) {
	env := newEnv(t, t.TempDir(), "direct")
	env.Teacher = down{time.Hour}
	state, err := runner.Run(context.Background(), env, newSpec(env, "direct", results.OneShot, results.Scratch))
	if known := (*results.Error)(nil); !errors.As(err, &known) || known.After != time.Hour || state.Faults != 1 {
		t.Errorf("%v after %d faults", err, state.Faults)
	}
}
