package runner_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/agents/chat"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner"
	"github.com/autodatabench/autodatabench/runner/command"
	"github.com/autodatabench/autodatabench/runner/gateway"
	"github.com/autodatabench/autodatabench/runner/sandbox"
)

// answering is an agent that answers every request the same, and keeps what it
// was asked.
type answering struct {
	reply results.Reply
	fails []error // before it answers
	asked []agents.Request
	times []time.Time // when it was asked
}

func (a *answering) Reply(_ context.Context, r agents.Request) (results.Reply, error) {
	a.asked, a.times = append(a.asked, r), append(a.times, time.Now())
	if n := len(a.asked); n <= len(a.fails) {
		return results.Reply{}, a.fails[n-1]
	}
	return a.reply, nil
}

func answers(text string, finish results.Finish, used results.Tokens) *answering {
	return &answering{reply: results.Reply{Text: text, Finish: finish, Tokens: used}}
}

// trials makes trials of agents that share all that takes time to build.
func trials(t *testing.T) func(agent agents.Agent, attempts int) (runner.Env, results.Spec) {
	base, spec := scriptedTrial(t, nil, 1, results.OneShot, results.Scratch)
	return func(agent agents.Agent, attempts int) (runner.Env, results.Spec) {
		env, spec := base, spec
		env.Root, env.Agent = record.Experiment(t.TempDir()), agent
		spec.Protocol.Budget.Attempts = attempts
		return env, spec
	}
}

// TestFinishIsToldApart records how a model ended a reply that holds no program.
func TestFinishIsToldApart(t *testing.T) {
	next := trials(t)
	for _, c := range []struct {
		reply   results.Reply
		failure results.Failure
		detail  string
	}{
		{results.Reply{Finish: results.FinishLength}, results.OutputTruncated, "cut at the output limit"},
		{results.Reply{Text: "I cannot help with that.", Finish: results.FinishRefusal}, results.ExtractionFailed, "the model refused to answer"},
		{results.Reply{Finish: results.FinishEmpty}, results.ExtractionFailed, "the reply is empty"},
		{results.Reply{Finish: results.FinishFilter}, results.ExtractionFailed, "content filter"},
		{results.Reply{Text: "Just words.", Finish: results.FinishStop}, results.ExtractionFailed, "no fenced code block"},
		{results.Reply{Unanswered: "the prompt does not fit"}, results.OtherFailure, "the prompt does not fit"},
	} {
		env, spec := next(&answering{reply: c.reply}, 1)
		state, err := runner.Run(context.Background(), env, spec)
		if err != nil {
			t.Fatal(err)
		}
		if a := state.Last(); a.Failure != c.failure || !strings.Contains(a.Detail, c.detail) {
			t.Errorf("%+v: %q (%s)", c.reply, a.Failure, a.Detail)
		}
		log := readAttempt(t, env, spec, 1, "../../events.jsonl")
		if c.reply.Finish != "" && !strings.Contains(log, `"finish":"`+string(c.reply.Finish)+`"`) {
			t.Errorf("%+v: the ending is not in the record", c.reply)
		}
	}
}

// TestUsageIsMetered adds up tokens and cost, in the state, the ledger and the
// outcome; without a price the cost is unknown and never 0.
func TestUsageIsMetered(t *testing.T) {
	next := trials(t)
	used := results.Tokens{Input: 1_000, Cached: 400, Output: 100, Reasoning: 60}
	for _, price := range []*results.Price{nil, {Input: 10, Output: 50}} {
		env, spec := next(answers("no code", results.FinishStop, used), 2)
		spec.Price = price
		state, err := runner.Run(context.Background(), env, spec)
		if err != nil {
			t.Fatal(err)
		}
		want := results.Num(2*(1_000*10+100*50)/1e6, price != nil)
		u := state.Outcome(results.Score{}, nil).Usage
		if u.AgentCalls != 2 || u.AgentInput != 2_000 || u.AgentCached != 800 || u.AgentOutput != 200 || u.AgentReasoning != 120 {
			t.Errorf("%+v", u)
		}
		if d := u.AgentCost.Value - want.Value; u.AgentCost.Known != want.Known || d > 1e-9 || d < -1e-9 {
			t.Errorf("cost %+v, want %+v", u.AgentCost, want)
		}
		ledger, err := gateway.ReadLedger(env.Root.Trial(spec.TrialID), spec.Protocol.Budget)
		if err != nil || ledger.Agent.Calls != 2 || ledger.Agent.Cost.Known != want.Known {
			t.Errorf("ledger %+v, %v", ledger.Agent, err)
		}
	}
}

