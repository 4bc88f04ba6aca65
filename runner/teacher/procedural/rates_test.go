package procedural

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks/mini"
)

// draws is how many answers a rate is estimated from.
const draws = 2000

// within checks a count of draws against a rate: four standard errors of a
// binomial share.
func within(t *testing.T, what string, count int, rate float64) {
	t.Helper()
	share, bound := float64(count)/draws, 4*math.Sqrt(rate*(1-rate)/draws)
	if math.Abs(share-rate) > bound {
		t.Errorf("%s: %.4f, want %.4f within %.4f", what, share, rate, bound)
	}
}

// TestSolutionFaults counts wrong answers, dropped closing lines and skipped
// steps, for prompts that leave them open and for prompts that do not.
func TestSolutionFaults(t *testing.T) {
	u := Usual()
	q, s := draw(family(t, results.Science, "average-speed"), 0, rand.New(rand.NewPCG(1, 1)))
	const steps, insisting = " step by step", " The last line must have exactly this form: The answer is \\boxed{}."
	for _, tt := range []struct {
		prompt                   string
		wrong, noFormat, noSteps float64
	}{
		{"Solve this.", u.WrongHurried, u.NoFormat, u.NoSteps},
		{"Solve this" + steps + ".", u.Wrong, u.NoFormat, 0},
		{"Solve this." + insisting, u.WrongHurried, u.FormatSlip, u.NoSteps},
		{"Solve this" + steps + "." + insisting, u.Wrong, u.FormatSlip, 0},
	} {
		var wrong, noFormat, noSteps int
		for seed := range int64(draws) {
			reply := complete(t, New(1), ask(tt.prompt+"\n"+q.Question(), seed))
			lines := strings.Split(reply, "\n")
			last := lines[len(lines)-1]
			answer, formed := strings.CutPrefix(last, `The answer is \boxed{`)
			if formed {
				answer = strings.TrimSuffix(answer, "}.")
			} else {
				noFormat++
				answer = strings.TrimPrefix(last, "Answer: ")
			}
			if answer != s.Answer {
				wrong++
			}
			if len(lines) == 1 {
				noSteps++
			}
		}
		within(t, tt.prompt+" wrong", wrong, tt.wrong)
		within(t, tt.prompt+" closing line dropped", noFormat, tt.noFormat)
		within(t, tt.prompt+" steps skipped", noSteps, tt.noSteps)
	}
}

// TestVerdictFaults counts wrong verdicts on right and on wrong solutions.
func TestVerdictFaults(t *testing.T) {
	u := Usual()
	q, s := draw(family(t, results.Code, "sum"), 0, rand.New(rand.NewPCG(2, 1)))
	wrong := s
	wrong.Answer += "1"
	for _, tt := range []struct {
		solution mini.Solution
		yes      float64
	}{{s, 1 - u.RefusesRight}, {wrong, u.MissesWrong}} {
		yes := 0
		for seed := range int64(draws) {
			if strings.HasPrefix(complete(t, New(1), ask("Is this correct?\n"+q.Question()+"\n"+mini.Response(results.Code, tt.solution), seed)), "yes") {
				yes++
			}
		}
		within(t, "accepts "+tt.solution.Answer, yes, tt.yes)
	}
}

// TestJSONFaults counts prose around JSON and JSON that does not parse; JSON
// mode has neither.
func TestJSONFaults(t *testing.T) {
	u := Usual()
	var chatter, broken int
	for seed := range int64(draws) {
		request := ask(`Write a finance problem as JSON with the keys "question" and "solution".`, seed)
		reply := complete(t, New(1), request)
		switch {
		case strings.HasPrefix(reply, "Here is"):
			chatter++
		case !json.Valid([]byte(reply)):
			broken++
		}
		request.JSON = true
		if reply := complete(t, New(1), request); !json.Valid([]byte(reply)) {
			t.Errorf("JSON mode, seed %d: %q", seed, reply)
		}
	}
	within(t, "broken JSON", broken, u.BrokenJSON)
	within(t, "prose around JSON", chatter, (1-u.BrokenJSON)*u.Chatter)
}

// TestRepeats counts problems out of the stock of those told before. They are
// the ones that come up most: a fresh problem of this family hardly comes twice.
func TestRepeats(t *testing.T) {
	u := Usual()
	f := family(t, results.Finance, "enterprise-value")
	count := func(teach *Teacher) (fromStock, most int) {
		times := map[string]int{}
		for seed := range int64(draws) {
			q, _ := teach.problem(rand.New(rand.NewPCG(uint64(seed), 1)), intent{domain: f.Domain, families: []*mini.Family{f}})
			times[q.Question()]++
		}
		for _, n := range times {
			if n >= draws/100 {
				fromStock += n
			}
			most = max(most, n)
		}
		return fromStock, most
	}
	fromStock, _ := count(New(1))
	within(t, "repeats", fromStock, u.Repeats)
	if _, most := count(&Teacher{seed: 1, faults: Faults{stockProblems: u.stockProblems}}); most > 4 {
		t.Errorf("without repeats a problem came %d times", most)
	}
}

// TestPopularity checks that an open prompt is answered with families by their
// popularity and never with those that nobody thinks of.
func TestPopularity(t *testing.T) {
	for _, d := range results.Domains() {
		total, count := 0, map[string]int{}
		for _, f := range mini.Families(d) {
			total += f.Popular
		}
		for seed := range uint64(draws) {
			count[New(1).family(rand.New(rand.NewPCG(seed, 2)), intent{domain: d}).Name]++
		}
		for _, f := range mini.Families(d) {
			within(t, string(d)+"/"+f.Name, count[f.Name], float64(f.Popular)/float64(total))
		}
	}
}
