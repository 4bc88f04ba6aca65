// Package evaluators finds evaluators by name and judges JSON lines with them.
//
// It is not for the rules themselves. The official rules are in tasks/science,
// tasks/code and tasks/finance, the rules that users choose from in tasks/rules. The
// rules of suite mini are in tasks/mini.
// Invariant: every input line has one output line, in order, whatever it holds.
package evaluators

import (
	"fmt"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/code"
	"github.com/autodatabench/autodatabench/tasks/finance"
	"github.com/autodatabench/autodatabench/tasks/rules"
	"github.com/autodatabench/autodatabench/tasks/science"
)

// Evaluator also judges an answer that was taken out of its response before, and
// says of an item why no response could be correct.
type Evaluator interface {
	tasks.Evaluator
	JudgeExtracted(extracted string, item tasks.Item) results.Verdict
	Check(item tasks.Item) error
}

// Named is an evaluator with its name and the fields of a published item that
// its rule needs.
type Named struct {
	Name   string
	Needs  []string
	Judges string // what it scores
	Evaluator
}

// Spec chooses an evaluator and sets its parameters, as in task.yaml. A parameter
// that the evaluator does not have is refused.
type Spec struct {
	Kind              string   `yaml:"kind" json:"kind"`
	AbsoluteTolerance float64  `yaml:"absolute_tolerance,omitempty" json:"absolute_tolerance,omitempty"` // numeric
	RelativeTolerance float64  `yaml:"relative_tolerance,omitempty" json:"relative_tolerance,omitempty"` // numeric
	TolerateWhole     bool     `yaml:"tolerate_whole,omitempty" json:"tolerate_whole,omitempty"`         // numeric: the relative tolerance holds for whole numbers too
	IgnoreCase        bool     `yaml:"ignore_case,omitempty" json:"ignore_case,omitempty"`               // contains, exact
	Choices           []string `yaml:"choices,omitempty" json:"choices,omitempty"`                       // choice; A to E if left out
}

// Kinds lists the evaluators: the official ones first, those of suite mini last.
func Kinds() []string {
	return slices.Concat([]string{"scibench", "lcb-top", "finance"}, own(), miniKinds())
}

// own are the kinds of tasks/rules.
func own() []string {
	return []string{"numeric", "contains", "exact", "choice", "python-literal", "regex"}
}

// All lists the evaluators without parameters.
func All() []Named {
	var all []Named
	for _, kind := range Kinds() {
		e, err := Open(Spec{Kind: kind})
		if err != nil {
			panic(err) // every kind can do without parameters
		}
		all = append(all, e)
	}
	return all
}

// ByName finds an evaluator without parameters. The error lists the names there
// are.
func ByName(name string) (Named, error) { return Open(Spec{Kind: name}) }

// Open finds the evaluator and gives it its parameters.
func Open(s Spec) (Named, error) {
	if !slices.Contains(Kinds(), s.Kind) {
		return Named{}, fmt.Errorf("unknown evaluator %q: want %s", s.Kind, strings.Join(Kinds(), ", "))
	}
	if name := s.foreign(); name != "" {
		return Named{}, fmt.Errorf("evaluator %s has no %s", s.Kind, name)
	}
	n := Named{Name: s.Kind, Needs: []string{"answer"}}
	var err error
	switch s.Kind {
	case "scibench":
		n.Needs, n.Judges, n.Evaluator = []string{"answer_number", "unit"}, "SciBench: the number in the last \\boxed{}, within 5 %", science.Evaluator{}
	case "lcb-top":
		n.Needs, n.Judges, n.Evaluator = []string{"test"}, "LiveCodeBench test-output prediction: the value of an assertion", code.Evaluator{}
	case "finance":
		n.Needs, n.Judges, n.Evaluator = []string{"ground_truth"}, "FinanceReasoning: the number after \"the answer is\", within 0.2 %", finance.Evaluator{}
	case "numeric":
		n.Judges = "a number, within an absolute or a relative tolerance"
		n.Evaluator, err = rules.Numeric(s.AbsoluteTolerance, s.RelativeTolerance, s.TolerateWhole)
	case "contains":
		n.Judges, n.Evaluator = "a short text that the answer holds, from word to word", rules.Contains(s.IgnoreCase)
	case "exact":
		n.Judges, n.Evaluator = "a text, but for white space", rules.Exact(s.IgnoreCase)
	case "choice":
		n.Judges = "one of a few choices"
		n.Evaluator, err = rules.Choice(s.choices())
	case "python-literal":
		n.Judges, n.Evaluator = "a Python constant, as == compares", rules.PythonLiteral()
	case "regex":
		n.Judges, n.Evaluator = "a text that must match the item's answer, a pattern (RE2)", rules.Regex()
	}
	if domain, ok := strings.CutPrefix(s.Kind, miniPrefix); ok {
		n.Judges, n.Evaluator = "suite mini, domain "+domain, openMini(s.Kind)
	}
	if err != nil {
		return Named{}, fmt.Errorf("evaluator %s: %w", s.Kind, err)
	}
	return n, nil
}

// foreign names a parameter that is set and that the evaluator does not have.
func (s Spec) foreign() string {
	for _, p := range []struct {
		name, kinds string
		set         bool
	}{
		{"absolute_tolerance", "numeric", s.AbsoluteTolerance != 0}, {"relative_tolerance", "numeric", s.RelativeTolerance != 0},
		{"tolerate_whole", "numeric", s.TolerateWhole},
		{"ignore_case", "contains exact", s.IgnoreCase}, {"choices", "choice", s.Choices != nil},
	} {
		if p.set && !slices.Contains(strings.Fields(p.kinds), s.Kind) {
			return p.name
		}
	}
	return ""
}

func (s Spec) choices() []string {
	if s.Choices == nil {
		return []string{"A", "B", "C", "D", "E"}
	}
	return s.Choices
}
