package code

const notDecided = unknown("conditions and boolean operators are not evaluated")

func (p *parser) expression() value {
	defer p.deeper()()
	if p.take("lambda") {
		return p.lambda()
	}
	v := p.disjunction()
	if p.take("if") {
		p.disjunction()
		p.expect("else")
		p.expression()
		return notDecided
	}
	return v
}

func (p *parser) disjunction() value {
	v := p.inversion()
	for p.take("or") || p.take("and") {
		p.inversion()
		v = notDecided
	}
	return v
}

func (p *parser) inversion() value {
	if p.take("not") {
		defer p.deeper()()
		p.inversion()
		return notDecided
	}
	return p.comparison()
}

// comparison looks at the first operator only; chained ones may follow.
func (p *parser) comparison() value {
	v := p.operation(1)
	operator, ok := p.comparator()
	if !ok {
		return v
	}
	v = equation{p.operation(1)}
	if operator != "==" {
		v = notCompared
	}
	for ok {
		if _, ok = p.comparator(); ok {
			p.operation(1)
		}
	}
	return v
}

func (p *parser) comparator() (string, bool) {
	switch t := p.tokens[0]; t.text {
	case "==", "!=", "<", "<=", ">", ">=", "in", "is":
		p.next()
		if t.text == "is" {
			p.take("not")
		}
		return t.text, true
	case "not":
		if p.tokens[1].text == "in" {
			p.next()
			p.next()
			return "not in", true
		}
	}
	return "", false
}

// precedence of the binary operators; ** binds tighter than a sign before it.
var precedence = map[string]int{
	"|": 1, "^": 2, "&": 3, "<<": 4, ">>": 4, "+": 5, "-": 5, "*": 6, "/": 6, "//": 6, "%": 6, "@": 6,
}

// operation reads binary operators of at least the given precedence.
func (p *parser) operation(least int) value {
	v := p.factor()
	for {
		op := p.tokens[0].text
		level := precedence[op]
		if level == 0 || level < least {
			return v
		}
		p.next()
		v = p.binary(op, v, p.operation(level+1))
	}
}

func (p *parser) factor() value {
	for _, sign := range []string{"+", "-", "~"} {
		if p.take(sign) {
			defer p.deeper()()
			return p.unary(sign, p.factor())
		}
	}
	v := p.primary()
	if p.take("**") {
		defer p.deeper()()
		return p.binary("**", v, p.factor())
	}
	return v
}

// comprehension reads the for clauses of a comprehension, if it is one.
func (p *parser) comprehension() bool {
	if !p.sees("for") && !p.sees("async") {
		return false
	}
	for p.sees("for") || p.sees("async") {
		p.take("async")
		p.expect("for")
		p.targets()
		p.expect("in")
		p.disjunction()
		for p.take("if") {
			p.disjunction()
		}
	}
	return true
}

// targets reads the names, in parentheses or not, that a comprehension binds.
func (p *parser) targets() {
	defer p.deeper()()
	for more := true; more; more = p.take(",") && (p.tokens[0].kind == nameToken || p.sees("(")) {
		if p.take("(") {
			p.targets()
			p.expect(")")
		} else if p.next().kind != nameToken {
			p.fail()
		}
	}
}

// arguments reads those of a call up to its parenthesis: positional ones before
// named ones, and neither they nor a * after a **. A generator stands alone.
func (p *parser) arguments() {
	named, doubleStarred, comma := false, false, true
	for n := 0; !p.take(")"); n++ {
		allowed := comma
		switch {
		case p.take("**"):
			doubleStarred = true
			p.expression()
		case p.take("*"):
			allowed = comma && !doubleStarred
			p.expression()
		case p.tokens[0].kind == nameToken && p.tokens[1].text == "=":
			named = true
			p.next()
			p.next()
			p.expression()
		default:
			allowed = comma && !named && !doubleStarred
			p.item()
			if n == 0 && p.comprehension() {
				p.expect(")")
				return
			}
		}
		if !allowed {
			p.fail()
			return
		}
		comma = p.take(",")
	}
}

// subscript reads indices and slices up to the bracket.
func (p *parser) subscript() {
	comma := true
	for n := 0; n == 0 || !p.take("]"); n++ {
		if !comma {
			p.fail()
			return
		}
		whole := p.sees("*") || p.assigns()
		if !p.sees(":") {
			p.item()
		}
		for n := 0; n < 2 && !whole && p.take(":"); n++ {
			if !p.sees(":") && !p.sees(",") && !p.sees("]") {
				p.expression()
			}
		}
		comma = p.take(",")
	}
}

// lambda reads parameters and the body. It knows no bare * and no /.
func (p *parser) lambda() value {
	starred, doubleStarred, defaulted := false, false, false
	for comma := true; comma && !p.sees(":"); comma = p.take(",") {
		allowed, plain := !doubleStarred, false
		switch {
		case p.take("**"):
			doubleStarred = true
		case p.take("*"):
			allowed = allowed && !starred
			starred = true
		default:
			plain = true
		}
		if !allowed || p.next().kind != nameToken {
			return p.fail()
		}
		if plain && p.take("=") {
			p.expression()
			defaulted = true
		} else if plain && defaulted && !starred {
			return p.fail()
		}
	}
	p.expect(":")
	p.expression()
	return unknown("functions are not evaluated")
}
