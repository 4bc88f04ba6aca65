// Package jsonscan reads the JSON of most messages in one pass: objects field by field,
// texts and numbers. It takes a plain part of JSON. A name is of small ASCII letters, digits
// and underscores and stands once in its object; there are limits on fields and depth.
// Of all else a [Scanner] says that it is not plain, and the caller reads the message with
// encoding/json, which reads all that a scanner takes with the same result.
//
// The package is not for deciding what a message must look like.
package jsonscan

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

const (
	maxDepth  = 32
	maxFields = 24
)

// Scanner reads one value. After something that is not plain, all that it gives is
// empty.
type Scanner struct {
	data  []byte
	at    int
	depth int
	odd   bool
}

// New returns a scanner of the message.
func New(data []byte) *Scanner { return &Scanner{data: data} }

// Plain reports whether the whole message was read and was plain.
func (s *Scanner) Plain() bool {
	s.space()
	return !s.odd && s.at == len(s.data)
}

// Odd says that the message is not what its reader can take.
func (s *Scanner) Odd() { s.odd = true }

func (s *Scanner) space() {
	for s.at < len(s.data) {
		switch s.data[s.at] {
		case ' ', '\t', '\r', '\n':
			s.at++
		default:
			return
		}
	}
}

// next is the first byte of what comes; 0 at the end, and after something odd.
func (s *Scanner) next() byte {
	s.space()
	if s.odd || s.at >= len(s.data) {
		return 0
	}
	return s.data[s.at]
}

// take reads the byte, and is odd where another one comes.
func (s *Scanner) take(c byte) {
	if s.next() != c {
		s.odd = true
		return
	}
	s.at++
}

// enter begins an object or a list and reports whether it has anything in it.
func (s *Scanner) enter(open, end byte) bool {
	s.take(open)
	if s.depth++; s.depth > maxDepth {
		s.odd = true
	}
	return s.next() != end
}

// more goes on to the next element, or behind the end.
func (s *Scanner) more(end byte) bool {
	if !s.odd && s.next() == ',' {
		s.at++
		return true
	}
	s.leave(end)
	return false
}

func (s *Scanner) leave(end byte) {
	s.take(end)
	s.depth--
}

// Object reads an object. field reads the value of each field, by one call of a method.
func (s *Scanner) Object(field func(name []byte)) {
	var seen [maxFields][]byte
	if !s.enter('{', '}') {
		s.leave('}')
		return
	}
	for n := 0; !s.odd; n++ {
		name := s.name()
		s.take(':')
		if n == maxFields {
			s.odd = true
		}
		for i := 0; i < n && !s.odd; i++ {
			s.odd = bytes.Equal(seen[i], name)
		}
		if s.odd {
			return
		}
		seen[n] = name
		field(name)
		if !s.more('}') {
			return
		}
	}
}

// name reads the name of a field, which is plain.
func (s *Scanner) name() []byte {
	s.take('"')
	from := s.at
	for ; s.at < len(s.data) && !s.odd; s.at++ {
		switch c := s.data[s.at]; {
		case c == '"':
			s.at++
			return s.data[from : s.at-1]
		case c >= 'a' && c <= 'z', c == '_', c >= '0' && c <= '9':
		default:
			s.odd = true
		}
	}
	s.odd = true
	return nil
}

// List reads a list. element reads each element, by one call of a method.
func (s *Scanner) List(element func()) {
	if !s.enter('[', ']') {
		s.leave(']')
		return
	}
	for !s.odd {
		element()
		if !s.more(']') {
			return
		}
	}
}

// Null reads null, if it is what comes.
func (s *Scanner) Null() bool {
	if s.next() != 'n' {
		return false
	}
	s.word("null")
	return !s.odd
}

func (s *Scanner) word(w string) {
	if !bytes.HasPrefix(s.data[s.at:], []byte(w)) {
		s.odd = true
		return
	}
	s.at += len(w)
}

// Text reads a text.
func (s *Scanner) Text() string {
	raw, ascii := s.raw()
	switch {
	case s.odd:
		return ""
	case ascii:
		return string(raw[1 : len(raw)-1])
	}
	var text string
	if json.Unmarshal(raw, &text) != nil {
		s.odd = true
	}
	return text
}

// raw reads a text as it stands, with its quotes. It is ASCII if it has nothing that
// stands for another text.
func (s *Scanner) raw() (text []byte, ascii bool) {
	s.take('"')
	from := s.at - 1
	ascii = true
	for ; s.at < len(s.data) && !s.odd; s.at++ {
		switch c := s.data[s.at]; {
		case c == '"':
			s.at++
			return s.data[from:s.at], ascii
		case c == '\\':
			s.at++
			ascii = false
		case c < ' ':
			s.odd = true
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	s.odd = true
	return nil, false
}

// Number reads a number as it stands.
func (s *Scanner) Number() []byte {
	s.space()
	from := s.at
	if s.is('-') {
		s.at++
	}
	if s.is('0') {
		s.at++
	} else {
		s.digits()
	}
	if s.is('.') {
		s.at++
		s.digits()
	}
	if s.is('e') || s.is('E') {
		s.at++
		if s.is('-') || s.is('+') {
			s.at++
		}
		s.digits()
	}
	if s.odd {
		return nil
	}
	return s.data[from:s.at]
}

func (s *Scanner) is(c byte) bool { return s.at < len(s.data) && s.data[s.at] == c }

// digits reads one digit or more.
func (s *Scanner) digits() {
	from := s.at
	for s.at < len(s.data) && s.data[s.at] >= '0' && s.data[s.at] <= '9' {
		s.at++
	}
	s.odd = s.odd || s.at == from
}

// Value reads any value and gives it as it stands.
func (s *Scanner) Value() []byte {
	c := s.next()
	from := s.at
	switch c {
	case '{':
		s.Object(func([]byte) { s.Value() })
	case '[':
		s.List(func() { s.Value() })
	case '"':
		if raw, ascii := s.raw(); !s.odd && !ascii && !json.Valid(raw) {
			s.odd = true
		}
	case 't':
		s.word("true")
	case 'f':
		s.word("false")
	case 'n':
		s.word("null")
	default:
		s.Number()
	}
	if s.odd {
		return nil
	}
	return s.data[from:s.at]
}
