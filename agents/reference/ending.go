package reference

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
)

// ending is how a solution has to end.
type ending struct {
	Line    string // as a teacher is told, with a gap for the answer
	Pattern string // a Python regular expression for the last line
	Hint    string // as a casual author would put it
}

var asserted = regexp.MustCompile(`assert\s+\w+\(`)

// ending reads the required last line off the worked examples, or off the
// evaluation rule when there are none.
func (b brief) ending() ending {
	last := b.Rule
	if len(b.Shots) > 0 {
		lines := strings.Split(strings.TrimSpace(b.Shots[0]), "\n")
		last = lines[len(lines)-1]
	}
	switch {
	case strings.Contains(last, `\boxed`):
		return ending{Line: `The answer is \boxed{}.`, Pattern: `\\boxed\{[^{}]+\}`, Hint: `Give the answer in \boxed{}.`}
	case asserted.MatchString(last):
		return ending{Line: `assert f(...) == value`, Pattern: `^assert \w+\(.*\) == (?!#).+$`, Hint: `The question is an assert to complete, assert f(...) == # TODO, and the solution says the value.`}
	default:
		return ending{Line: `Therefore, the answer is N.`, Pattern: `[Tt]he answer is -?[\d.,]+`, Hint: `Say what the answer is.`}
	}
}

// subject words the domain for a teacher.
func (b brief) subject() string {
	if b.Domain == "code" {
		return "Python code-reading"
	}
	return b.Domain
}

// literal writes v, made of strings, numbers, lists and maps, as Python does.
func literal(v any) (string, error) {
	if on, ok := v.(bool); ok {
		if on {
			return "True", nil
		}
		return "False", nil
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return "", err
	}
	return strings.TrimSpace(out.String()), nil
}
