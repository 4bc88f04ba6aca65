package runner_test

import (
	"context"
	"fmt"
	"os"
	"os/signal"
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
	a := runner.NewAwake(func() time.Time { return at }, func() time.Duration { return asleep }, nil)
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

// TestAwakeTellsShortStopsFromLoad wants a gap of some seconds to count if a signal ended
// it, and no other: a busy machine makes such gaps.
func TestAwakeTellsShortStopsFromLoad(t *testing.T) {
	at := time.Now()
	continued := make(chan os.Signal, 1)
	a := runner.NewAwake(func() time.Time { return at }, func() time.Duration { return 0 }, continued)
	for _, c := range []struct {
		gap    time.Duration
		signal bool
		want   time.Duration // stopped in all
	}{
		{4 * time.Second, false, 0}, {3 * time.Second, true, 3 * time.Second},
		{900 * time.Millisecond, true, 3 * time.Second}, {4 * time.Second, false, 3 * time.Second}, // of a program that was not stopped
		{6 * time.Second, true, 9 * time.Second}, {0, false, 9 * time.Second}, {2 * time.Second, false, 9 * time.Second},
	} {
		if at = at.Add(c.gap); c.signal {
			continued <- syscall.SIGCONT
		}
		if d := a.Stopped(); d != c.want {
			t.Errorf("after %s, signal %v: stopped for %s, want %s", c.gap, c.signal, d, c.want)
		}
	}
}

// TestStoppedProcess stops this process for real, by a signal that another sends.
func TestStoppedProcess(t *testing.T) {
	if testing.Short() {
		t.Skip("takes ten seconds")
	}
	continued := make(chan os.Signal, 1)
	signal.Notify(continued, syscall.SIGCONT)
	defer signal.Stop(continued)
	for stop, news := range map[time.Duration]<-chan os.Signal{7 * time.Second: nil, 2 * time.Second: continued} {
		a := runner.NewAwake(time.Now, func() time.Duration { return 0 }, news)
		ctx, cancel := context.WithCancel(context.Background())
		go a.Watch(ctx)
		script := fmt.Sprintf("sleep 0.2; kill -STOP $0; sleep %d; kill -CONT $0", int(stop.Seconds()))
		waker, err := os.StartProcess("/bin/sh", []string{"sh", "-c", script, strconv.Itoa(os.Getpid())}, &os.ProcAttr{Sys: &syscall.SysProcAttr{Setpgid: true}})
		if err != nil {
			t.Fatal(err)
		}
		waker.Wait() // in which the process is stopped
		if d := a.Stopped(); d < stop-time.Second || d > stop+20*time.Second {
			t.Errorf("stopped for %s, want %s", d, stop)
		}
		cancel()
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
