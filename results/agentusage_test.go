package results

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestCost(t *testing.T) {
	cheap := 0.5
	for _, c := range []struct {
		name  string
		price *Price
		want  Number
	}{
		{"unknown", nil, Number{}},
		{"cached at its own price", &Price{Input: 2, CachedInput: &cheap, Output: 10}, Num(2*600_000e-6+0.5*400_000e-6+10*200_000e-6, true)},
		{"cached as other input", &Price{Input: 2, Output: 10}, Num(2*1e6*1e-6+10*200_000e-6, true)},
		{"free", &Price{}, Num(0, true)},
	} {
		got := c.price.Cost(Tokens{Input: 1_000_000, Cached: 400_000, Output: 200_000, Reasoning: 100_000})
		if d := got.Value - c.want.Value; got.Known != c.want.Known || d > 1e-9 || d < -1e-9 {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// TestTiers: a call costs by the length of its input.
func TestTiers(t *testing.T) {
	cheap := 0.1
	p := &Price{Input: 1, Output: 2, Tiers: []Tier{{Above: 100, Input: 3, CachedInput: &cheap, Output: 4}, {Above: 1000, Input: 5, Output: 6}}}
	for _, c := range []struct {
		tokens Tokens
		want   float64
	}{
		{Tokens{Input: 100, Output: 10}, 120}, {Tokens{Input: 101, Cached: 1, Output: 10}, 340.1}, {Tokens{Input: 1000}, 3000}, {Tokens{Input: 1001, Cached: 1}, 5005},
	} {
		if got := p.Cost(c.tokens).Value*1e6 - c.want; got > 1e-9 || got < -1e-9 {
			t.Errorf("%+v: %v USD per million off", c.tokens, got)
		}
	}
	if !p.Valid() || (Price{Tiers: []Tier{{Above: 5}, {Above: 5}}}).Valid() || (Price{Tiers: []Tier{{Above: 5, Input: -1}}}).Valid() {
		t.Error("tiers in order are valid, others are not")
	}
}

// TestUnknownCostStaysUnknown adds usages: one call of unknown price makes the
// sum unknown, and no call leaves it as it is.
func TestUnknownCostStaysUnknown(t *testing.T) {
	known, unknown := Usage{AgentCalls: 1, AgentCost: Num(1, true)}, Usage{AgentCalls: 1}
	for _, c := range []struct {
		u, v Usage
		want Number
	}{
		{known, known, Num(2, true)}, {known, unknown, Number{}}, {unknown, known, Number{}},
		{Usage{}, known, Num(1, true)}, {known, Usage{TeacherCalls: 5}, Num(1, true)}, {Usage{}, Usage{}, Number{}},
	} {
		if got := c.u.Add(c.v).AgentCost; got != c.want {
			t.Errorf("%+v and %+v: %+v, want %+v", c.u, c.v, got, c.want)
		}
	}
	data, err := json.Marshal(unknown)
	if err != nil || !strings.Contains(string(data), `"agent_cost_usd":null`) {
		t.Errorf("%s, %v", data, err)
	}
}

// TestOldReply reads the event of a reply from before costs were kept.
func TestOldReply(t *testing.T) {
	trial := fold(t, OneShot, AttemptStarted, AttemptData{N: 1, Op: Draft})
	if err := trial.Apply(Event{Kind: AgentReplied, Data: json.RawMessage(`{"reply":"x","code":true,"input_tokens":3,"output_tokens":4,"seconds":1}`)}); err != nil {
		t.Fatal(err)
	}
	if u := trial.Usage; u.AgentCalls != 1 || u.AgentInput != 3 || u.AgentOutput != 4 || u.AgentCost.Known {
		t.Errorf("%+v", u)
	}
}

func TestAgentBudgets(t *testing.T) {
	price := &Price{Input: 1, Output: 10}
	for _, c := range []struct {
		name   string
		budget Budget
		output int64
		want   int64
		spent  EndReason
	}{
		{"no budget", Budget{}, 0, 0, ""},
		{"the model's own limit", Budget{}, 500, 500, ""},
		{"tokens bind", Budget{AgentTokens: 5_000}, 0, 5_000 - 2_000 - 1_000, ""},
		{"the limit binds first", Budget{AgentTokens: 5_000}, 300, 300, ""},
		{"tokens are short of the prompt", Budget{AgentTokens: 2_900}, 300, 1, EndTokens},
		{"cost binds", Budget{AgentCost: 0.511}, 0, 1_000, ""},
		{"cost is short of the prompt", Budget{AgentCost: 0.5005}, 0, 1, EndCost},
	} {
		trial := &Trial{
			Spec:  Spec{Protocol: Protocol{Budget: c.budget}, Price: price, OutputTokens: c.output},
			Usage: Usage{AgentCalls: 1, AgentInput: 1_500, AgentOutput: 500, AgentCost: Num(0.5, true)},
		}
		got, spent := trial.OutputAllowed(1_000)
		if d := got - c.want; d < -1 || d > 1 || spent != c.spent {
			t.Errorf("%s: %d and %q, want %d and %q", c.name, got, spent, c.want, c.spent)
		}
	}
	for _, c := range []struct {
		budget Budget
		want   EndReason
	}{
		{Budget{}, ""}, {Budget{AgentTokens: 2_000}, EndTokens}, {Budget{AgentTokens: 2_001}, ""},
		{Budget{AgentCost: 0.5}, EndCost}, {Budget{AgentCost: 0.51}, ""}, {Budget{AgentTime: 3}, EndAgent}, {Budget{AgentTime: 4}, ""},
	} {
		trial := &Trial{Spec: Spec{Protocol: Protocol{Budget: c.budget}}, AgentTime: 3, Usage: Usage{AgentInput: 1_500, AgentOutput: 500, AgentCost: Num(0.5, true)}}
		if got := trial.AgentSpent(); got != c.want {
			t.Errorf("%+v: %q, want %q", c.budget, got, c.want)
		}
	}
}

// TestClassify holds each rule of the failure taxonomy, and which of two signs
// counts.
func TestClassify(t *testing.T) {
	for _, c := range []struct {
		signs Signs
		want  Failure
	}{
		{Signs{}, ""},
		{Signs{Unanswered: true}, OtherFailure},
		{Signs{Cut: true}, OutputTruncated},
		{Signs{Cut: true, NoCode: true}, OutputTruncated},
		{Signs{NoCode: true}, ExtractionFailed},
		{Signs{TimedOut: true, ExitCode: 137}, CodeTimeout},
		{Signs{ExitCode: 1}, RuntimeError},
		{Signs{ExitCode: 1, Invalid: true}, RuntimeError},
		{Signs{Invalid: true}, InsufficientSamples},
		{Signs{Diverged: true}, OtherFailure},
	} {
		if got := Classify(c.signs); got != c.want {
			t.Errorf("%+v: %q, want %q", c.signs, got, c.want)
		}
	}
}
