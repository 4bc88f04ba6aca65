package reference

import (
	"math/rand/v2"
	"strings"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/results"
)

// fault is a mistake of the careless engineer.
type fault string

const (
	none      fault = "none"
	noImport  fault = "no import" // a NameError
	rawJSON   fault = "raw JSON"  // trips over prose around JSON
	short     fault = "short"     // too few rows
	noFence   fault = "no fence"  // the program cannot be found in the reply
	truncated fault = "truncated" // the reply ends in the middle of the program

)

// careless writes what is nearly right: its mistakes follow from the attempt's
// seed. Its rows come from two topics only.
func careless(b brief, r agents.Request) (results.Reply, error) {
	chance := chanceOf(r.Seed, r.Attempt)
	f := pick(chance, r.Op)
	out, err := reply(carelessPlan(r.Op), "careless.py.tmpl", b.sketch(chance, f))
	if err != nil {
		return out, err
	}
	switch f {
	case noFence:
		out.Text = strings.NewReplacer("```python\n", "", "```\n", "").Replace(out.Text)
	case truncated:
		out.Text, out.Finish = out.Text[:len(out.Text)*2/3], results.FinishLength
	}
	return out, nil
}

func chanceOf(seed int64, attempt int) *rand.Rand {
	return rand.New(rand.NewPCG(uint64(seed), uint64(attempt)))
}

// pick draws a fault. Under debug and repair it mostly gets things right.
func pick(chance *rand.Rand, op results.Operation) fault {
	usual := []fault{none, none, none, none, noImport, noImport, rawJSON, short, short, noFence, truncated}
	if op == results.Debug || op == results.Repair {
		usual = []fault{none, none, none, none, none, rawJSON, short}
	}
	return usual[chance.IntN(len(usual))]
}

func carelessPlan(op results.Operation) string {
	switch op {
	case results.Debug:
		return "I have fixed the problem. It should run now."
	case results.Repair:
		return "I have fixed the problem. There are more rows now."
	case results.Improve:
		return "More of what worked: two topics that matter most get all of the calls."
	default:
		return "I pick the two most important topics and generate problems about them."
	}
}

// sketch is the program's data: two of the areas, and the faults.
func (b brief) sketch(chance *rand.Rand, f fault) map[string]any {
	topics := append([]string{}, b.Areas...)
	if len(topics) == 0 {
		topics = []string{b.Domain}
	}
	chance.Shuffle(len(topics), func(i, j int) { topics[i], topics[j] = topics[j], topics[i] })
	count := min(b.Rows*6/5, b.Calls)
	if f == short {
		count = b.MinRows / 2
	}
	return map[string]any{
		"Topics": topics[:min(2, len(topics))], "Count": count, "Subject": b.subject(), "Form": b.ending().Hint,
		"NoImport": f == noImport, "RawJSON": f == rawJSON,
	}
}
