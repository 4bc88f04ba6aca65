package procedural

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks/mini"
)

// ending is how a careful prompt states the domain's closing line.
var ending = map[results.Domain]string{
	results.Science: `The answer is \boxed{}.`, results.Code: "assert f(...) == value", results.Finance: "Therefore, the answer is N.",
}

// hint is how a casual prompt mentions it, without insisting.
var hint = map[results.Domain]string{
	results.Science: `Give the answer in \boxed{}.`, results.Finance: "Say what the answer is.",
	results.Code: "The question is an assert to complete, assert f(...) == # TODO, and the solution says the value.",
}

// family finds a family that the suite is known to have.
func family(t testing.TB, d results.Domain, name string) *mini.Family {
	t.Helper()
	f, ok := mini.ByName(d, name)
	if !ok {
		t.Fatalf("suite mini has no family %s/%s", d, name)
	}
	return f
}

// draw makes an open problem of the family in the wording with its solution.
func draw(f *mini.Family, wording int, r *rand.Rand) (mini.Instance, mini.Solution) {
	q := mini.Instance{Family: f, Vars: f.DrawIn(r, mini.Open), Wording: f.Wording[wording]}
	s, ok := f.Solve(q.Vars)
	if !ok {
		panic("family " + f.Name + " cannot solve what it draws")
	}
	return q, s
}

// view is what a test compares of an intent.
type view struct {
	Task     task
	Domain   results.Domain
	Families string // names, with commas
	Count    int
	Steps    bool
	Format   bool
	JSON     bool
	Keys     string
}

func look(in intent) view {
	var names []string
	for _, f := range in.families {
		names = append(names, f.Name)
	}
	return view{in.task, in.domain, strings.Join(names, ","), in.count, in.steps, in.format, in.json, in.keys[0] + "," + in.keys[1]}
}

func TestUnderstand(t *testing.T) {
	q, _ := draw(family(t, results.Science, "ohms-law"), 0, rand.New(rand.NewPCG(1, 2)))
	ohm := q.Question()
	const usual = "question,solution"
	for _, tt := range []struct {
		name, text string
		want       view
	}{
		{"domain alone", "Write a science problem with a solution.", view{generate, results.Science, "", 1, false, false, false, usual}},
		{"topic", "Write a physics problem about Ohm's law.", view{generate, results.Science, "ohms-law", 1, false, false, false, usual}},
		{"two topics", "Physics problems about density or the half-life of a tracer, please.", view{generate, results.Science, "density,half-life", 1, false, false, false, usual}},
		{"area", "Create a science problem about waves.", view{generate, results.Science, "wave-speed,echo,lens-magnification", 1, false, false, false, usual}},
		{"topic beats its area", "A science exercise on waves: wave speed.", view{generate, results.Science, "wave-speed", 1, false, false, false, usual}},
		{"code topic", "Write a Python question on reversing a string.", view{generate, results.Code, "reverse-string", 1, false, false, false, usual}},
		{"finance topic", "Write a finance question about sales tax.", view{generate, results.Finance, "sales-tax", 1, false, false, false, usual}},
		{"steps", "Write a science problem. Solve it step by step.", view{generate, results.Science, "", 1, true, false, false, usual}},
		{"closing line in passing", `Write a science problem. Give the answer in \boxed{}.`, view{generate, results.Science, "", 1, false, false, false, usual}},
		{"closing line insisted on", `Write a science problem. The last line must be: The answer is \boxed{}.`, view{generate, results.Science, "", 1, false, true, false, usual}},
		{"insisting on something else", "Write a science problem. It must be short.", view{generate, results.Science, "", 1, false, false, false, usual}},
		{"JSON in words", `Write a science problem as JSON with "instruction" and "output".`, view{generate, results.Science, "", 1, false, false, true, "instruction,output"}},
		{"JSON with other keys", `A finance question in JSON: {"problem": ..., "answer": ...}`, view{generate, results.Finance, "", 1, false, false, true, "problem,answer"}},
		{"several", "Write three new finance problems.", view{generate, results.Finance, "", 3, false, false, false, usual}},
		{"several in digits", "Generate 4 questions on physics.", view{generate, results.Science, "", 4, false, false, false, usual}},
		{"too many", "Generate 50 physics questions.", view{generate, results.Science, "", mostProblems, false, false, false, usual}},
		{"same kind", "Write a problem of the same kind as:\n" + ohm, view{generate, results.Science, "ohms-law", 1, false, false, false, usual}},
		{"similar", "Give me a similar one.\n" + ohm, view{generate, results.Science, "ohms-law", 1, false, false, false, usual}},
		{"another topic after an example", "Here is an example: " + ohm + "\nWrite one new science problem about density.", view{generate, results.Science, "density", 1, false, false, false, usual}},
		{"solve", "Solve this.\n" + ohm, view{solve, results.Science, "", 1, false, false, false, usual}},
		{"bare question", ohm, view{solve, results.Science, "", 1, false, false, false, usual}},
		{"verify", "Is the solution correct?\n" + ohm + "\nIt is 5.", view{verify, results.Science, "", 1, false, false, false, usual}},
		{"verify briefly", ohm + "\n5.\nCorrect?", view{verify, results.Science, "", 1, false, false, false, usual}},
		{"nothing known", "Tell me a story about a dragon.", view{unclear, "", "", 1, false, false, false, usual}},
		{"unknown domain", "Write one new geography problem. The last line must be: Therefore, the answer is N.", view{generate, results.Finance, "", 1, false, true, false, usual}},
		{"unknown domain, no closing line", "Write one new geography problem.", view{unclear, "", "", 1, false, false, false, usual}},
		{"closing line without a problem", "What is the answer is a question.", view{unclear, "", "", 1, false, false, false, usual}},
		{"nothing at all", "", view{unclear, "", "", 1, false, false, false, usual}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if d := cmp.Diff(tt.want, look(understand(tt.text, false))); d != "" {
				t.Errorf("%q (-want +got):\n%s", tt.text, d)
			}
		})
	}
	if in := understand("Write a science problem.", true); !in.json || !in.strict {
		t.Errorf("JSON mode: got %+v", look(in))
	}
}

