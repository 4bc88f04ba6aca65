package runner_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner"
	"github.com/autodatabench/autodatabench/runner/gateway"
)

// interruptAt ends the returned context when the trial reports the doing.
func interruptAt(env *runner.Env, doing string, after time.Duration) context.Context {
	ctx, cancel := context.WithCancelCause(context.Background())
	env.Report = func(_ results.TrialID, what string, _ *results.Trial) {
		if what == doing {
			time.AfterFunc(after, func() { cancel(errors.New("interrupted")) })
		}
	}
	return ctx
}

// TestRottenFilesAreNotRun flips one bit of a program, or of the reply that it was
// taken out of, before it runs.
func TestRottenFilesAreNotRun(t *testing.T) {
	for _, name := range []string{"code.py", "reply.json"} {
		env, spec := scriptedTrial(t, scripted{program("import time\ntime.sleep(60)")}, 1, results.OneShot, results.Scratch)
		if _, err := runner.Run(interruptAt(&env, "execute", 0), env, spec); err == nil {
			t.Fatal("not interrupted")
		}
		path := string(env.Root.Trial(spec.TrialID).Attempt(1).Code())
		if name == "reply.json" {
			path = string(env.Root.Trial(spec.TrialID).Attempt(1).Reply())
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		at := strings.Index(string(data), "sleep(60)") + 6
		data[at] ^= 1
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		env.Report = nil
		state, err := runner.Run(context.Background(), env, spec)
		var known *results.Error
		if !errors.As(err, &known) || known.Kind != results.Verification || state.Last().Executed {
			t.Errorf("%s: %v, %+v", name, err, state.Last())
		}
	}
}

// TestInterruptedTimeCounts interrupts code that works for a while: its time counts
// before it is run again and once after it, and so it does in a replay.
func TestInterruptedTimeCounts(t *testing.T) {
	env, spec := scriptedTrial(t, scripted{program("import time\ntime.sleep(3)")}, 1, results.OneShot, results.Scratch)
	_, err := runner.Run(interruptAt(&env, "execute", 2*time.Second), env, spec)
	dir := env.Root.Trial(spec.TrialID)
	cut, failed := dir.Load()
	if err == nil || failed != nil || cut.Elapsed < 2*time.Second || cut.Faults != 0 {
		t.Fatalf("%v, %v, elapsed %s, %d faults", err, failed, cut.Elapsed, cut.Faults)
	}
	env.Report = nil
	state, err := runner.Run(context.Background(), env, spec)
	if err != nil || state.Elapsed < cut.Elapsed+3*time.Second || state.Elapsed > cut.Elapsed+40*time.Second {
		t.Fatalf("%v, elapsed %s after %s", err, state.Elapsed, cut.Elapsed)
	}
	recording, now := recordedEnv(t, env, dir)
	again, err := runner.Run(context.Background(), now, recording.Spec())
	if err != nil {
		t.Fatal(err)
	}
	if d := again.Elapsed - state.Elapsed; d > time.Millisecond || d < -time.Millisecond {
		t.Errorf("elapsed %s, replayed %s", state.Elapsed, again.Elapsed)
	}
	if difference, err := recording.Compare(now.Root.Trial(spec.TrialID)); err != nil || difference != "" {
		t.Errorf("first difference %q, %v", difference, err)
	}
}

// inFlight is an agent whose call takes a while, whatever becomes of its context.
type inFlight struct {
	takes time.Duration
	asked int
}

func (a *inFlight) Reply(ctx context.Context, _ agents.Request) (results.Reply, error) {
	a.asked++
	select {
	case <-ctx.Done():
		return results.Reply{}, results.Infra(context.Cause(ctx))
	case <-time.After(a.takes):
		return results.Reply{Text: "no code", Tokens: results.Tokens{Input: 5}}, nil
	}
}

// TestReplyInFlightIsKept interrupts a trial while its agent is asked: a reply that
// comes soon is kept and not asked for again, and one that does not is in the ledger.
func TestReplyInFlightIsKept(t *testing.T) {
	for _, c := range []struct {
		takes      time.Duration
		asked, cut int
	}{{time.Second, 1, 0}, {time.Hour, 2, 1}} {
		agent := &inFlight{takes: c.takes}
		env, spec := scriptedTrial(t, agent, 1, results.OneShot, results.Scratch)
		if _, err := runner.Run(interruptAt(&env, "ask", 200*time.Millisecond), env, spec); err == nil || !strings.Contains(err.Error(), "interrupted") && c.takes == time.Second {
			t.Fatal(err)
		}
		agent.takes, env.Report = 0, nil
		state, err := runner.Run(context.Background(), env, spec)
		if err != nil || agent.asked != c.asked || state.Usage.AgentCalls != 1 {
			t.Errorf("%v, asked %d times, %+v", err, agent.asked, state.Usage)
		}
		sum, err := gateway.ReadLedger(env.Root.Trial(spec.TrialID), spec.Protocol.Budget)
		if err != nil || sum.AgentCut != c.cut || sum.Agent.Calls != 1 {
			t.Errorf("%v, ledger %+v", err, sum)
		}
	}
}
