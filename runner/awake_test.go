package runner_test

import (
	"context"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner"
	"github.com/autodatabench/autodatabench/runner/command"
	"github.com/autodatabench/autodatabench/runner/sandbox"
)

func TestAwakeLeavesStopsOut(t *testing.T) {
	at := time.Now()
	begin := at
	asleep := 3 * time.Hour // before the program began
	a := runner.NewAwake(func() time.Time { return at }, func() time.Duration { return asleep })
	for _, step := range []time.Duration{time.Second, time.Hour, 4 * time.Second, 10 * time.Second} {
		at = at.Add(step)
		a.Now()
	}
	if a.Stopped() != time.Hour+10*time.Second || a.Now().Sub(begin) != 5*time.Second {
		t.Errorf("stopped %s, awake %s", a.Stopped(), a.Now().Sub(begin))
	}
	asleep += 8 * time.Hour // while the clock of the times above stands still
	if a.Stopped() != 9*time.Hour+10*time.Second || a.Now().Sub(begin) != 5*time.Second {
		t.Errorf("after sleep: stopped %s, awake %s", a.Stopped(), a.Now().Sub(begin))
	}
}

// TestStoppedProcess stops this process for real, by a signal that another sends.
func TestStoppedProcess(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seven seconds")
	}
	a := runner.NewAwake(time.Now, func() time.Duration { return 0 })
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go a.Watch(ctx)
	waker, err := os.StartProcess("/bin/sh", []string{"sh", "-c", "sleep 0.2; kill -STOP $0; sleep 7; kill -CONT $0", strconv.Itoa(os.Getpid())}, &os.ProcAttr{Sys: &syscall.SysProcAttr{Setpgid: true}})
	if err != nil {
		t.Fatal(err)
	}
	waker.Wait() // in which the process is stopped
	if d := a.Stopped(); d < 6*time.Second || d > 30*time.Second {
		t.Errorf("stopped for %s", d)
	}
}

// stopping is a clock whose program is stopped for an hour while the first code runs.
type stopping struct {
	runner.Clock
	stopped atomic.Int64
}

func (s *stopping) Stopped() time.Duration { return time.Duration(s.stopped.Load()) }

type stoppedBox struct {
	runner.Sandbox
	clock *stopping
	runs  int
}

func (b *stoppedBox) Run(ctx context.Context, spec sandbox.Spec) (sandbox.Result, error) {
	switch b.runs++; b.runs {
	case 1:
		b.clock.stopped.Add(int64(time.Hour))
		return sandbox.Result{TimedOut: true, ExitCode: 137}, nil // its timer went off meanwhile
	case 2:
		b.clock.stopped.Add(int64(time.Hour))
		<-ctx.Done() // it would go on
		return sandbox.Result{}, context.Cause(ctx)
	}
	return b.Sandbox.Run(ctx, spec)
}

// TestCodeOfAStoppedProgramRunsAgain checks that code which ran while the program was
// stopped does not count, whatever it left.
func TestCodeOfAStoppedProgramRunsAgain(t *testing.T) {
	env, spec := scriptedTrial(t, scripted{enough}, 1, results.OneShot, results.Scratch)
	clock := &stopping{Clock: env.Clock}
	env.Clock, env.Sandbox = clock, &stoppedBox{Sandbox: env.Sandbox, clock: clock}
	state, err := runner.Run(context.Background(), env, spec)
	if err != nil || !state.Last().Valid() || state.Faults != 2 || state.Last().Failure != "" {
		t.Errorf("%v, %+v, %d faults", err, state.Last(), state.Faults)
	}
	if log := readAttempt(t, env, spec, 1, "../../events.jsonl"); !strings.Contains(log, "asleep, for 1h0m0s") {
		t.Error("the stop is not in the record")
	}
}

// stoppedProgram is the sandbox of an agent's own program, during whose first starts this
// program is stopped.
type stoppedProgram struct {
	clock *stopping
	runs  int
}

func (p *stoppedProgram) Run(ctx context.Context, _ sandbox.Spec) (sandbox.Result, error) {
	switch p.runs++; p.runs {
	case 1:
		p.clock.stopped.Add(int64(time.Hour))
		return sandbox.Result{ExitCode: 1}, nil // nobody answered its calls meanwhile
	case 2:
		p.clock.stopped.Add(int64(time.Hour))
		<-ctx.Done() // it would go on
		return sandbox.Result{}, context.Cause(ctx)
	case 3:
		p.clock.stopped.Add(int64(time.Hour))
		return sandbox.Result{Stdout: []byte("a reply of less time than others had")}, nil
	}
	return sandbox.Result{Stdout: []byte("no code")}, nil
}

// TestAgentOfAStoppedProgramRunsAgain checks the same of an agent's own program: none of
// what it did meanwhile is a failure of the agent, or a reply.
func TestAgentOfAStoppedProgramRunsAgain(t *testing.T) {
	box := &stoppedProgram{clock: &stopping{}}
	env, spec := scriptedTrial(t, command.Agent{Sandbox: box}, 1, results.OneShot, results.Scratch)
	box.clock.Clock = env.Clock
	env.Clock, env.Outage = box.clock, time.Minute
	state, err := runner.Run(context.Background(), env, spec)
	if err != nil || box.runs != 4 || state.Faults != 3 || state.Replies() != 1 || state.Last().Failure != results.ExtractionFailed {
		t.Errorf("%v, %+v, %d starts, %d faults", err, state.Last(), box.runs, state.Faults)
	}
	if reply := readAttempt(t, env, spec, 1, "reply.json"); !strings.Contains(reply, "no code") {
		t.Errorf("another reply was kept: %s", reply)
	}
}
