package code

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is a word of Python's grammar. The text of a string is its source, with
// prefix and quotes, so that it never equals an operator or a keyword.
type token struct {
	kind tokenKind
	text string
}

type tokenKind int

const (
	endToken tokenKind = iota // its text is empty
	lineToken
	nameToken
	keywordToken
	numberToken
	stringToken
	operatorToken
)

// The numerals of Python, complex ones included; the longest match counts.
const (
	digitPart = `[0-9](?:_?[0-9])*`
	exponent  = `[eE][-+]?` + digitPart
)

var (
	numeral = longest(`^(?:0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+` +
		`|(?:` + digitPart + `\.?(?:` + digitPart + `)?|\.` + digitPart + `)(?:` + exponent + `)?[jJ]?)`)
	stringStart = regexp.MustCompile(`^(?i:r|u|b|br|rb|f|fr|rf)?(?:'''|"""|'|")`)
	operator    = longest(`^(?:(?:\*\*|//|<<|>>|[-+*/%@&|^<>=!:])=?|->|\.\.\.|[-~()\[\]{},.;])`)
)

func longest(expression string) *regexp.Regexp {
	re := regexp.MustCompile(expression)
	re.Longest()
	return re
}

var (
	keywords = words(`False None True and as assert async await break class continue def del elif else except finally
		for from global if import in is lambda nonlocal not or pass raise return try while with yield`)
	afterNumber = words("and else for if in is not or") // need no space before them
)

func words(listed string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(listed) {
		set[word] = true
	}
	return set
}

// scanner cuts a source into tokens. It knows strings and brackets: inside of
// brackets a line break is white space.
type scanner struct {
	rest   string
	depth  int // open brackets
	tokens []token
}

// scan returns the tokens of source, an endToken last. Where it fails, the bad
// text is returned.
func scan(source string) (tokens []token, bad string, ok bool) {
	s := &scanner{rest: strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(source)}
	for s.rest != "" {
		before := s.rest
		if !s.next() {
			return nil, before, false
		}
	}
	return append(s.tokens, token{}), "", true
}

// next consumes white space, a comment or one token.
func (s *scanner) next() bool {
	switch c := s.rest[0]; {
	case c == '\n':
		return s.line()
	case c == ' ' || c == '\t' || c == '\f':
		s.rest = s.rest[1:]
		return true
	case c == '#':
		end := strings.IndexByte(s.rest, '\n')
		if end < 0 {
			end = len(s.rest)
		}
		s.rest = s.rest[end:]
		return true
	case c == '\\': // joins two lines, of which the second is not empty
		after, joined := strings.CutPrefix(s.rest, "\\\n")
		s.rest = after
		return joined && after != ""
	}
	return s.word()
}

// line ends a logical line unless it was empty. The next may not be indented.
func (s *scanner) line() bool {
	s.rest = s.rest[1:]
	if s.depth > 0 {
		return true
	}
	if n := len(s.tokens); n > 0 && s.tokens[n-1].kind != lineToken {
		s.tokens = append(s.tokens, token{lineToken, "\n"})
	}
	text := strings.TrimLeft(s.rest, " \t\f")
	return len(text) == len(s.rest) || text == "" || text[0] == '\n' || text[0] == '#'
}

// word consumes one token.
func (s *scanner) word() bool {
	if opening := stringStart.FindString(s.rest); opening != "" {
		return s.quoted(opening)
	}
	if number := numeral.FindString(s.rest); number != "" {
		s.emit(numberToken, len(number))
		next, _ := utf8.DecodeRuneInString(s.rest)
		return !inName(next) || afterNumber[s.rest[:nameLength(s.rest)]]
	}
	if n := nameLength(s.rest); n > 0 {
		kind := nameToken
		if keywords[s.rest[:n]] {
			kind = keywordToken
		}
		s.emit(kind, n)
		return true
	}
	op := operator.FindString(s.rest)
	switch op {
	case "", "!":
		return false
	case "(", "[", "{":
		s.depth++
	case ")", "]", "}":
		s.depth--
	}
	s.emit(operatorToken, len(op))
	return true
}

func (s *scanner) emit(kind tokenKind, length int) {
	s.tokens = append(s.tokens, token{kind, s.rest[:length]})
	s.rest = s.rest[length:]
}

// quoted consumes a string. A backslash hides the quote after it, in raw strings
// too; only triple quotes span lines.
func (s *scanner) quoted(opening string) bool {
	quote := strings.TrimLeft(opening, "rubfRUBF")
	for i := len(opening); i < len(s.rest); i++ {
		switch {
		case s.rest[i] == '\\':
			i++
		case strings.HasPrefix(s.rest[i:], quote):
			s.emit(stringToken, i+len(quote))
			return true
		case s.rest[i] == '\n' && len(quote) == 1:
			return false
		}
	}
	return false
}

// nameLength is how many bytes of s are an identifier or a keyword.
func nameLength(s string) int {
	for i, r := range s {
		if i == 0 && !startsName(r) || !inName(r) {
			return i
		}
	}
	return len(s)
}

func startsName(r rune) bool { return r == '_' || unicode.In(r, unicode.L, unicode.Nl) }

func inName(r rune) bool {
	return startsName(r) || unicode.In(r, unicode.Nd, unicode.Mn, unicode.Mc, unicode.Pc)
}
