package cli

import (
	"fmt"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks/evaluators"
	"github.com/autodatabench/autodatabench/tasks/folder"
)

// guess is what the table looks like, in words and as JSON.
type guess struct {
	folder.Guessed
	folder.Grouping
}

// told says line by line what was guessed, with counts, and how to set it.
func (g guess) told(e evaluators.Spec) string {
	var b strings.Builder
	fmt.Fprintf(&b, "answers: %d, %d different; %d numbers, %d of them whole, %d with a currency sign, %d with a percent sign, %d fractions\n",
		g.Answers, g.Distinct, g.Numbers, g.Whole, g.Currency, g.Percent, g.Fractions)
	switch e.Kind {
	case "numeric":
		whole := "decimals"
		if e.TolerateWhole {
			whole = "all numbers"
		}
		fmt.Fprintf(&b, "judged: within %v, %s also within %v %% (--absolute-tolerance, --relative-tolerance, --tolerate-whole)\n", e.AbsoluteTolerance, whole, 100*e.RelativeTolerance)
	case "contains":
		fmt.Fprintln(&b, "judged: the answer must hold the short text; --evaluator exact wants it alone")
	case "choice":
		fmt.Fprintf(&b, "judged: one of %d choices (--choice)\n", len(e.Choices))
	}
	if g.Groups > 0 {
		fmt.Fprintf(&b, "kept together: %d questions in %d groups (--group, --context, --split-similar)\n", g.Grouped, g.Groups)
	}
	if g.Similar > 0 {
		fmt.Fprintf(&b, "not kept together: %d similar questions, too many for one set; tasks lint names them\n", g.Similar)
	}
	return b.String()
}

// columnsOf are the columns as a user names them, and the sign between them.
func columnsOf(question, answer, about, group, separator string) (folder.Columns, error) {
	columns := folder.Columns{Question: question, Answer: answer, Context: about, Group: group}
	sign := separator
	if sign == "tab" || sign == `\t` {
		sign = "\t"
	}
	runes := []rune(sign)
	if len(runes) > 1 || sign != "" && strings.ContainsAny(sign, "\"\r\n\uFFFD") {
		return columns, usage("--separator is one sign, or tab, got %q", separator)
	}
	if len(runes) == 1 {
		columns.Separator = runes[0]
	}
	return columns, nil
}

// odd says what was guessed where answers do not fit it.
func odd(chosen bool, g folder.Guessed, err error) error {
	if err == nil || chosen || g.Evaluator.Kind != "numeric" {
		return err
	}
	return results.Bad(fmt.Errorf("%d of %d answers are numbers, so that evaluator %s is proposed; these are none: %w", g.Numbers, g.Answers, g.Evaluator.Kind, err),
		"mend the rows or leave them out, or choose another --evaluator, such as contains")
}
