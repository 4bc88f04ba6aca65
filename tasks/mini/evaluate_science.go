package mini

import (
	"math"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/cut"
	"github.com/autodatabench/autodatabench/tasks"
)

// boxedNumber judges science: the number in the last \boxed{}.
type boxedNumber struct{}

func (boxedNumber) Judge(response string, item tasks.Item) results.Verdict {
	content, reason := lastBox(cut.Bytes(response, maxResponse))
	if reason != "" {
		return refuse("", reason)
	}
	if i := strings.LastIndex(content, "="); i >= 0 {
		content = content[i+1:]
	}
	fields := strings.Fields(strings.ReplaceAll(content, ",", ""))
	if len(fields) == 0 {
		return refuse("", `the last \boxed{} is empty`)
	}
	got, ok := parseFloat(fields[0])
	if !ok {
		return refuse(fields[0], "the boxed text does not begin with a plain number")
	}
	want, ok := parseFloat(item.Answer)
	if !ok {
		return refuse(fields[0], "the expected answer is not a number")
	}
	allowed := scienceTolerance * math.Max(math.Abs(got), math.Abs(want))
	return compared(fields[0], got, want, math.Abs(got-want) <= allowed)
}

// lastBox returns the content of the last \boxed{...}, or why there is none.
func lastBox(text string) (content, reason string) {
	const box = `\boxed`
	at := strings.LastIndex(text, box)
	if at < 0 {
		return "", `there is no \boxed{}`
	}
	text = text[at+len(box):]
	depth := 0
	for i, c := range []byte(text) {
		switch {
		case c == '{':
			depth++
		case depth == 0:
			return "", `the last \boxed has no brace after it`
		case c == '}':
			if depth--; depth == 0 {
				return text[1:i], ""
			}
		}
	}
	return "", `the last \boxed{ is not closed`
}
