package mini

import (
	"math/big"
	"strconv"
	"strings"
)

// literal is the value of a Python literal. Booleans are numbers, as in Python.
type literal struct {
	kind   literalKind
	number *big.Rat
	text   string
	items  []literal
}

type literalKind int

const (
	noneLiteral literalKind = iota
	numberLiteral
	textLiteral
	listLiteral
	tupleLiteral
)

// equal is Python's ==: 1 equals True and 1.0, a tuple never equals a list.
func (l literal) equal(m literal) bool {
	if l.kind != m.kind || len(l.items) != len(m.items) {
		return false
	}
	if l.kind == numberLiteral {
		return l.number.Cmp(m.number) == 0
	}
	for i := range l.items {
		if !l.items[i].equal(m.items[i]) {
			return false
		}
	}
	return l.text == m.text
}

const maxLiteralDepth = 16

// parseLiteral reads one literal, which only a comment may follow: integers and
// decimals with an optional sign, strings in single or double quotes, lists,
// tuples, True, False, None. It knows no other names, operators, dictionaries,
// prefixes or triple quotes.
func parseLiteral(text string) (literal, bool) {
	p := &literalParser{rest: text}
	l, ok := p.value(0)
	p.space()
	return l, ok && (p.rest == "" || p.rest[0] == '#')
}

// literalParser consumes rest from the left.
type literalParser struct{ rest string }

func (p *literalParser) space() { p.rest = strings.TrimLeft(p.rest, " \t") }

func (p *literalParser) take(token string) bool {
	p.space()
	rest, ok := strings.CutPrefix(p.rest, token)
	if ok {
		p.rest = rest
	}
	return ok
}

func (p *literalParser) value(depth int) (literal, bool) {
	if depth > maxLiteralDepth {
		return literal{}, false
	}
	p.space()
	if p.rest == "" {
		return literal{}, false
	}
	switch c := p.rest[0]; {
	case c == '[':
		items, _, ok := p.sequence(']', depth)
		return literal{kind: listLiteral, items: items}, ok
	case c == '(':
		items, comma, ok := p.sequence(')', depth)
		if ok && len(items) == 1 && !comma {
			return items[0], true
		}
		return literal{kind: tupleLiteral, items: items}, ok
	case c == '\'' || c == '"':
		return p.text()
	default:
		return p.word()
	}
}

// sequence reads the items up to the closing bracket; comma says whether a
// comma followed the last of them.
func (p *literalParser) sequence(closing byte, depth int) (items []literal, comma, ok bool) {
	p.rest = p.rest[1:]
	for !p.take(string(closing)) {
		if len(items) > 0 && !comma {
			return nil, false, false
		}
		item, ok := p.value(depth + 1)
		if !ok {
			return nil, false, false
		}
		items = append(items, item)
		comma = p.take(",")
	}
	return items, comma, true
}

var escapes = map[byte]byte{'\\': '\\', '\'': '\'', '"': '"', 'n': '\n', 't': '\t', 'r': '\r'}

func (p *literalParser) text() (literal, bool) {
	end := closingQuote(p.rest, 0)
	if end < 0 {
		return literal{}, false
	}
	quoted := p.rest[1:end]
	p.rest = p.rest[end+1:]
	var b strings.Builder
	for i := 0; i < len(quoted); i++ {
		c := quoted[i]
		if c == '\\' {
			i++
			e, known := escapes[quoted[i]]
			if !known {
				return literal{}, false
			}
			c = e
		}
		b.WriteByte(c)
	}
	return literal{kind: textLiteral, text: b.String()}, true
}

// word reads a number or one of Python's three constants.
func (p *literalParser) word() (literal, bool) {
	end := strings.IndexAny(p.rest, " \t,)]#")
	if end < 0 {
		end = len(p.rest)
	}
	word := p.rest[:end]
	p.rest = p.rest[end:]
	switch word {
	case "None":
		return literal{}, true
	case "True":
		return literal{kind: numberLiteral, number: big.NewRat(1, 1)}, true
	case "False":
		return literal{kind: numberLiteral, number: new(big.Rat)}, true
	}
	n, ok := parseNumber(word)
	return literal{kind: numberLiteral, number: n}, ok
}

// parseNumber reads an integer exactly and anything else as the nearest float64,
// as Python does. An integer does not start with a superfluous zero.
func parseNumber(s string) (*big.Rat, bool) {
	if len(s) > maxNumeral || !plainNumber.MatchString(s) {
		return nil, false
	}
	if strings.ContainsAny(s, ".eE") {
		x, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return nil, false
		}
		return new(big.Rat).SetFloat64(x), true
	}
	digits := strings.TrimLeft(s, "+-")
	if strings.Trim(digits, "0") != "" && digits[0] == '0' {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}
