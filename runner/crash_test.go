package runner_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/runner"
	"github.com/autodatabench/autodatabench/runner/command"
	"github.com/autodatabench/autodatabench/runner/gateway"
	"github.com/autodatabench/autodatabench/runner/sandbox"
)

// firstLines leaves the first lines of a file, as a process does that is killed
// before it writes more.
func firstLines(t *testing.T, path string, n int) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data = bytes.Join(bytes.SplitAfter(data, []byte("\n"))[:n], nil)
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestKilledAfterTheReply kills a trial at each point between an agent's reply
// and its event. The reply is paid for: it is not asked for again, and what it
// used is in the books once.
func TestKilledAfterTheReply(t *testing.T) {
	agent := answers("no code", results.FinishStop, results.Tokens{Input: 1_000, Output: 100})
	env, spec := scriptedTrial(t, agent, 1, results.OneShot, results.Scratch)
	want, err := runner.Run(context.Background(), env, spec)
	if err != nil {
		t.Fatal(err)
	}
	dir := env.Root.Trial(spec.TrialID)
	for _, inLedger := range []int{1, 0} { // killed after the ledger's record, and before it
		if err := os.Remove(string(dir.SealFile())); err != nil {
			t.Fatal(err)
		}
		firstLines(t, dir.Events(), 2)
		firstLines(t, dir.Ledger(), inLedger)
		got, err := runner.Run(context.Background(), env, spec)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("with %d records in the ledger (-whole +killed):\n%s", inLedger, diff)
		}
		ledger, err := gateway.ReadLedger(dir, spec.Protocol.Budget)
		if err != nil || ledger.Agent != want.Usage.Agent() || len(agent.asked) != 1 {
			t.Errorf("%v; ledger %+v, want %+v; asked %d times", err, ledger.Agent, want.Usage.Agent(), len(agent.asked))
		}
	}
}

// talking is a command agent's sandbox: its program makes two calls of the model
// of [wasteful] and replies, until the time is up.
type talking struct {
	*wasteful
	hangs int // the attempt in which it gives no reply; 0 for none
	asked int
}

func (a *talking) Run(ctx context.Context, spec sandbox.Spec) (sandbox.Result, error) {
	a.asked++
	for range 2 {
		a.call(spec.Socket)
	}
	if a.asked == a.hangs {
		<-ctx.Done()
		return sandbox.Result{}, context.Cause(ctx)
	}
	return sandbox.Result{Stdout: []byte("no code")}, nil
}

// TestKilledBetweenCallAndBooks kills a trial while its agent's own program runs,
// when a call is kept and not yet in the ledger.
func TestKilledBetweenCallAndBooks(t *testing.T) {
	a := &talking{wasteful: &wasteful{}}
	env, spec := trials(t)(command.Agent{Model: a, Sandbox: a}, 1)
	if _, err := runner.Run(context.Background(), env, spec); err != nil {
		t.Fatal(err)
	}
	dir := env.Root.Trial(spec.TrialID)
	calls := filepath.Join(string(dir.Attempt(1)), "model.jsonl")
	if err := errors.Join(os.Remove(string(dir.SealFile())), os.Remove(filepath.Join(string(dir.Attempt(1)), "reply.json"))); err != nil {
		t.Fatal(err)
	}
	firstLines(t, dir.Events(), 2)
	firstLines(t, dir.Ledger(), 1)
	whole, err := os.ReadFile(calls)
	if err != nil {
		t.Fatal(err)
	}
	if err := disk.WriteFile(calls, append(whole, "torn"...)); err != nil {
		t.Fatal(err)
	}
	state, err := runner.Run(context.Background(), env, spec)
	if err != nil || state.Usage.AgentCalls != 4 || state.Usage.AgentInput != 4*90_000 {
		t.Errorf("%v, %+v, want two calls before and two after", err, state.Usage)
	}
	if now, _ := os.ReadFile(calls); !bytes.HasPrefix(now, whole) || bytes.Count(now, []byte("\n")) != 4 {
		t.Errorf("calls are lost or torn: %s", now)
	}
}

// TestReplayOfACommand replays trials of an agent's own program that calls a
// model: one that ends by itself, and one whose time ends while it works.
func TestReplayOfACommand(t *testing.T) {
	for _, hangs := range []int{0, 2} {
		a := &talking{wasteful: &wasteful{}, hangs: hangs}
		env, spec := trials(t)(command.Agent{Model: a, Sandbox: a}, 3)
		spec.Price = &results.Price{Input: 0.3, Output: 1}
		spec.Protocol.Budget.AgentTime = 1_000_000_000
		was, err := runner.Run(context.Background(), env, spec)
		if err != nil || (was.End == results.EndAgent) != (hangs > 0) {
			t.Fatalf("%v, end %q", err, was.End)
		}
		teacher := env.Teacher
		recording, env := recordedEnv(t, env, env.Root.Trial(spec.TrialID))
		env.Teacher = teacher
		spec = recording.Spec()
		now, err := runner.Run(context.Background(), env, spec)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(was, now); diff != "" {
			t.Errorf("-recorded +replayed:\n%s", diff)
		}
		if difference, err := recording.Compare(env.Root.Trial(spec.TrialID)); err != nil || difference != "" {
			t.Errorf("first difference %q, %v", difference, err)
		}
	}
}
