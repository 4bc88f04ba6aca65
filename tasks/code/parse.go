package code

// parser reads Python expressions by CPython's grammar and computes those of
// constants on the way. A part that is not constant is worth an unknown, which
// whatever contains it inherits. Of what is never computed it reads less than
// CPython does: see comprehension, lambda and simpleStatement.
type parser struct {
	calculator
	tokens []token // the last is an endToken, which no rule consumes
	depth  int
	bad    bool
	near   string // the token at which the source was found bad
}

// parseAssertion returns the right-hand side of the first == in an assertion.
// Only more simple statements may follow it, after a semicolon.
func parseAssertion(source string) value {
	return parse(source, func(p *parser) value {
		if !p.take("assert") {
			p.tokens = p.tokens[len(p.tokens)-1:]
			return unknown(`the text contains "assert" but does not begin with an assertion`)
		}
		asserted := p.assertion()
		for p.take(";") && !p.ends() {
			p.simpleStatement()
		}
		if e, ok := asserted.(equation); ok {
			return e.right
		}
		return unknown(`the assertion is not of the form "call == value"`)
	})
}

// parseBare reads an expression that stands alone.
func parseBare(source string) value {
	return parse(source, (*parser).expressions)
}

// parse applies a rule to the whole of source.
func parse(source string, rule func(*parser) value) value {
	tokens, bad, ok := scan(source)
	if !ok {
		return unparsable(bad)
	}
	p := &parser{calculator: calculator{room: maxWork}, tokens: tokens}
	v := rule(p)
	p.take("\n")
	if !p.ends() {
		p.fail()
	}
	if p.bad {
		return unparsable(p.near)
	}
	if why, ok := known(v); !ok {
		return why
	}
	return v
}

func unparsable(near string) value {
	if near == "" {
		return unknown("Python does not parse the answer: it ends too early")
	}
	return unknown("Python does not parse the answer at " + quoted(near))
}

// fail makes the rest of the source bad: only its end is left.
func (p *parser) fail() value {
	if !p.bad {
		p.bad, p.near = true, p.tokens[0].text
	}
	p.tokens = p.tokens[len(p.tokens)-1:]
	return unknown("")
}

func (p *parser) ends() bool { return p.tokens[0].kind == endToken || p.tokens[0].kind == lineToken }

// next consumes a token.
func (p *parser) next() token {
	t := p.tokens[0]
	if t.kind != endToken {
		p.tokens = p.tokens[1:]
	}
	return t
}

// sees says whether the next token is the given operator or keyword.
func (p *parser) sees(text string) bool { return p.tokens[0].text == text }

func (p *parser) take(text string) bool {
	found := p.sees(text)
	if found {
		p.next()
	}
	return found
}

func (p *parser) expect(text string) {
	if !p.take(text) {
		p.fail()
	}
}

// deeper counts a level of nesting, which the result ends.
func (p *parser) deeper() func() {
	p.depth++
	if p.depth > maxDepth {
		p.fail()
	}
	return func() { p.depth-- }
}

// assertion reads what follows "assert".
func (p *parser) assertion() value {
	asserted := p.expression()
	if p.take(",") {
		p.expression()
	}
	return asserted
}

// simpleStatement reads a statement that has no part in the judgement.
func (p *parser) simpleStatement() {
	switch {
	case p.take("pass"):
	case p.take("assert"):
		p.assertion()
	default:
		p.expressions()
	}
}

// expressions reads one expression, or several with commas as a tuple.
func (p *parser) expressions() value {
	first := p.expression()
	if !p.sees(",") {
		return first
	}
	items := []value{first}
	for p.take(",") && !p.ends() && !p.sees(";") {
		items = append(items, p.expression())
	}
	return collected(items, func() value { return tuple(items) })
}

// collected is what build makes of items, all of which have a value.
func collected(items []value, build func() value) value {
	if why, ok := known(items...); !ok {
		return why
	}
	return build()
}
