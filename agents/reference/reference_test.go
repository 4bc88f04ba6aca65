package reference

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/agents/prompt"
	"github.com/autodatabench/autodatabench/results"
)

// briefs are what tasks of the three domains look like, and one of a user's own
// domain that names no areas and shows no examples.
func briefs() []results.Brief {
	areas := func(kind string, names ...string) string {
		text := "Train a small student model.\n\nThe " + kind + " come from these areas:\n\n"
		for _, n := range names {
			text += "- **" + n + "**: what belongs to " + n + ".\n"
		}
		return text + "\n\nExamples of questions:\n\n```text\nquestion\n```\n"
	}
	return []results.Brief{
		{
			Domain: results.Science, Description: areas("questions", "mechanics", "electricity", "heat"), PublicItems: 3, SeedItems: 40,
			FewShot: []results.Shot{{Question: "A lamp draws 3 A at 12 V. What is its power?", Solution: "P = U * I = 12 * 3 = 36\nThe answer is \\boxed{36}."}},
		},
		{
			Domain: results.Code, Description: areas("functions", "list totals", "string handling"), PublicItems: 3, SeedItems: 40,
			FewShot: []results.Shot{{Question: "f adds up a list.\nassert f([1, 2]) == # TODO", Solution: "1 + 2 = 3\nassert f([1, 2]) == 3"}},
		},
		{
			Domain: results.Finance, Description: areas("questions", "growth", "margins", "interest", "ratios"), PublicItems: 3, SeedItems: 40,
			FewShot: []results.Shot{{Question: "Sales rose from 100 to 150. By how much?", Solution: "150 - 100 = 50\nTherefore, the answer is 50."}},
		},
		{Domain: "law", Description: "Questions of law.", EvaluationRule: "The number after \"the answer is\".", PublicItems: 3, SeedItems: 40},
	}
}

// situation is a prompt's data for the operation.
func situation(b results.Brief, op results.Operation, s results.Setting, code string) prompt.Data {
	trial := &results.Trial{Spec: results.Spec{
		TrialID:  results.TrialID{Domain: b.Domain, Workflow: results.Iterative, Setting: s, Agent: "a", Run: 1},
		Protocol: results.Mini(), Base: results.Score{Correct: 20, Total: 100},
	}}
	d := prompt.Data{Trial: trial, Brief: b, Attempt: 1, Op: op, CallsLeftAttempt: 2000, Code: code, Plan: "A plan."}
	switch op {
	case results.Debug:
		d.Failure, d.Log = results.RuntimeError, "NameError: name 'x' is not defined"
	case results.Repair:
		d.Check = &results.Check{Problem: "125 rows are kept, 250 are needed", Rows: 125, Kept: 125}
	case results.Improve:
		trial.Attempts = []results.Attempt{{N: 1, Check: &results.Check{Valid: true}, Public: &results.Score{Correct: 50, Total: 100}}}
		trial.Best, d.Attempt = 1, 2
		for i := range 4 {
			d.BadCases = append(d.BadCases, results.BadCase{
				Question: fmt.Sprintf("Failing question %d with a \"quote\" and \\boxed{}?\nassert f([%d]) == # TODO", i, i), Expected: "7",
				Response: "I do not know.", Reason: "wrong",
			})
		}
	}
	return d
}

