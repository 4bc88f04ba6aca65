package reference

import (
	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/results"
)

const pipelinePlan = `Each row is a new problem with a short worked solution, one step a line, that ends with the line the evaluator looks for.

1. Generate: name each subject area in turn, so that the rows cover the domain instead of what comes to mind first; ask for steps, and insist on the last line.
2. Filter: drop answers that cannot be read or whose last line has another form, and repetitions of a question.
3. Verify: the teacher judges each solution; refused ones are dropped.
4. Top up until the rows that are used for training are there, with half of the calls kept for verification.`

const pipelineSeedPlan = `

The questions of the seed pool come first: they have the mix of the test set. The teacher solves them, and the solutions pass the same filter.`

// pipeline is what a careful human would build: generate, filter, deduplicate,
// verify, top up. It does the same in every attempt, with another seed.
func pipeline(b brief, r agents.Request) (results.Reply, error) {
	plan := pipelinePlan
	if b.seeded() {
		plan += pipelineSeedPlan
	}
	return reply(plan, "pipeline.py.tmpl", b.settings(r))
}

func (b brief) seeded() bool { return b.Setting == "seed" }

// settings are what the programs of careful engineers begin with.
func (b brief) settings(r agents.Request) map[string]any {
	list := b.Areas
	if len(list) == 0 {
		list = []string{b.Domain}
	}
	return map[string]any{
		"Rows": b.Rows, "Areas": list, "Subject": b.subject(), "Ending": b.ending(),
		"Seeded": b.seeded(), "Seed": r.Seed,
	}
}