// TestAgentBudgetsEndTheTrial bounds tokens, cost and time of the agent.
func TestAgentBudgetsEndTheTrial(t *testing.T) {
	next := trials(t)
	used := results.Tokens{Input: 3_000, Output: 500}
	for _, c := range []struct {
		name   string
		set    func(*results.Budget)
		reason results.EndReason
		asked  int
		limits bool // replies were bounded
	}{
		{"tokens are spent", func(b *results.Budget) { b.AgentTokens = 8_000 }, results.EndTokens, 2, true},
		{"tokens are short of a prompt", func(b *results.Budget) { b.AgentTokens = 500 }, results.EndTokens, 0, false},
		{"cost", func(b *results.Budget) { b.AgentCost = 0.08 }, results.EndCost, 2, true},
		{"no budget", func(*results.Budget) {}, results.EndAttempts, 4, false},
	} {
		agent := answers("no code", results.FinishStop, used)
		env, spec := next(agent, 4)
		spec.Price = &results.Price{Input: 10, Output: 20}
		c.set(&spec.Protocol.Budget)
		state, err := runner.Run(context.Background(), env, spec)
		if err != nil || state.End != c.reason || len(agent.asked) != c.asked {
			t.Errorf("%s: %v, end %q after %d replies", c.name, err, state.End, len(agent.asked))
		}
		for _, r := range agent.asked {
			if (r.MaxTokens > 0) != c.limits {
				t.Errorf("%s: a reply may have %d tokens", c.name, r.MaxTokens)
			}
		}
	}
}

// idle is an agent that takes until its time is over.
type idle struct{}

func (idle) Reply(ctx context.Context, _ agents.Request) (results.Reply, error) {
	<-ctx.Done()
	return results.Reply{}, context.Cause(ctx)
}

func TestAgentTimeEndsTheTrial(t *testing.T) {
	env, spec := scriptedTrial(t, idle{}, 2, results.OneShot, results.Scratch)
	spec.Protocol.Budget.AgentTime = 50 * time.Millisecond
	state, err := runner.Run(context.Background(), env, spec)
	if err != nil || state.End != results.EndAgent {
		t.Errorf("%v, end %q", err, state.End)
	}
}

// TestFaultsAreRepeated lets the agent's model fail: the attempt is repeated and
// the faults recorded, up to a bound, and none is a failure of the agent.
func TestFaultsAreRepeated(t *testing.T) {
	next := trials(t)
	down := results.Infra(errors.New("the model is down"))
	away := func(d time.Duration) error {
		return &results.Error{Kind: results.Infrastructure, Err: errors.New("the model is away"), After: d}
	}
	for _, c := range []struct {
		fails []error
		runs  bool // to its end
		kind  results.Kind
		notes int
	}{
		{[]error{down, down}, true, "", 2},
		{[]error{down, down, down}, false, results.Infrastructure, 3},
		{[]error{away(200 * time.Millisecond)}, true, "", 1},
		{[]error{away(time.Hour)}, false, results.Infrastructure, 1},
		{[]error{results.Bad(errors.New("no such model"))}, false, results.BadInput, 0},
	} {
		agent := answers("no code", results.FinishStop, results.Tokens{})
		agent.fails = c.fails
		env, spec := next(agent, 1)
		state, err := runner.Run(context.Background(), env, spec)
		var known *results.Error
		switch {
		case c.runs && (err != nil || state.End != results.EndAttempts || len(state.Attempts) != 1):
			t.Errorf("%v, end %q after %d attempts", err, state.End, len(state.Attempts))
		case !c.runs && (!errors.As(err, &known) || known.Kind != c.kind || state.Last().Failure != ""):
			t.Errorf("%v, %+v", err, state.Last())
		}
		var first *results.Error
		if errors.As(c.fails[0], &first); len(agent.times) > 1 && agent.times[1].Sub(agent.times[0]) < first.After {
			t.Errorf("asked again after %s, not %s", agent.times[1].Sub(agent.times[0]), first.After)
		}
		if state.Faults != c.notes {
			t.Errorf("%d faults noted, want %d", state.Faults, c.notes)
		}
	}
}

