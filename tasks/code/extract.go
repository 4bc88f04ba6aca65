package code

import (
	"slices"
	"strings"
	"unicode"
)

// extract takes the answer out of a response: the last line that starts with
// "assert"; else what stands in the first fence marked python; else in the first
// fence; else nothing. A line holds a fence wherever its back-ticks stand, and a
// fence that is not closed holds nothing.
func extract(response string) string {
	lines := strings.Split(strings.ToValidUTF8(response, "\uFFFD"), "\n")
	for _, line := range slices.Backward(lines) {
		if strings.HasPrefix(line, "assert") {
			return line
		}
	}
	opening := slices.IndexFunc(lines, pythonFence)
	if opening < 0 {
		opening = slices.IndexFunc(lines, fence)
	}
	if opening < 0 {
		return ""
	}
	inside := lines[opening+1:]
	return strings.Join(inside[:max(0, slices.IndexFunc(inside, fence))], "\n")
}

func fence(line string) bool { return strings.Contains(line, "```") }

func pythonFence(line string) bool {
	return strings.Contains(line, "```python") || strings.Contains(line, "```Python")
}

// statement chooses what to judge of an extract: its first line that is no
// comment and contains "assert", else the whole of it.
func statement(extracted string) string {
	for line := range strings.FieldsFuncSeq(extracted, endsLine) {
		if !strings.HasPrefix(line, "#") && strings.Contains(line, "assert") {
			return line
		}
	}
	return extracted
}

// endsLine and isSpace are what Python's splitlines and strip go by, which is
// more than \n and more than the language's own white space.
func endsLine(r rune) bool {
	return '\n' <= r && r <= '\r' || '\x1c' <= r && r <= '\x1e' || r == '\u0085' || r == '\u2028' || r == '\u2029'
}

func isSpace(r rune) bool {
	return unicode.IsSpace(r) || '\x1c' <= r && r <= '\x1f'
}

// Prompt is the question put to the student: the problem, the starter code and
// the assertion to complete. The input holds one argument per line.
func Prompt(content, starterCode, functionName, input string) string {
	var b strings.Builder
	b.WriteString(strings.TrimSpace(content))
	b.WriteString("\n\nThe function's starter code:\n```python\n")
	b.WriteString(strings.Trim(starterCode, "\n"))
	b.WriteString("\n```\n\nComplete the assertion below with the value that a correct function returns. ")
	b.WriteString("Answer with the whole assertion in a code block.\n```python\nassert ")
	b.WriteString(functionName)
	b.WriteString("(" + strings.ReplaceAll(strings.TrimSpace(input), "\n", ", ") + ") == # TODO\n```")
	return b.String()
}
