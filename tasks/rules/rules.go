// Package rules are the evaluators that a user's own task chooses from: numeric,
// exact, choice, python-literal and regex.
//
// All of them read a response in the same way, without the thoughts in it. The answer
// is the text after the last "the answer is" up to the end of its line. Without these
// words, it is the last line that is not empty. Marks of emphasis around it, a
// \boxed{} and one full stop at its end are dropped. A response that ends within its
// thoughts has no answer but in the text before them.
//
// The package is not for the published suites, whose official rules are in
// tasks/science, tasks/code and tasks/finance. Invariants: any text gets a verdict,
// the same each time, in time that grows with its length only; nothing is executed;
// an item whose answer [Rule.Check] refuses makes no response correct.
package rules

import (
	"regexp"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/cut"
	"github.com/autodatabench/autodatabench/results/thoughts"
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

// Rule is one of the package's evaluators.
type Rule struct{ rule rule }

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
func (r Rule) Check(item tasks.Item) error { return r.rule.check(strings.TrimSpace(item.Answer)) }

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
		v.Correct, v.Reason = r.rule.compare(answer, strings.TrimSpace(item.Answer), stated)
	}
	return v
}

var (
	closing = regexp.MustCompile(`(?i)\bthe answer is\b[ \t]*:?`)
	boxed   = regexp.MustCompile(`\\boxed\{([^{}]*)\}`)
)

// final takes the answer out of a response. stated says that closing words stand
// before it.
func final(response string) (answer string, stated bool) {
	response, _ = thoughts.Said(response, thoughts.Markdown)
	response = strings.ToValidUTF8(cut.Tail(response, maxResponse), "\uFFFD")
	if found := closing.FindAllStringIndex(response, -1); len(found) > 0 {
		line, _, _ := strings.Cut(response[found[len(found)-1][1]:], "\n")
		return bare(line), true
	}
	response = strings.TrimSpace(response)
	return bare(response[strings.LastIndexByte(response, '\n')+1:]), false
}

// bare drops what surrounds an answer.
func bare(text string) string {
	const marks = "*`$ \t\r\n"
	if m := boxed.FindStringSubmatch(text); m != nil {
		text = m[1]
	}
	text = strings.TrimSpace(strings.Trim(text, marks))
	return strings.TrimSpace(strings.Trim(strings.TrimSuffix(text, "."), marks))
}

// shown is the beginning of text as it may stand in a verdict.
func shown(text string) string { return cut.Bytes(strings.ToValidUTF8(text, "\uFFFD"), maxShown) }
