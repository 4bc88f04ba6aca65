// Package science is SciBench's official scoring, and the prompt that asks for its
// form of answer. The number in the last \boxed{} of a response is compared with the
// published number, within 5 % of the larger of the two.
//
// It is not for other science sets (suite mini has its own evaluator, which is
// stricter about the box). It is not for repairing faults of the official scorer:
// \frac, $50.7$, 50.7\,\mathrm{atm} and a Unicode minus are wrong answers here
// because they are wrong there.
//
// Invariants: Evaluator is total, any text gets a verdict; nothing is executed or
// evaluated; the same text gets the same verdict; a correct verdict holds a finite
// number. It departs from the official scorer in four ways, none of which touches a
// published item:
//
//   - a box that opens more than 64 KiB before the response's end is not found;
//   - a verdict quotes at most 200 bytes of an answer;
//   - an infinite published answer is unreadable, not equal to an infinite one;
//   - powers of ten are correctly rounded; C's pow is one bit off for 10^23.
//
// The rules, for an item with fields answer_number and unit:
//
//   - The box is the last "oxed" of the response. A brace must follow it, and braces
//     are counted without regard to backslashes. If the content has "=", the text
//     after the last one is the answer.
//   - A unit that holds a power of ten with any text after it, for example
//     "$10^{-19} \mathrm{~J}$", scales the item (see Gold). The answer 3.52 is
//     then given as 3.52 \times 10^{-19} or as 3.52e-19; 3.52 is wrong.
//   - In all other items the first word counts, read as Python's float does, and
//     commas are dropped: 1,234.5 m is 1234.5, and 5.07 \times 10^{1} is 5.07.
//   - A published answer keeps its commas and its Unicode minus. It is then not
//     a number, and every answer is wrong.
package science

import (
	"fmt"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/cut"
	"github.com/autodatabench/autodatabench/tasks"
)

const (
	maxResponse  = 64 << 10 // bytes that are read of a response, the last ones
	maxExtracted = 200      // bytes that a verdict keeps of an answer
)

// Evaluator judges SciBench responses. It reads the item's fields answer_number
// (without it, the item's answer) and unit (without it, there is none), both as
// published: trimming a unit may change whether it scales the item.
type Evaluator struct{}

var _ tasks.Evaluator = Evaluator{}

// Judge takes the answer out of the response's last box and judges it.
func (e Evaluator) Judge(response string, item tasks.Item) results.Verdict {
	answer, reason := boxed(response)
	if reason != "" {
		return refuse("", reason)
	}
	return e.JudgeExtracted(answer, item)
}

// JudgeExtracted judges an answer that was already taken out of its box; text up
// to an "=" must be gone.
func (Evaluator) JudgeExtracted(extracted string, item tasks.Item) results.Verdict {
	if len(extracted) > maxResponse {
		return refuse(extracted, "the answer is longer than 64 KiB")
	}
	published, ok := item.Fields["answer_number"]
	if !ok {
		published = item.Answer
	}
	if strings.TrimFunc(published, isSpace) == "" {
		return refuse(extracted, "there is no published answer")
	}
	unit := item.Fields["unit"]
	gold, _, ok := Gold(published, unit)
	if !ok {
		return refuse(extracted, "the published answer is not a number")
	}
	_, _, scaled := splitUnit(unit)
	got, text, reason := predicted(extracted, scaled)
	if reason != "" {
		return refuse(text, reason)
	}
	if !within(got, gold) {
		return refuse(text, repr(got)+" is not within 5 % of "+repr(gold))
	}
	if len(text) > maxExtracted {
		text = repr(got) // the cut text could end before its number
	}
	return results.Verdict{Extracted: shown(text), Correct: true, Reason: repr(got) + " is within 5 % of " + repr(gold)}
}

// boxed returns the answer in the last box of the response, or why there is
// none. Only the response's end is read, where the last box is.
func boxed(response string) (answer, reason string) {
	const box = "oxed" // so that \boxed, \Boxed and boxed are alike
	read := ""
	if len(response) > maxResponse {
		response = response[len(response)-maxResponse:]
		read = " in the last 64 KiB"
	}
	at := strings.LastIndex(response, box)
	if at < 0 {
		return "", `there is no \boxed{}` + read
	}
	content, reason := braced(response[at+len(box):])
	if i := strings.LastIndexByte(content, '='); i >= 0 {
		content = strings.TrimLeft(content[i+1:], " ")
	}
	return content, reason
}

// braced returns what is between the brace that text begins with and the one
// that closes it, or why there is no such pair.
func braced(text string) (content, reason string) {
	if !strings.HasPrefix(text, "{") {
		return "", `the last \boxed has no brace after it`
	}
	depth := 0
	for i := range len(text) {
		switch text[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return text[1:i], ""
			}
		}
	}
	return "", `the last \boxed{ is not closed`
}

func refuse(extracted, reason string) results.Verdict {
	return results.Verdict{Extracted: shown(extracted), Reason: reason}
}

// shown is the beginning of text as it may stand in a verdict.
func shown(text string) string { return cut.Bytes(strings.ToValidUTF8(text, "?"), maxExtracted) }

// Check reports why no response could be correct for the item.
func (Evaluator) Check(item tasks.Item) error {
	published, ok := item.Fields["answer_number"]
	if !ok {
		published = item.Answer
	}
	if _, _, ok := Gold(published, item.Fields["unit"]); !ok {
		return fmt.Errorf("the published answer %q is not a number", shown(published))
	}
	return nil
}
