package mini

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/cut"
	"github.com/autodatabench/autodatabench/tasks"
)

// Limits on what is read of a response and what is kept of it in a verdict.
const (
	maxResponse  = 64 << 10 // bytes; the rest is not read
	maxExtracted = 200      // bytes
	maxQuoted    = 60       // bytes of a text in a reason
	maxNumeral   = 40       // bytes of a number
)

// Relative tolerances of the numeric domains, those of the real evaluators.
const (
	scienceTolerance = 0.05  // of the larger of the two numbers
	financeTolerance = 0.002 // of the expected number
)

// Evaluator returns the domain's evaluator; it panics for a domain that the
// suite does not have.
func Evaluator(d results.Domain) tasks.Evaluator {
	switch d {
	case results.Science:
		return boxedNumber{}
	case results.Code:
		return assertion{}
	case results.Finance:
		return closingNumber{}
	}
	panic("mini: no evaluator for domain " + string(d))
}

var plainNumber = regexp.MustCompile(`^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$`)

// parseFloat reads a finite number in decimal notation.
func parseFloat(s string) (float64, bool) {
	if len(s) > maxNumeral || !plainNumber.MatchString(s) {
		return 0, false
	}
	x, err := strconv.ParseFloat(s, 64)
	return x, err == nil
}

// compared is the verdict on a number that was taken out of a response.
func compared(extracted string, got, want float64, close bool) results.Verdict {
	if close {
		return accept(extracted, short(got)+" is within the tolerance of "+short(want))
	}
	return refuse(extracted, short(got)+" is not within the tolerance of "+short(want))
}

func short(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

func accept(extracted, reason string) results.Verdict {
	return results.Verdict{Extracted: shown(extracted, maxExtracted), Correct: true, Reason: reason}
}

func refuse(extracted, reason string) results.Verdict {
	return results.Verdict{Extracted: shown(extracted, maxExtracted), Reason: reason}
}

// shown is the beginning of text as it may stand in a record.
func shown(text string, n int) string { return cut.Bytes(strings.ToValidUTF8(text, "?"), n) }
