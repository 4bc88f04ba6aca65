package runner_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/runner"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/runner/teacher"
	"github.com/autodatabench/autodatabench/runner/teacher/procedural"
)

// scripted is an agent that gives the replies in turn, the last one for ever.
type scripted []string

func (s scripted) Reply(_ context.Context, r agents.Request) (results.Reply, error) {
	return results.Reply{Text: s[min(r.Attempt, len(s))-1]}, nil
}

func program(code string) string { return "A plan.\n\n```python\n" + code + "\n```\n" }

// enough is a program that leaves a valid submission.
var enough = program(`from autodatabench import save_rows
save_rows([{"instruction": "question %d" % i, "input": "", "output": "answer"} for i in range(25)])`)

// scriptedTrial is a trial of the agent with at most the attempts given.
func scriptedTrial(t *testing.T, agent agents.Agent, attempts int, w results.Workflow, s results.Setting) (runner.Env, results.Spec) {
	t.Helper()
	env := newEnv(t, t.TempDir(), "direct")
	env.Agent = agent
	spec := newSpec(env, "scripted", w, s)
	spec.Protocol.Budget.Attempts, spec.Protocol.Budget.Iterations = attempts, attempts
	return env, spec
}

func readAttempt(t *testing.T, env runner.Env, spec results.Spec, n int, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(string(env.Root.Trial(spec.TrialID).Attempt(n)), name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestWorkspaceOfEachSetting lets the agent's code look around: the seed pool is
// there in its setting alone.
func TestWorkspaceOfEachSetting(t *testing.T) {
	look := program(`import os
print("\n".join(sorted(os.path.join(d, f) for d, _, files in os.walk(".") for f in files)))`)
	want := []string{"./code.py", "./task/few_shot.json", "./task/public.jsonl", "./task/sample_submission.json"}
	for setting, more := range map[results.Setting][]string{results.Scratch: nil, results.Seed: {"./task/seed.json"}} {
		env, spec := scriptedTrial(t, scripted{look}, 1, results.OneShot, setting)
		if _, err := runner.Run(context.Background(), env, spec); err != nil {
			t.Fatal(err)
		}
		got := strings.Fields(readAttempt(t, env, spec, 1, "run.log"))
		if diff := cmp.Diff(append(want[:len(want):len(want)], more...), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", setting, diff)
		}
	}
}

// hiccup is a teacher whose first call fails at once; the others take a while.
type hiccup struct {
	teacher.Teacher
	calls atomic.Int64
}

func (h *hiccup) Complete(ctx context.Context, r teacher.Request) (teacher.Response, error) {
	if h.calls.Add(1) == 1 {
		return teacher.Response{}, &teacher.CallError{Status: 503, Refunded: true, Err: errors.New("overloaded")}
	}
	time.Sleep(100 * time.Millisecond)
	return h.Teacher.Complete(ctx, r)
}

// TestOneFaultOfManyCalls checks that calls which are answered after a fault of
// the teacher do not make its consequence the agent's failure: the execution is
// repeated, and what had been answered is not asked again.
func TestOneFaultOfManyCalls(t *testing.T) {
	ask := program(`from autodatabench import ask_many
ask_many(["prompt %d" % i for i in range(4)], on_error="raise", concurrency=4)`)
	env, spec := scriptedTrial(t, scripted{ask}, 1, results.OneShot, results.Scratch)
	env.Teacher = &hiccup{Teacher: procedural.New(1)}
	state, err := runner.Run(context.Background(), env, spec)
	if err != nil || state.Last().Failure != results.InsufficientSamples || state.Usage.TeacherCalls != 4 || state.Faults != 1 {
		t.Errorf("%v, %+v, %+v, %d faults", err, state.Last(), state.Usage, state.Faults)
	}
	log := readAttempt(t, env, spec, 1, "../../events.jsonl")
	if !strings.Contains(log, `"platform.fault"`) || !strings.Contains(log, "overloaded") {
		t.Errorf("the fault is not in the record:\n%s", log)
	}
}

// TestSliverOfTime gives the code less time than Python takes to start.
func TestSliverOfTime(t *testing.T) {
	env, spec := scriptedTrial(t, scripted{enough}, 1, results.OneShot, results.Scratch)
	spec.Protocol.Budget.CodeTime = 3 * time.Millisecond
	state, err := runner.Run(context.Background(), env, spec)
	if err != nil || state.End != results.EndAttempts || state.Last().Failure != results.CodeTimeout || !strings.Contains(state.Last().Detail, "after 3ms") {
		t.Errorf("%v, end %q, %+v", err, state.End, state.Last())
	}
}

// TestLostReplyLeavesNoCode lets a crash keep a reply with code out of the
// record, and the reply that the agent gives instead hold none.
func TestLostReplyLeavesNoCode(t *testing.T) {
	env, spec := scriptedTrial(t, scripted{"I have no program."}, 2, results.Iterative, results.Scratch)
	lost := filepath.Join(string(env.Root.Trial(spec.TrialID).Attempt(1)), "code.py")
	if err := disk.WriteFile(lost, []byte("print('of a lost reply')\n")); err != nil {
		t.Fatal(err)
	}
	state, err := runner.Run(context.Background(), env, spec)
	if err != nil || state.Last().Op != results.Debug {
		t.Fatalf("%v, %+v", err, state.Last())
	}
	if disk.Exists(lost) || strings.Contains(readAttempt(t, env, spec, 2, "prompt.json"), "lost reply") {
		t.Error("the code of a reply that is not in the record is kept and shown")
	}
}

// TestDivergedTraining trains on rows, with a learning rate, that the embedded
// student cannot be trained with.
func TestDivergedTraining(t *testing.T) {
	env, spec := scriptedTrial(t, scripted{enough}, 2, results.Iterative, results.Scratch)
	spec.Protocol.Recipe.LearningRate = 1e30
	state, err := runner.Run(context.Background(), env, spec)
	if err != nil || state.End != results.EndAttempts || len(state.Attempts) != 2 {
		t.Fatalf("%v, end %q after %d attempts", err, state.End, len(state.Attempts))
	}
	for _, a := range state.Attempts {
		if a.Public == nil || *a.Public != (results.Score{Total: len(env.Task.Public)}) {
			t.Errorf("attempt %d: public score %v, want none correct", a.N, a.Public)
		}
		if a.Failure != results.OtherFailure || !strings.Contains(a.Detail, "diverged") {
			t.Errorf("attempt %d: failure %q (%s)", a.N, a.Failure, a.Detail)
		}
	}
	for _, name := range []string{"train.json", "public.json"} {
		if text := readAttempt(t, env, spec, 1, name); !strings.Contains(text, "the training failed") {
			t.Errorf("%s does not say what failed: %.300s", name, text)
		}
	}
	if text := readAttempt(t, env, spec, 2, "prompt.json"); state.Last().Op != results.Improve || !strings.Contains(text, "the training failed") {
		t.Error("the agent is not told of it")
	}
	if err := env.Root.Trial(spec.TrialID).CheckSeal(); err != nil {
		t.Error(err)
	}
}

// overflowing is a student that is trained, and whose answers overflow.
type overflowing struct{ runner.Student }

func (overflowing) Generate(context.Context, string, []string, results.Sampling, func(int, int)) ([]string, error) {
	return nil, fmt.Errorf("generate: %w", student.ErrDiverged)
}

func TestOverflowingAnswersScoreNothing(t *testing.T) {
	env, spec := scriptedTrial(t, scripted{enough}, 1, results.Iterative, results.Scratch)
	env.Student = overflowing{env.Student}
	state, err := runner.Run(context.Background(), env, spec)
	if err != nil || state.End != results.EndAttempts {
		t.Fatalf("%v, end %q", err, state.End)
	}
	if a := state.Last(); !a.Trained || a.Public == nil || *a.Public != (results.Score{Total: len(env.Task.Public)}) {
		t.Errorf("%+v, want a public score of none correct", a)
	} else if a.Failure != results.OtherFailure || !strings.HasPrefix(a.Detail, "the answers failed") {
		t.Errorf("failure %q (%s)", a.Failure, a.Detail)
	}
	if text := readAttempt(t, env, spec, 1, "public.json"); !strings.Contains(text, "the answers failed: generate: the student diverged") {
		t.Errorf("public.json does not say what failed: %.300s", text)
	}
}

// badRecipe is a student whose back end cannot do what the recipe says.
type badRecipe struct{ runner.Student }

func (badRecipe) Train(context.Context, results.Recipe, []results.Row, int64, string, func(student.Progress)) (results.TrainReport, error) {
	return results.TrainReport{}, results.Bad(errors.New("recipe: no dropout here"))
}

func TestBadRecipeIsNoFailureOfTheAgent(t *testing.T) {
	env, spec := scriptedTrial(t, scripted{enough}, 1, results.Iterative, results.Scratch)
	env.Student = badRecipe{env.Student}
	state, err := runner.Run(context.Background(), env, spec)
	var known *results.Error
	if !errors.As(err, &known) || known.Kind != results.BadInput || state.Last().Trained {
		t.Errorf("%v, %+v", err, state.Last())
	}
}

// TestTemporaryFilesAreNotSealed leaves what a killed process leaves behind.
func TestTemporaryFilesAreNotSealed(t *testing.T) {
	env, spec := scriptedTrial(t, scripted{"no code"}, 1, results.OneShot, results.Scratch)
	dir := env.Root.Trial(spec.TrialID)
	left := []string{filepath.Join(string(dir), ".lock-123"), filepath.Join(string(dir.Attempt(1)), ".new-123")}
	for _, path := range left {
		if err := disk.WriteFile(path, []byte("half")); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := runner.Run(context.Background(), env, spec); err != nil {
		t.Fatal(err)
	}
	for _, path := range left {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	if err := dir.CheckSeal(); err != nil {
		t.Error(err)
	}
}