func ask(t *testing.T, name string, d prompt.Data, seed int64) results.Reply {
	t.Helper()
	messages, _, err := prompt.Render(d)
	if err != nil {
		t.Fatal(err)
	}
	agent, err := Open(name)
	if err != nil {
		t.Fatal(err)
	}
	reply, err := agent.Reply(context.Background(), agents.Request{Attempt: d.Attempt, Op: d.Op, Messages: messages, Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	return reply
}

var operations = []results.Operation{results.Draft, results.Debug, results.Repair, results.Improve}

// Every engineer answers every prompt with a plan and a program that compiles,
// but for the careless one, whose faults are of the kinds that it is made for.
func TestProgramsCompile(t *testing.T) {
	dir := t.TempDir()
	programs := map[string]bool{}
	faults := map[results.Failure]int{}
	for _, name := range Engineers() {
		for _, b := range briefs() {
			for _, s := range results.Settings() {
				for _, op := range operations {
					for seed := range seeds(name, op) {
						reply := ask(t, name, situation(b, op, s, ""), seed)
						plan, code, failure, detail := agents.Extract(reply.Text, reply.Finish == results.FinishLength)
						switch at := fmt.Sprintf("%s %s %s %s %d", name, b.Domain, s, op, seed); {
						case failure != "" && name != "careless":
							t.Errorf("%s: %s: %s", at, failure, detail)
						case failure != "":
							faults[failure]++
						case len(plan) < 20:
							t.Errorf("%s: plan %q", at, plan)
						default:
							programs[code] = true
						}
					}
				}
			}
		}
	}
	arguments := []string{"-W", "error", "-m", "py_compile"}
	for code := range programs {
		path := filepath.Join(dir, fmt.Sprintf("%d.py", len(arguments)))
		if err := os.WriteFile(path, []byte(code), 0o600); err != nil {
			t.Fatal(err)
		}
		arguments = append(arguments, path)
	}
	if faults[results.ExtractionFailed] == 0 || faults[results.OutputTruncated] == 0 {
		t.Errorf("the careless engineer's replies fail as %v, want both kinds", faults)
	}
	out, err := exec.Command(python(t), arguments...).CombinedOutput()
	if err != nil {
		t.Errorf("py_compile: %v\n%s", err, out)
	}
}

// seeds is how many are tried: faults are a matter of chance, elsewhere another
// seed only changes a number.
func seeds(name string, op results.Operation) int64 {
	if name == "careless" && op == results.Draft {
		return 30
	}
	return 1
}

func python(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed")
	}
	return path
}

func TestReadsThePrompt(t *testing.T) {
	for _, b := range briefs() {
		messages, _, err := prompt.Render(situation(b, results.Improve, results.Seed, "INSIST = True"))
		if err != nil {
			t.Fatal(err)
		}
		got, err := read(agents.Request{Messages: messages})
		if err != nil {
			t.Fatal(err)
		}
		if got.Domain != string(b.Domain) || got.Setting != "seed" || got.Rows != 500 || got.MinRows != 250 || got.Calls != 2000 ||
			len(got.BadCases) != 4 || got.BadCases[0].Response != "I do not know." || got.Code != "INSIST = True" || len(got.Shots) != len(b.FewShot) {
			t.Errorf("%s: read %+v", b.Domain, got)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	agent, err := Open("direct")
	if err != nil {
		t.Fatal(err)
	}
	request := agents.Request{Messages: []results.Message{{Role: results.User, Content: "```text\n- Rows used for training: the first 9 that are kept.\n```"}}}
	if reply, err := agent.Reply(context.Background(), request); err == nil {
		t.Errorf("answered a prompt without facts: %q", reply.Text)
	}
	if _, err := Open("genius"); err == nil {
		t.Error("opened an unknown engineer")
	}
}

func TestAreas(t *testing.T) {
	for text, want := range map[string][]string{
		"These areas:\n\n- **list totals**: sums\n- *not so*\n\nOther points:\n- be brief": {"list totals"},
		"Topics:\n* heat\n* waves (sound)\n":                                               {"heat", "waves"},
		"The areas are: mechanics, heat and waves.":                                        {"mechanics", "heat", "waves"},
		"Nothing of the kind.\n- a\n- b":                                                   nil,
	} {
		if diff := cmp.Diff(want, areas(text)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

func TestDeterministic(t *testing.T) {
	for _, name := range Engineers() {
		d := situation(briefs()[0], results.Improve, results.Seed, "")
		if a, b := ask(t, name, d, 7), ask(t, name, d, 7); !reflect.DeepEqual(a, b) {
			t.Errorf("%s answers the same prompt in two ways", name)
		}
	}
}

// adaptive turns to what the wrong answers show.
func TestAdaptiveLearns(t *testing.T) {
	science := briefs()[0]
	for _, c := range []struct {
		name, response string
		want           []string
	}{
		{"form", "The power is 36.", []string{"INSIST = True", "VERIFY = False"}},
		{"result", "P = 3 + 12 = 15\nThe answer is \\boxed{15}.", []string{"INSIST = False", "VERIFY = True"}},
	} {
		d := situation(science, results.Improve, results.Scratch, "INSIST = False\nVERIFY = False\n")
		for i := range d.BadCases {
			d.BadCases[i].Response = c.response
		}
		text := ask(t, "adaptive", d, 1).Text
		for _, want := range append(c.want, "Failing question 3") {
			if !strings.Contains(text, want) {
				t.Errorf("%s: the program lacks %q", c.name, want)
			}
		}
	}
	kept := ask(t, "adaptive", situation(science, results.Debug, results.Scratch, "INSIST = True\nVERIFY = True\n"), 1).Text
	if !strings.Contains(kept, "INSIST = True") || !strings.Contains(kept, "VERIFY = True") {
		t.Error("debugging forgets what was learned")
	}
}

func TestEngineersAreAllThere(t *testing.T) {
	for _, name := range Engineers() {
		if _, ok := engineers()[name]; !ok {
			t.Errorf("no engineer %q", name)
		}
	}
	if len(engineers()) != len(slices.Compact(slices.Sorted(slices.Values(Engineers())))) {
		t.Error("an engineer is missing from the list")
	}
}
