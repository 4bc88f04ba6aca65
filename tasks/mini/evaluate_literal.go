package mini

import (
	"regexp"
	"strings"

	"github.com/autodatabench/autodatabench/tasks/code"
)

// maxLiteralDepth is how many brackets may stand around a value.
const maxLiteralDepth = 16

var (
	// plainText is what stands between the quotes of a string.
	plainText = regexp.MustCompile(`(?s)^(?:[^\\]|\\[\\'"ntr])*$`)
	lineBreak = strings.NewReplacer("\n", `\n`, "\r", `\r`)
)

// readLiteral returns a literal's text for [code.SameValue], without comment and
// white space. The suite's literals are fewer than Python's: integers and
// decimals with an optional sign, strings in single or double quotes, lists,
// tuples, True, False and None. Other names, operators, dictionaries, prefixes
// and triple quotes are refused.
func readLiteral(text string) (string, bool) {
	plain, ok := plainLiteral(text)
	return plain, ok && code.Literal(plain) == ""
}

// plainLiteral checks the values and where they stand, not whether commas and
// brackets fit.
func plainLiteral(text string) (string, bool) {
	var b strings.Builder
	depth, begins := 0, true // begins says that a value may begin
	for text != "" && text[0] != '#' {
		n, ok := 1, true
		switch c := text[0]; c {
		case ' ', '\t':
			text = text[1:]
			continue
		case ',':
			ok, begins = depth > 0, true
		case ']', ')':
			depth, begins = depth-1, false
		case '[', '(':
			ok = begins && depth <= maxLiteralDepth
			depth++
		default:
			n = atom(text)
			ok, begins = n > 0 && begins && depth <= maxLiteralDepth, false
		}
		if !ok {
			return "", false
		}
		lineBreak.WriteString(&b, text[:n])
		text = text[n:]
	}
	return b.String(), true
}

// atom is the length of the string, number or constant that text begins with, 0
// if it begins with none.
func atom(text string) int {
	if text[0] == '\'' || text[0] == '"' {
		end := closingQuote(text, 0)
		if end < 0 || !plainText.MatchString(text[1:end]) {
			return 0
		}
		return end + 1
	}
	n := strings.IndexAny(text, " \t,)]#")
	if n < 0 {
		n = len(text)
	}
	switch text[:n] {
	case "None", "True", "False":
		return n
	}
	if _, ok := parseFloat(text[:n]); !ok {
		return 0
	}
	return n
}
