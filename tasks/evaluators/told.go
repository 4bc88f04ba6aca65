package evaluators

import (
	"embed"
	"fmt"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks/mini"
)

// What an agent is told of each evaluator, in Markdown.
//
//go:embed told
var told embed.FS

// Told is the evaluation rule as an agent reads it.
func Told(s Spec) string {
	if domain, ok := strings.CutPrefix(s.Kind, miniPrefix); ok {
		return mini.Rule(results.Domain(domain))
	}
	text, err := told.ReadFile("told/" + s.Kind + ".md")
	if err != nil {
		panic("evaluators: " + err.Error()) // every kind has its file
	}
	rule := strings.TrimSpace(string(text))
	switch s.Kind {
	case "numeric":
		rule += fmt.Sprintf("\nIt is right if it differs from the expected number by at most %v, or by at most %v %% of the expected number.",
			s.AbsoluteTolerance, 100*s.RelativeTolerance)
		if s.RelativeTolerance > 0 && !s.TolerateWhole {
			rule += " An expected whole number has no such percentage."
		}
	case "contains", "exact":
		if s.IgnoreCase {
			rule += " Upper and lower case are the same."
		}
	case "choice":
		rule += "\nThe choices are: " + strings.Join(s.choices(), ", ") + "."
	}
	if slices.Contains(own(), s.Kind) {
		shared, err := told.ReadFile("told/closing.md")
		if err != nil {
			panic("evaluators: " + err.Error())
		}
		rule = strings.TrimSpace(string(shared)) + "\n" + rule
	}
	return rule
}
