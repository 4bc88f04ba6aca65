// Package rules are the evaluators that a user's own task chooses from: numeric,
// contains, exact, choice, python-literal and regex.
//
// All of them read a response in the same way. The thoughts of a model, closed or cut
// off, are left out. The answer is the text after the last "the answer is" or
// "Answer:", up to the end of its line. If only marks follow there, it is the next
// line that holds more. Without these words, it is the content of the last \boxed{},
// or else the last line that is not empty. Emphasis, delimiters of formulas, commands such as \text{} and a \boxed{}
// around it are dropped until nothing changes, and one full stop at its end.
//
// The package is not for the published suites, whose official rules are in
// tasks/science, tasks/code and tasks/finance. Invariants: any text gets a verdict,
// the same each time, in time that grows with its length only; nothing is executed;
// an item whose answer [Rule.Check] refuses makes no response correct.
package rules

import (
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/cut"
	"github.com/autodatabench/autodatabench/tasks"
)

const (
	maxResponse = 64 << 10 // bytes that are read of a response, the last ones
	maxAnswer   = 4 << 10  // bytes of an answer
	maxShown    = 200      // bytes of an answer that a verdict keeps
)

// rule compares an answer with the item's. stated says that the answer followed
// the closing words, else it is a whole line.
type rule interface {
	compare(answer, want string, stated bool) (correct bool, reason string)
	check(want string) error
}

// Rule is one of the package's evaluators. A rule for texts also takes the item's
// aliases, which stand in its field "aliases" between upright bars.
type Rule struct {
	rule    rule
	aliases bool
}

var _ tasks.Evaluator = Rule{}

// Judge reads the answer out of a response and compares it.
func (r Rule) Judge(response string, item tasks.Item) results.Verdict {
	answer, stated := final(response)
	return r.judge(answer, item, stated)
}

// JudgeExtracted compares an answer that was already taken out.
func (r Rule) JudgeExtracted(extracted string, item tasks.Item) results.Verdict {
	return r.judge(bare(extracted), item, true)
}

// Check reports why no response could be correct for the item.
func (r Rule) Check(item tasks.Item) error {
	for _, want := range r.wanted(item) {
		if err := r.rule.check(want); err != nil {
			return err
		}
	}
	return nil
}

// AliasesField names the field of an item's other right answers.
const AliasesField = "aliases"

// wanted are the item's answer and, for texts, its aliases.
func (r Rule) wanted(item tasks.Item) []string {
	all := []string{strings.TrimSpace(item.Answer)}
	if text := item.Fields[AliasesField]; r.aliases && text != "" {
		for alias := range strings.SplitSeq(text, "|") {
			all = append(all, strings.TrimSpace(alias))
		}
	}
	return all
}

func (r Rule) judge(answer string, item tasks.Item, stated bool) results.Verdict {
	v := results.Verdict{Extracted: shown(answer)}
	switch err := r.Check(item); {
	case answer == "":
		v.Reason = "there is no answer"
	case len(answer) > maxAnswer:
		v.Reason = "the answer is longer than 4 KiB"
	case err != nil:
		v.Reason = err.Error()
	default:
		for _, want := range r.wanted(item) {
			if v.Correct, v.Reason = r.rule.compare(answer, want, stated); v.Correct {
				break
			}
		}
	}
	return v
}

// shown is the beginning of text as it may stand in a verdict.
func shown(text string) string { return cut.Bytes(strings.ToValidUTF8(text, "\uFFFD"), maxShown) }
