package plan

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/agents/definitions"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

// The bounds of an experiment add up; one unknown figure leaves the sum unknown.
func TestMake(t *testing.T) {
	f := experiment.Default()
	f.Name, f.Agents, f.Runs, f.Domains = "try", []string{"scripted", "model"}, 2, results.Domains()[:1]
	p, err := f.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	scripted := definitions.Definition{Name: "scripted", Provider: definitions.Reference}
	model := definitions.Definition{Name: "model", Provider: definitions.OpenAI}
	made := Make(f, p, []definitions.Definition{scripted, model}, f.Trials())
	if len(made.Trials) != 8 || made.Bounds.Trials != 8 || len(made.Parts) != 4 {
		t.Fatalf("%d trials, %+v in %d parts", len(made.Trials), made.Bounds, len(made.Parts))
	}
	want := nothing()
	for _, part := range made.Parts {
		want = want.add(part.Bounds)
	}
	if diff := cmp.Diff(want, made.Bounds); diff != "" {
		t.Errorf("sum of the parts (-want +got):\n%s", diff)
	}
	if made.Bounds.AgentTokens.Known || made.Bounds.AgentCost.Known || !made.Bounds.AgentCalls.Known {
		t.Errorf("tokens and cost of the model are not known, its calls are: %+v", made.Bounds)
	}
	if tokens := made.Parts[0].Bounds.AgentTokens; !tokens.Known || tokens.Value != 0 {
		t.Errorf("a scripted agent takes no tokens: %+v", tokens)
	}
	p.Budget.AgentTokens, p.Budget.AgentCost = 1000, 2
	if b := OfTrial(f, p, results.Iterative, model); b.AgentTokens != results.Num(1000, true) || b.AgentCost != results.Num(2, true) {
		t.Errorf("a budget bounds what is not known: %+v", b)
	}
}

// Only trials that ended under the same protocol count, and none that changed.
func TestMean(t *testing.T) {
	m := Measured{Agent: "a", Workflow: results.OneShot}
	trial := func(calls int, change func(o *results.Outcome)) results.Outcome {
		o := results.Outcome{
			Kind: results.OfAgent, TrialID: results.TrialID{Agent: "a", Workflow: results.OneShot},
			ProtocolDigest: "p", End: results.EndAttempts, Usage: results.Usage{TeacherCalls: calls},
		}
		change(&o)
		return o
	}
	outcomes := []results.Outcome{
		trial(100, func(*results.Outcome) {}),
		trial(300, func(*results.Outcome) {}),
		trial(5, func(o *results.Outcome) { o.ProtocolDigest = "other" }),
		trial(7, func(o *results.Outcome) { o.End = "" }),
		trial(9, func(o *results.Outcome) { o.Changed = "a file" }),
		trial(11, func(o *results.Outcome) { o.Kind = results.OfGiven }),
		trial(13, func(o *results.Outcome) { o.Agent = "b" }),
		trial(15, func(o *results.Outcome) { o.Workflow = results.Iterative }),
	}
	if !m.mean(outcomes, "p") || m.Trials != 2 || m.Calls != 200 {
		t.Errorf("%+v", m)
	}
	if none := (Measured{Agent: "a", Workflow: results.OneShot}); none.mean(outcomes, "unknown") {
		t.Errorf("%+v of no trial", none)
	}
}