// TestTrimmedPromptIsRecorded gives the agent a small context window.
func TestTrimmedPromptIsRecorded(t *testing.T) {
	agent := answers(program("raise ValueError('x' * 3000)"), results.FinishStop, results.Tokens{})
	env, spec := scriptedTrial(t, agent, 2, results.Iterative, results.Scratch)
	spec.PromptTokens = 100
	if _, err := runner.Run(context.Background(), env, spec); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"prompt.json":        "the beginning of the log",
		"../../events.jsonl": `"trimmed":["the plan","the beginning of the log"]`,
	} {
		if text := readAttempt(t, env, spec, 2, name); !strings.Contains(text, want) {
			t.Errorf("%s does not say %q", name, want)
		}
	}
}

// TestReplay runs a trial again after its record: the events are the same to the
// byte with the recorded teacher, whatever the clock says, and a changed reply is
// named as the first difference.
func TestReplay(t *testing.T) {
	ask := program(`from autodatabench import ask_many, save_rows
answers = ask_many(["Write a problem about area %d" % i for i in range(25)])
save_rows([{"instruction": "question %d" % i, "input": "", "output": a or "?"} for i, a in enumerate(answers)])`)
	env, spec := scriptedTrial(t, scripted{"no code", ask}, 3, results.OneShot, results.Scratch)
	if _, err := runner.Run(context.Background(), env, spec); err != nil {
		t.Fatal(err)
	}
	dir := env.Root.Trial(spec.TrialID)
	again := func(agent agents.Agent) (string, string) {
		t.Helper()
		recording, now := recordedEnv(t, env, dir)
		was := recording.Spec()
		if agent != nil {
			now.Agent = agent
		}
		if _, err := runner.Run(context.Background(), now, was); err != nil {
			t.Fatal(err)
		}
		difference, err := recording.Compare(now.Root.Trial(was.TrialID))
		if err != nil {
			t.Fatal(err)
		}
		return difference, readAttempt(t, now, was, 1, "../../events.jsonl")
	}
	if difference, events := again(nil); difference != "" || events != readAttempt(t, env, spec, 1, "../../events.jsonl") {
		t.Errorf("first difference %q, or other events", difference)
	}
	if difference, _ := again(scripted{"no code", strings.ReplaceAll(ask, "A plan.", "Another plan.")}); !strings.Contains(difference, "attempt 2 (agent.replied): reply is ") {
		t.Errorf("first difference %q", difference)
	}
}

// wasteful is a command agent's model and sandbox: its program makes a call, and
// then the platform fails.
type wasteful struct{ calls int }

func (w *wasteful) Forward(context.Context, map[string]json.RawMessage) (chat.Answer, error) {
	w.calls++
	return chat.Answer{Status: http.StatusOK, Body: []byte("{}"), Tokens: results.Tokens{Input: 90_000}}, nil
}

func (w *wasteful) Run(_ context.Context, spec sandbox.Spec) (sandbox.Result, error) {
	return sandbox.Result{}, results.Infra(errors.Join(w.call(spec.Socket), errors.New("the machine failed")))
}

func (*wasteful) call(socket string) error {
	client := http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return net.Dial("unix", socket)
	}}}
	resp, err := client.Post("http://localhost/v1/chat/completions", "application/json", strings.NewReader(`{"messages": []}`))
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// TestLostRepliesAreSpent ends a trial whose agent spent its tokens on a call that
// no event tells of.
func TestLostRepliesAreSpent(t *testing.T) {
	w := &wasteful{}
	env, spec := trials(t)(command.Agent{Model: w, Sandbox: w}, 4)
	spec.Protocol.Budget.AgentTokens = 80_000
	state, err := runner.Run(context.Background(), env, spec)
	if err != nil || state.End != results.EndTokens || w.calls != 1 || state.Faults != 1 {
		t.Errorf("%v, end %q after %d calls and %d faults", err, state.End, w.calls, state.Faults)
	}
	o := state.Outcome(results.Score{}, nil)
	if o.Usage.AgentCalls != 1 || o.Usage.AgentInput != 90_000 || o.Attempts != 0 {
		t.Errorf("%+v and %d attempts, want the call and no attempt", o.Usage, o.Attempts)
	}
}
