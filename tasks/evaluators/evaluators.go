// Package evaluators finds evaluators by name and judges JSON lines with them.
//
// It is not for the rules themselves: the official ones are in tasks/science,
// tasks/code and tasks/finance. Invariant: every input line has one output line,
// in order, whatever it holds.
package evaluators

import (
	"fmt"
	"slices"
	"strings"

	"autodatabench/tasks"
	"autodatabench/tasks/code"
	"autodatabench/tasks/finance"
	"autodatabench/tasks/science"
)

// Evaluator also judges an answer that was taken out of its response before.
type Evaluator interface {
	tasks.Evaluator
	JudgeExtracted(extracted string, item tasks.Item) tasks.Verdict
}

// Named is an evaluator with its name and the fields of a published item that
// its rule needs.
type Named struct {
	Name   string
	Needs  []string
	Judges string // what it scores
	Evaluator
}

// All lists the evaluators.
func All() []Named {
	return []Named{
		{"scibench", []string{"answer_number", "unit"}, "SciBench: the number in the last \\boxed{}, within 5 %", science.Evaluator{}},
		{"lcb-top", []string{"test"}, "LiveCodeBench test-output prediction: the value of an assertion", code.Evaluator{}},
		{"finance", []string{"ground_truth"}, "FinanceReasoning: the number after \"the answer is\", within 0.2 %", finance.Evaluator{}},
	}
}

// ByName finds an evaluator. The error lists the names there are.
func ByName(name string) (Named, error) {
	all := All()
	if i := slices.IndexFunc(all, func(n Named) bool { return n.Name == name }); i >= 0 {
		return all[i], nil
	}
	names := make([]string, len(all))
	for i, n := range all {
		names[i] = n.Name
	}
	return Named{}, fmt.Errorf("unknown evaluator %q: want %s", name, strings.Join(names, ", "))
}
