package runner_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/runner/teacher"
)

// clock stands still unless it is moved: a step then takes no run time, and a
// step that hangs is ended by the time left alone.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

// hanging is an agent that gives no answer before it is given up.
type hanging struct{ err error } // what it says then; nil: that it was given up

func (h hanging) Reply(ctx context.Context, _ agents.Request) (results.Reply, error) {
	<-ctx.Done()
	if h.err != nil {
		return results.Reply{}, h.err
	}
	return results.Reply{}, results.Infra(fmt.Errorf("ask model: %w", ctx.Err()))
}

// slow is a student that hangs in training, where it takes a minute, or answers
// after an hour. It is paid.
type slow struct {
	runner.Student
	clock *clock
	train bool
}

func (s slow) Train(ctx context.Context, recipe results.Recipe, rows []results.Row, seed int64, dir string, progress func(student.Progress)) (results.TrainReport, error) {
	if s.train {
		student.Pay(ctx, 1.5)
		<-ctx.Done()
		s.clock.at = s.clock.at.Add(time.Minute)
		return results.TrainReport{}, results.Infra(errors.New("signal: killed"))
	}
	return s.Student.Train(ctx, recipe, rows, seed, dir, progress)
}

func (s slow) Generate(ctx context.Context, _ string, prompts []string, _ results.Sampling, _ func(done, total int)) ([]string, error) {
	student.Pay(ctx, 0.5)
	s.clock.at = s.clock.at.Add(time.Hour)
	return make([]string, len(prompts)), nil
}

// TestRunTimeEndsWithinAStep checks that no step outlives the run time, that
// the attempt stands as it was, that the trial has ended for good, and that what
// the step used of the student counts.
func TestRunTimeEndsWithinAStep(t *testing.T) {
	for _, c := range []struct {
		name    string
		agent   agents.Agent
		runTime time.Duration
		train   bool
		want    results.Attempt
		best    int
		used    time.Duration
		paid    float64
	}{
		{"asking", hanging{}, 100 * time.Millisecond, false, results.Attempt{N: 1, Op: results.Draft}, 0, 0, 0},
		{"training", scripted{enough}, 10 * time.Second, true, results.Attempt{Replied: true, Executed: true}, 1, time.Minute, 1.5},
		{"evaluation", scripted{enough}, time.Minute, false, results.Attempt{Replied: true, Executed: true, Trained: true}, 1, time.Hour, 0.5},
	} {
		t.Run(c.name, func(t *testing.T) {
			env, spec := scriptedTrial(t, c.agent, 2, results.Iterative, results.Scratch)
			spec.Protocol.Budget.RunTime = c.runTime
			still := &clock{at: time.Now()}
			env.Clock, env.Student = runner.Wall(still.now), slow{env.Student, still, c.train}
			env.GPUs.Student = new(2)
			for range 2 { // the second time there is nothing to be done
				state, err := runner.Run(context.Background(), env, spec)
				if err != nil {
					t.Fatal(err)
				}
				a := state.Last()
				if state.End != results.EndTime || state.Best != c.best || len(state.Attempts) != 1 || a.Public != nil || a.Failure != "" ||
					a.Replied != c.want.Replied || a.Executed != c.want.Executed || a.Trained != c.want.Trained {
					t.Errorf("end %q, best %d, %d attempts, %+v", state.End, state.Best, len(state.Attempts), a)
				}
				u := state.Outcome(results.Score{}, nil).Usage
				if s := c.used.Seconds(); u.StudentSeconds != s || u.GPUSeconds != results.Num(2*s, true) || state.Elapsed != c.used || u.StudentCost != c.paid {
					t.Errorf("used %g s and %g USD, GPU seconds %+v, elapsed %s, want %s and %g USD", u.StudentSeconds, u.StudentCost, u.GPUSeconds, state.Elapsed, c.used, c.paid)
				}
			}
			if err := env.Root.Trial(spec.TrialID).CheckSeal(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestFailedServerIsNoEndOfTime checks that a server which failed before the run
// time ended stops the trial, which can be resumed.
func TestFailedServerIsNoEndOfTime(t *testing.T) {
	down := hanging{results.Infra(errors.New("the server answered 503"))}
	env, spec := scriptedTrial(t, down, 2, results.Iterative, results.Scratch)
	spec.Protocol.Budget.RunTime = 100 * time.Millisecond
	state, err := runner.Run(context.Background(), env, spec)
	if err == nil || !strings.Contains(err.Error(), "503") || state.End != "" {
		t.Errorf("%v, end %q", err, state.End)
	}
}

// TestCallsEndWithTheCode checks that a teacher that hangs does not keep the
// trial beyond the time of the code, and that this is not the agent's failure.
func TestCallsEndWithTheCode(t *testing.T) {
	ask := program("from autodatabench import ask\nask('x')")
	env, spec := scriptedTrial(t, scripted{ask}, 1, results.OneShot, results.Scratch)
	env.Teacher = silent{}
	spec.Protocol.Budget.CodeTime = 8 * time.Second // time for Python to start on a busy machine
	state, err := runner.Run(context.Background(), env, spec)
	var known *results.Error
	if !errors.As(err, &known) || known.Kind != results.Infrastructure || state.Last().Executed {
		t.Errorf("%v, %+v", err, state.Last())
	}
}

// silent is a teacher that never answers.
type silent struct{ down }

func (silent) Complete(ctx context.Context, _ teacher.Request) (teacher.Response, error) {
	<-ctx.Done()
	return teacher.Response{}, &teacher.CallError{Err: ctx.Err()}
}
