package mini

import (
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/cut"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/code"
)

// assertion judges code: the last line that starts with "assert". Brackets around
// the comparison, a message and a semicolon are dropped, as the official scorer does.
// Its call is the asked one but for white space; its right-hand side is compared with
// the expected answer as Python compares literals. Nothing is executed.
type assertion struct{}

func (assertion) Judge(response string, item tasks.Item) results.Verdict {
	line, ok := lastAssert(cut.Bytes(response, maxResponse))
	if !ok {
		return refuse("", `no line starts with "assert"`)
	}
	call, value, ok := splitAssert(line)
	if !ok {
		return refuse(line, `the last assertion is not "assert call == value"`)
	}
	if asked, found := askedCall(item.Question); found && squeeze(asked) != squeeze(call) {
		return refuse(value, "the assertion is about another call than the asked one")
	}
	got, ok := readLiteral(value)
	if !ok {
		return refuse(value, "the right-hand side is not a Python literal")
	}
	want, ok := readLiteral(item.Answer)
	if !ok {
		return refuse(value, "the expected answer is not a Python literal")
	}
	if same, _ := code.SameValue(got, want); !same {
		return refuse(value, shown(value, maxQuoted)+" is not "+shown(item.Answer, maxQuoted))
	}
	return accept(value, "the literals are equal")
}

// askedCall is the call in the line that the question asks to complete.
func askedCall(question string) (string, bool) {
	line, ok := lastAssert(question)
	if !ok {
		return "", false
	}
	call, _, ok := splitAssert(line)
	return call, ok
}

// lastAssert returns the last line that starts with "assert", without that word.
func lastAssert(text string) (string, bool) {
	for text != "" {
		i := strings.LastIndexByte(text, '\n')
		if rest, ok := strings.CutPrefix(text[i+1:], "assert"); ok {
			return strings.TrimRight(rest, "\r"), true
		}
		text = text[:max(i, 0)]
	}
	return "", false
}

// splitAssert takes "call == value" apart at the first == outside of strings.
func splitAssert(line string) (call, value string, ok bool) {
	if line == "" || !strings.ContainsAny(line[:1], " \t(") {
		return "", "", false
	}
	line = asserted(line)
	for i := 0; i < len(line); i++ {
		switch c := line[i]; c {
		case '\'', '"':
			if i = closingQuote(line, i); i < 0 {
				return "", "", false
			}
		case '=':
			if !strings.HasPrefix(line[i:], "==") {
				return "", "", false
			}
			call, value = strings.TrimSpace(line[:i]), strings.TrimSpace(line[i+2:])
			return call, value, call != "" && value != ""
		}
	}
	return "", "", false
}

// asserted drops what may stand around an asserted comparison: a message behind a
// comma, which is a constant, a semicolon, brackets. A line that is no Python stays as it is.
func asserted(line string) string {
	if at := outside(line, ";"); at >= 0 && blank(line[at+1:]) {
		line = line[:at]
	}
	if at := outside(line, ","); at >= 0 && code.Literal(line[at+1:]) == "" {
		line = line[:at]
	}
	for {
		inner, ok := strings.CutPrefix(strings.TrimSpace(line), "(")
		if !ok || outside(inner, ")") != len(inner)-1 {
			return line
		}
		line = inner[:len(inner)-1]
	}
}

// blank reports whether nothing but a comment follows.
func blank(rest string) bool {
	rest = strings.TrimSpace(rest)
	return rest == "" || rest[0] == '#'
}

// outside is the index of the first of the signs that stands outside of strings,
// brackets and comments, -1 if none does.
func outside(line, signs string) int {
	depth := 0
	for i := 0; i < len(line); i++ {
		c := line[i]
		if depth == 0 && strings.IndexByte(signs, c) >= 0 {
			return i
		}
		switch c {
		case '\'', '"':
			if i = closingQuote(line, i); i < 0 {
				return -1
			}
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			if depth--; depth < 0 {
				return -1
			}
		case '#':
			return -1
		}
	}
	return -1
}

// closingQuote is the index of the quote that ends the string opened at i, -1
// if none does.
func closingQuote(s string, i int) int {
	for j := i + 1; j < len(s); j++ {
		switch s[j] {
		case '\\':
			j++
		case s[i]:
			return j
		}
	}
	return -1
}

// squeeze drops white space outside of strings.
func squeeze(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case ' ', '\t':
		case '\'', '"':
			end := closingQuote(s, i)
			if end < 0 {
				end = len(s) - 1
			}
			b.WriteString(s[i : end+1])
			i = end
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
