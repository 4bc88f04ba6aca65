package agents

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// compiles reports whether a text looks like a Python program. It is a check of
// form and no parser: strings and brackets close, a line is indented more than the
// one before only behind a colon and is indented behind each, no character is one
// that Python has not, no two names or numbers stand side by side, and no line
// begins or ends with an operator that cannot. Prose, shell commands and other
// languages fail it, and so does a program that was cut; a program that passes may
// still be wrong.
func compiles(code string) bool {
	p := syntax{text: code, indents: []int{0}, fresh: true}
	for p.ok = true; p.ok && p.text != ""; {
		p.token()
	}
	p.endLine()
	return p.ok && len(p.brackets) == 0 && !p.colon && p.statements > 0
}

type kind int

const (
	nothing kind = iota
	operand      // a name, a number, a closing bracket
	text         // a string
	keyword      // a word of the language
	operator
)

// syntax goes over a text token by token.
type syntax struct {
	text       string
	ok         bool
	brackets   []byte
	indents    []int
	fresh      bool // at the beginning of a line
	colon      bool // the last line ended with a colon
	last       kind
	lastText   string
	statements int
}

const keywords = " False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield "

// soft are words of the language at a line's beginning only.
const soft = " match case type "

func (p *syntax) token() {
	if p.fresh && len(p.brackets) == 0 && !p.indent() {
		return
	}
	p.fresh = false
	r, size := utf8.DecodeRuneInString(p.text)
	switch {
	case r == '\n':
		p.text = p.text[1:]
		p.fresh = true
		if len(p.brackets) == 0 {
			p.endLine()
		}
	case r == ' ' || r == '\t' || r == '\f':
		p.text = p.text[1:]
	case r == '\\':
		p.ok = strings.HasPrefix(p.text, "\\\n")
		p.text = p.text[min(2, len(p.text)):]
	case r == '#':
		p.text = p.text[max(0, len(p.text)-len(afterLine(p.text))):]
	case r == '"' || r == '\'':
		p.string()
	case r == '_' || unicode.IsLetter(r):
		p.word()
	case unicode.IsDigit(r) || r == '.' && len(p.text) > 1 && p.text[1] >= '0' && p.text[1] <= '9':
		p.take(operand, len(p.text)-len(strings.TrimLeftFunc(p.text, func(r rune) bool {
			return r == '_' || r == '.' || unicode.IsLetter(r) || unicode.IsDigit(r)
		})))
	case r < utf8.RuneSelf && strings.IndexByte("()[]{}", byte(r)) >= 0:
		p.bracket(byte(r))
	case strings.HasPrefix(p.text, "..."):
		p.take(operand, 3)
	case r < utf8.RuneSelf && strings.IndexByte("+-*/%@&|^~<>=.,:;", byte(r)) >= 0, strings.HasPrefix(p.text, "!="):
		p.take(operator, size)
		p.text = strings.TrimPrefix(p.text, "=")
	default:
		p.ok = false
	}
}

// afterLine is the text from its first line break on.
func afterLine(s string) string {
	if at := strings.IndexByte(s, '\n'); at >= 0 {
		return s[at:]
	}
	return ""
}

// take moves over a token and checks that it may follow the last one.
func (p *syntax) take(k kind, size int) {
	token := p.text[:size]
	p.text = p.text[size:]
	switch {
	case k == operand && (p.last == operand || p.last == text), k == text && p.last == operand:
		p.ok = false
	case k == operator && p.last == nothing && strings.IndexByte("+-~@*", token[0]) < 0:
		p.ok = false
	}
	p.last, p.lastText = k, token
}

func (p *syntax) word() {
	size := len(p.text) - len(strings.TrimLeftFunc(p.text, func(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }))
	word := p.text[:size]
	if rest := p.text[size:]; rest != "" && (rest[0] == '"' || rest[0] == '\'') && size <= 2 && strings.Trim(strings.ToLower(word), "rbfut") == "" {
		p.text = rest // a string's prefix
		return
	}
	k := operand
	if strings.Contains(keywords, " "+word+" ") || p.last == nothing && strings.Contains(soft, " "+word+" ") {
		k = keyword
	}
	if word == "True" || word == "False" || word == "None" {
		k = operand
	}
	p.take(k, size)
}

// string moves over a string; one in single quotes must end in its line.
func (p *syntax) string() {
	quote := p.text[:1]
	if strings.HasPrefix(p.text, strings.Repeat(quote, 3)) {
		quote = p.text[:3]
	}
	for i := len(quote); i < len(p.text); i++ {
		switch {
		case p.text[i] == '\\':
			i++
		case strings.HasPrefix(p.text[i:], quote):
			p.take(text, i+len(quote))
			return
		case p.text[i] == '\n' && len(quote) == 1:
			p.ok = false
			return
		}
	}
	p.ok = false
}

func (p *syntax) bracket(b byte) {
	if at := strings.IndexByte("([{", b); at >= 0 {
		p.brackets = append(p.brackets, ")]}"[at])
		p.text, p.last, p.lastText = p.text[1:], keyword, string(b) // anything may follow
		return
	}
	n := len(p.brackets)
	if n == 0 || p.brackets[n-1] != b {
		p.ok = false
		return
	}
	p.brackets, p.text = p.brackets[:n-1], p.text[1:]
	p.last, p.lastText = operand, string(b)
}

// indent reads the indentation of a line; false for a line without a statement.
func (p *syntax) indent() bool {
	width, i := 0, 0
	for ; i < len(p.text) && (p.text[i] == ' ' || p.text[i] == '\t'); i++ {
		if width++; p.text[i] == '\t' {
			width = (width + 7) / 8 * 8
		}
	}
	p.text = p.text[i:]
	if p.text == "" || p.text[0] == '\n' || p.text[0] == '#' {
		p.fresh = false
		return true
	}
	deepest := p.indents[len(p.indents)-1]
	if p.colon != (width > deepest) {
		p.ok = false
		return false
	}
	if p.colon {
		p.indents = append(p.indents, width)
	}
	for width < p.indents[len(p.indents)-1] {
		p.indents = p.indents[:len(p.indents)-1]
	}
	p.ok = width == p.indents[len(p.indents)-1]
	p.colon = false
	return p.ok
}

// endLine ends a line of tokens.
func (p *syntax) endLine() {
	switch {
	case p.last == nothing:
		return
	case p.last == operator && p.lastText == ":":
		p.colon = true
	case p.last == operator && strings.IndexByte(",;*", p.lastText[0]) < 0: // import * is one
		p.ok = false
	}
	p.statements++
	p.last, p.lastText = nothing, ""
}
