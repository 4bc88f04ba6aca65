package code

// primary reads an atom and what is called, indexed or looked up on it.
func (p *parser) primary() value {
	awaited := p.take("await")
	v := p.atom()
	for {
		switch {
		case p.take("("):
			p.arguments()
			v = unknown("calls are not evaluated")
		case p.take("["):
			p.subscript()
			v = unknown("indexing is not evaluated")
		case p.take("."):
			if p.next().kind != nameToken {
				return p.fail()
			}
			v = unknown("attributes are not looked up")
		case awaited:
			return unknown("await is not evaluated")
		default:
			return v
		}
	}
}

func (p *parser) atom() value {
	switch t := p.tokens[0]; t.kind {
	case numberToken:
		p.next()
		v, ok := numberValue(t.text)
		if !ok {
			return p.fail()
		}
		return v
	case stringToken:
		return p.strings()
	case nameToken:
		p.next()
		return unknown("the name " + quoted(t.text) + " is not looked up")
	}
	switch {
	case p.take("None"):
		return nil
	case p.take("True"):
		return boolean(true)
	case p.take("False"):
		return boolean(false)
	case p.take("..."):
		return unknown("an ellipsis is no JSON value")
	case p.take("("):
		return p.parenthesised()
	case p.take("["):
		items, _ := p.items("]")
		return collected(items, func() value { return list(items) })
	case p.take("{"):
		return p.braces()
	}
	return p.fail()
}

// strings reads adjacent string tokens as one string. Bytes do not mix with text.
func (p *parser) strings() value {
	var whole []byte
	var refused unknown
	var bytes, texts bool
	for p.tokens[0].kind == stringToken {
		s, ok := decodeString(p.tokens[0].text)
		if !ok || bytes && !s.bytes || texts && s.bytes {
			return p.fail()
		}
		p.next()
		bytes, texts = s.bytes, !s.bytes
		whole = append(whole, s.decoded...)
		if s.refused != "" {
			refused = s.refused
		}
	}
	switch {
	case refused != "":
		return refused
	case bytes:
		return octets(whole)
	}
	return text(whole)
}

// form says how the items of a display stood there.
type form struct{ comma, starred, comprehension bool }

// items reads what stands before the closing bracket, which it consumes.
func (p *parser) items(closing string) (items []value, f form) {
	for !p.take(closing) {
		if len(items) > 0 && !f.comma {
			p.fail()
			return nil, f
		}
		var item value
		item, f.starred = p.item()
		items = append(items, item)
		if len(items) == 1 && !f.starred && p.comprehension() {
			f.comprehension = true
			p.expect(closing)
			return []value{notComprehended}, f
		}
		f.comma = p.take(",")
	}
	return items, f
}

const (
	notComprehended = unknown("comprehensions are not evaluated")
	notUnpacked     = unknown("unpacking is not evaluated")
	notAssigned     = unknown("assignments are not evaluated")
)

// item reads an element of a display, of a call or of an index.
func (p *parser) item() (v value, starred bool) {
	if p.take("*") {
		p.operation(1)
		return notUnpacked, true
	}
	if p.assigns() {
		p.next()
		p.next()
		p.expression()
		return notAssigned, false
	}
	return p.expression(), false
}

func (p *parser) assigns() bool { return p.tokens[0].kind == nameToken && p.tokens[1].text == ":=" }

// parenthesised reads a tuple, or a single value in parentheses: that value
// itself, be it the equation of an assertion.
func (p *parser) parenthesised() value {
	items, f := p.items(")")
	if len(items) != 1 || f.comma {
		return collected(items, func() value { return tuple(items) })
	}
	if f.starred {
		return p.fail()
	}
	return items[0]
}

// entry is an element of a set or a pair of a dictionary.
type entry struct {
	key, value     value
	pair, unpacked bool
}

func (p *parser) entry() entry {
	if p.take("**") {
		p.operation(1)
		return entry{key: notUnpacked, pair: true, unpacked: true}
	}
	assigned := p.assigns()
	key, starred := p.item()
	if starred || assigned || !p.take(":") {
		return entry{key: key, unpacked: starred}
	}
	return entry{key: key, value: p.expression(), pair: true}
}

// braces reads a dictionary or a set.
func (p *parser) braces() value {
	if p.take("}") {
		return dict{}
	}
	var entries []entry
	for comma := true; !p.take("}"); comma = p.take(",") {
		e := p.entry()
		if !comma || len(entries) > 0 && e.pair != entries[0].pair {
			return p.fail()
		}
		entries = append(entries, e)
		if len(entries) == 1 && !e.unpacked && p.comprehension() {
			p.expect("}")
			return notComprehended
		}
	}
	return p.hashed(entries)
}

// hashed makes a dictionary or a set of entries. The last of equal keys counts.
func (p *parser) hashed(entries []entry) value {
	byKey := map[string]value{}
	for _, e := range entries {
		key, why := p.key(e.key)
		if why != "" {
			return why
		}
		if why, ok := known(e.value); !ok {
			return why
		}
		byKey[key] = e.value
	}
	if entries[0].pair {
		return dict(byKey)
	}
	return set(byKey)
}
