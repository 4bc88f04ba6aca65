package runner_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner"
	"github.com/autodatabench/autodatabench/runner/replay"
	"github.com/autodatabench/autodatabench/runner/teacher"
)

// replayed runs the recorded trial again with its agent and its teacher, and says
// at which step it first differs.
func replayed(t *testing.T, env runner.Env, dir record.Trial) (*results.Trial, string) {
	t.Helper()
	recording, env := recordedEnv(t, env, dir)
	state, err := runner.Run(context.Background(), env, recording.Spec())
	if err != nil {
		t.Fatal(err)
	}
	difference, err := recording.Compare(env.Root.Trial(recording.Spec().TrialID))
	if err != nil {
		t.Fatal(err)
	}
	return state, difference
}

// recordedEnv is the environment of a replay of the trial, with its recorded
// teacher, in a folder of its own.
func recordedEnv(t *testing.T, env runner.Env, dir record.Trial) (*replay.Recording, runner.Env) {
	t.Helper()
	recording, err := replay.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	env.Root = record.Experiment(t.TempDir())
	if env, err = recording.Into(env); err != nil {
		t.Fatal(err)
	}
	if env.Teacher, err = recording.Teacher(); err != nil {
		t.Fatal(err)
	}
	return recording, env
}

// patient is a teacher that takes its time for each answer, and never gives one to
// a prompt with the word endless.
type patient struct {
	teacher.Teacher
	takes time.Duration
}

func (p patient) Complete(ctx context.Context, r teacher.Request) (teacher.Response, error) {
	after := time.After(p.takes)
	if strings.Contains(r.Messages[0].Content, "endless") {
		after = nil
	}
	select {
	case <-after:
		return p.Teacher.Complete(ctx, r)
	case <-ctx.Done():
		return teacher.Response{}, ctx.Err()
	}
}

// TestReplayOfStoppedCode replays code that was stopped because the teacher was
// slow: while a call was in flight, and when it no longer called.
func TestReplayOfStoppedCode(t *testing.T) {
	for name, c := range map[string]struct {
		takes time.Duration
		code  string
	}{
		"in flight": {0, `import time
from autodatabench import ask
ask("a question")
time.sleep(4.3)
ask("an endless question")`},
		"after its calls": {2_500 * time.Millisecond, `import time
from autodatabench import ask
for n in range(2):
    ask("question %d" % n)
time.sleep(4)`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env, spec := scriptedTrial(t, scripted{program(c.code)}, 1, results.OneShot, results.Scratch)
			env.Teacher = patient{env.Teacher, c.takes}
			spec.Protocol.Budget.CodeTime = 8 * time.Second // a call in flight for half of it would be the teacher's fault
			was, err := runner.Run(context.Background(), env, spec)
			if err != nil || was.Last().Failure != results.CodeTimeout || was.Usage.TeacherCalls != 2 {
				t.Fatalf("%v, %+v, %d calls", err, was.Last(), was.Usage.TeacherCalls)
			}
			now, difference := replayed(t, env, env.Root.Trial(spec.TrialID))
			if difference != "" || now.Faults != 0 {
				t.Errorf("first difference %q, %d faults", difference, now.Faults)
			}
		})
	}
}

// TestReplayOfTimeUp replays trials whose time ended within a training and within
// an evaluation, with a student that is quick.
func TestReplayOfTimeUp(t *testing.T) {
	for name, c := range map[string]struct {
		trains  bool
		runTime time.Duration
	}{"training": {false, 10 * time.Second}, "evaluation": {true, time.Minute}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env, spec := scriptedTrial(t, scripted{enough}, 2, results.Iterative, results.Scratch)
			quick, still := env.Student, &clock{at: time.Now()}
			env.Clock, env.Student = runner.Wall(still.now), slow{quick, still, !c.trains}
			spec.Protocol.Budget.RunTime = c.runTime
			was, err := runner.Run(context.Background(), env, spec)
			if err != nil || was.End != results.EndTime || was.Last().Trained != c.trains {
				t.Fatalf("%v, end %q, %+v", err, was.End, was.Last())
			}
			env.Student = quick
			if now, difference := replayed(t, env, env.Root.Trial(spec.TrialID)); difference != "" || now.End != results.EndTime {
				t.Errorf("first difference %q, end %q", difference, now.End)
			}
		})
	}
}