// TestUnderstandsEveryQuestion puts every wording of every family into the
// prompts of a careful engineer: no word of a question may change what is asked.
func TestUnderstandsEveryQuestion(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, d := range results.Domains() {
		for _, f := range mini.Families(d) {
			for w := range f.Wording {
				q, s := draw(f, w, r)
				question, claim := q.Question(), mini.Response(d, s)
				for _, tt := range []struct {
					text string
					want view
				}{
					{question, view{Task: solve, Domain: d}},
					{
						"Answer the following question step by step, with one short step per line.\nThe last line must have exactly this form: " +
							ending[d] + "\nAnswer with a JSON object with the single key \"solution\".\n\nQuestion: " + question,
						view{Task: solve, Domain: d, Steps: true, Format: true, JSON: true},
					},
					{
						"Is the following solution correct? Go through each step. Answer yes or no, then say why.\n\nQuestion: " + question + "\n\nSolution: " + claim,
						view{Task: verify, Domain: d},
					},
					{
						"Write one new problem with other numbers, with a solution, that is of the same kind as:\n\n" + question + "\n\n" + hint[d],
						view{Task: generate, Domain: d, Families: f.Name},
					},
				} {
					tt.want.Count, tt.want.Keys = 1, "question,solution"
					in := understand(tt.text, false)
					if diff := cmp.Diff(tt.want, look(in)); diff != "" {
						t.Errorf("%s/%s: %q (-want +got):\n%s", d, f.Name, tt.text, diff)
					}
					if in.question.Question() != question {
						t.Errorf("%s/%s: found the question %q in %q", d, f.Name, in.question.Question(), tt.text)
					}
					if tt.want.Task == verify && !strings.Contains(in.claim, claim) {
						t.Errorf("%s/%s: the claim is %q, want %q in it", d, f.Name, in.claim, claim)
					}
				}
			}
		}
	}
}

// TestUnderstandsEveryTopic names each topic and each area in a plain prompt.
func TestUnderstandsEveryTopic(t *testing.T) {
	words := map[results.Domain]string{results.Science: "science", results.Code: "Python code-reading", results.Finance: "finance"}
	for _, d := range results.Domains() {
		for _, f := range mini.Families(d) {
			for _, term := range []string{f.Topic, f.Area} {
				in := understand(fmt.Sprintf("Write one new %s problem from the area of %s, with a solution.", words[d], term), false)
				found := false
				for _, g := range in.families {
					found = found || g == f
					if g.Topic != f.Topic && g.Area != f.Area {
						t.Errorf("%s: %q also means %s", d, term, g.Name)
					}
				}
				if in.task != generate || in.domain != d || !found {
					t.Errorf("%s: %q is understood as %+v", d, term, look(in))
				}
			}
		}
	}
}

func FuzzUnderstand(f *testing.F) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, d := range results.Domains() {
		q, s := draw(mini.Families(d)[0], 0, r)
		f.Add("Is this correct?\n"+q.Question()+"\n"+mini.Response(d, s), false)
		f.Add("Write 3 problems like this: "+q.Question()+` as JSON with "question" and "answer"`, true)
	}
	f.Add("physics \\boxed{ must 99 problems \xff", true)
	f.Fuzz(func(t *testing.T, text string, strict bool) {
		in := understand(text, strict)
		if in.count < 1 || in.count > mostProblems {
			t.Errorf("%d problems", in.count)
		}
		if in.task != unclear && in.domain.Validate() != nil {
			t.Errorf("task %s in domain %q", in.task, in.domain)
		}
		if (in.task == solve || in.task == verify) && in.question.Family == nil {
			t.Errorf("task %s without a question", in.task)
		}
		if reply := New(1).answer(rand.New(rand.NewPCG(1, 2)), in); reply == "" {
			t.Error("no answer")
		}
	})
}
