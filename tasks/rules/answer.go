package rules

import (
	"regexp"
	"strings"

	"github.com/autodatabench/autodatabench/results/cut"
	"github.com/autodatabench/autodatabench/results/thoughts"
)

var (
	// The words that an answer follows; the second kind begins a line.
	closing = regexp.MustCompile(`(?i)\bthe (?:(?:final|correct|right|best) )?(?:answer|option|choice) is\b[ \t]*:?|(?m)^[ \t>*_#]*(?:(?:final|correct) )?answer[ \t]*:`)

	// Lines that hold nothing but marks: fences, and the delimiters of a formula.
	blank = regexp.MustCompile("^(?:`{3,}\\w*|~{3,}\\w*|\\$\\$|\\\\\\[|\\\\\\]|[*_>#:\\s]*)$")
)

// final takes the answer out of a response. stated says that closing words, or a
// box, mark it.
func final(response string) (answer string, stated bool) {
	response, _ = thoughts.Said(response, thoughts.Markdown)
	response = strings.ToValidUTF8(cut.Tail(response, maxResponse), "\uFFFD")
	if found := closing.FindAllStringIndex(response, -1); len(found) > 0 {
		return bare(firstLine(response[found[len(found)-1][1]:])), true
	}
	if at := strings.LastIndex(response, `\boxed{`); at >= 0 {
		if content, _, ok := braced(response[at+len(`\boxed`):]); ok {
			return bare(content), true
		}
	}
	response = strings.TrimSpace(response)
	return bare(response[strings.LastIndexByte(response, '\n')+1:]), false
}

// firstLine is the first line of text that holds more than marks.
func firstLine(text string) string {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); !blank.MatchString(line) {
			return line
		}
	}
	return ""
}

var (
	// A command whose argument is the answer, and nothing else is.
	dressed = regexp.MustCompile(`^\\(?:text|textbf|textit|textrm|textsf|texttt|mathbf|mathrm|mathit|mathsf|mathtt|boldsymbol|bm|emph|underline|fbox|mbox|displaystyle)\s*(\{)`)
	pairs   = [][2]string{
		{`\(`, `\)`}, {`\[`, `\]`}, {"<answer>", "</answer>"}, {"<final_answer>", "</final_answer>"},
		{"<b>", "</b>"}, {"<strong>", "</strong>"}, {"<i>", "</i>"}, {"<em>", "</em>"}, {"<u>", "</u>"}, {"<code>", "</code>"},
	}
	strays = regexp.MustCompile(`(?i)^(?:</?(?:answer|final_answer)>\s*)+|(?:\s*</?(?:answer|final_answer)>)+$`)
)

// bare drops what surrounds an answer: emphasis, a box, delimiters of formulas and
// commands for type, until nothing changes, and one full stop.
func bare(text string) string {
	stop := true
	for {
		before := text
		text = unmarked(text)
		if at := strings.Index(text, `\boxed{`); at >= 0 {
			if content, _, ok := braced(text[at+len(`\boxed`):]); ok {
				text = content
			}
		}
		if m := dressed.FindStringSubmatchIndex(text); m != nil {
			if content, rest, ok := braced(text[m[2]:]); ok && strings.Trim(rest, ". ") == "" {
				text = content
			}
		}
		for _, p := range pairs {
			if inner, ok := strings.CutPrefix(text, p[0]); ok && strings.Count(text, p[0]) == 1 {
				if inner, ok = strings.CutSuffix(strings.TrimSuffix(inner, "."), p[1]); ok {
					text = inner
				}
			}
		}
		text = strays.ReplaceAllString(text, "")
		if stop && strings.HasSuffix(text, ".") {
			text, stop = text[:len(text)-1], false
		}
		if text = unmarked(text); text == before {
			return text
		}
	}
}

func unmarked(text string) string {
	const marks = "*`$ \t\r\n"
	return strings.TrimSpace(strings.Trim(text, marks))
}

// braced takes apart a text that begins with a brace, at the one that closes it.
func braced(text string) (content, rest string, ok bool) {
	depth := 0
	for i := range len(text) {
		switch {
		case i > 0 && text[i-1] == '\\' && (i < 2 || text[i-2] != '\\'):
			// an escaped brace
		case text[i] == '{':
			depth++
		case text[i] == '}':
			if depth--; depth == 0 {
				return text[1:i], text[i+1:], true
			}
		}
	}
	return "", "", false
}
