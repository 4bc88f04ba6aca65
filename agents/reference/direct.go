package reference

import (
	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/results"
)

const directPlan = `I ask the teacher for problems of the domain, each with its solution, in JSON, and keep every answer that can be read. One prompt is enough: at a high temperature the answers differ.`

// direct asks the same thing again and again. It names neither topics nor steps,
// mentions the answer's form in passing and drops only what is no JSON.
func direct(b brief, _ agents.Request) (results.Reply, error) {
	return reply(directPlan, "direct.py.tmpl", map[string]any{
		"Rows":   b.Rows,
		"Prompt": "Write a " + b.subject() + ` problem with a solution as JSON with the keys "question" and "solution". ` + b.ending().Hint,
	})
}
