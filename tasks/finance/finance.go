// Package finance scores answers to FinanceReasoning, a set of financial questions
// whose answer is one number or, rarely, true or false.
//
// The official scorer has a language model take the answer out of the text, cleans
// it and compares it with the published one within 0.2 %. Here a rule takes it out:
// the first number, or true, false, yes or no, after the last "the answer is".
// Cleaning and comparison are the official ones, with one difference: the official
// scorer evaluates the answer as Python. Here 1,152 is a number, not a pair, and 5/2
// is not divided.
//
// It is not for reading the published files, nor for the mini suite's finance
// questions, whose evaluator refuses more.
//
// Invariants: any text gets a verdict, the same each time; nothing is executed or
// evaluated; a published answer that is missing or unreadable makes no response
// correct.
package finance

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/cut"
	"github.com/autodatabench/autodatabench/tasks"
)

const (
	tolerance    = 0.002    // of the published number
	maxExtracted = 200      // bytes of an answer that a verdict keeps
	maxResponse  = 64 << 10 // bytes that are read of a response, the last ones
)

// Closing is how a response must end.
const Closing = "Therefore, the answer is {final answer}"

// Prompt is a question as the student is asked it. The context may be empty.
func Prompt(question, context string) string {
	prompt := strings.TrimSpace(question) + "\n\nEnd with the sentence: " + Closing
	if context = strings.TrimSpace(context); context != "" {
		prompt = context + "\n\n" + prompt
	}
	return prompt
}

// Evaluator judges responses to published items. The published answer is the
// item's field "ground_truth" or, without that field, its Answer.
type Evaluator struct{}

var _ tasks.Evaluator = Evaluator{}

// Judge reads the answer out of a response, by rule, and compares it.
func (Evaluator) Judge(response string, item tasks.Item) results.Verdict {
	text, reason := read(response)
	if reason != "" {
		return verdict(text, false, reason)
	}
	return compare(text, item)
}

// JudgeExtracted cleans an answer that was already taken out of its response
// and compares it.
func (Evaluator) JudgeExtracted(extracted string, item tasks.Item) results.Verdict {
	if len(extracted) > maxResponse {
		return verdict(extracted, false, "the answer is longer than 64 KiB")
	}
	text := clean(extracted)
	if text == "" {
		return verdict("", false, "the answer is empty")
	}
	return compare(text, item)
}

func compare(text string, item tasks.Item) results.Verdict {
	got, ok := parse(text)
	if !ok {
		return verdict(text, false, "the answer is not a plain number, true or false")
	}
	published, ok := item.Fields["ground_truth"]
	if !ok {
		published = item.Answer
	}
	if strings.TrimSpace(published) == "" {
		return verdict(text, false, "the item has no published answer")
	}
	want, ok := parse(strings.ToLower(strings.TrimSpace(published)))
	if !ok {
		return verdict(text, false, "the published answer is not a plain number, true or false")
	}
	if got.boolean || want.boolean {
		return equality(text, got, want)
	}
	allowed := tolerance * math.Abs(want.number)
	if want.number-allowed <= got.number && got.number <= want.number+allowed {
		return verdict(text, true, got.String()+" is within 0.2 % of "+want.String())
	}
	return verdict(text, false, got.String()+" is not within 0.2 % of "+want.String())
}

// equality compares where a boolean takes part: 1 equals true, 1.001 does not.
func equality(text string, got, want value) results.Verdict {
	if got.number == want.number {
		return verdict(text, true, got.String()+" equals "+want.String())
	}
	return verdict(text, false, got.String()+" does not equal "+want.String())
}

// value is an answer: a finite number, or a boolean with the number 0 or 1.
type value struct {
	number  float64
	boolean bool
}

// parse reads what cleaning leaves: lower case, no commas, no spaces.
func parse(text string) (value, bool) {
	switch text {
	case "true":
		return value{number: 1, boolean: true}, true
	case "false":
		return value{boolean: true}, true
	}
	if !plain.MatchString(text) {
		return value{}, false
	}
	x, err := strconv.ParseFloat(text, 64)
	return value{number: x}, err == nil
}

func (v value) String() string {
	if v.boolean {
		return strconv.FormatBool(v.number == 1)
	}
	return strconv.FormatFloat(v.number, 'g', -1, 64)
}

// verdict keeps the beginning of the answer as it may stand in a record.
func verdict(extracted string, correct bool, reason string) results.Verdict {
	extracted = cut.Bytes(strings.ToValidUTF8(extracted, "?"), maxExtracted)
	return results.Verdict{Extracted: extracted, Correct: correct, Reason: reason}
}

// Check reports why no response could be correct for the item.
func (Evaluator) Check(item tasks.Item) error {
	published, ok := item.Fields["ground_truth"]
	if !ok {
		published = item.Answer
	}
	if _, ok := parse(strings.ToLower(strings.TrimSpace(published))); !ok {
		return fmt.Errorf("the published answer %q is not a plain number, true or false", verdict(published, false, "").Extracted)
	}
	return nil
}
