package disk

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"
)

// errNoObject is a record of a log that is no object.
var errNoObject = errors.New("a record must be a JSON object")

// member is a field of an object: its name, and the bytes of name and value.
type member struct {
	name       string
	key, value []byte
}

// sorter takes apart JSON that package json has written, compact and valid, and writes
// it again with sorted keys. It does what decoding into maps and encoding again would
// do, byte for byte, without the maps.
type sorter struct {
	in []byte
	at int
}

// sorted is the value with sorted keys: itself, if they are.
func sorted(value []byte) ([]byte, error) {
	s := sorter{in: value}
	if s.isSorted(0) {
		return value, nil
	}
	s.at = 0
	return s.value(make([]byte, 0, len(value)))
}

// isSorted reads a value and reports whether sorting it would change nothing. It gives
// up on what is rare.
func (s *sorter) isSorted(depth int) bool {
	const deep = 32
	switch c := s.in[s.at]; {
	case depth > deep:
		return false
	case c == '"':
		text, as := s.span()
		return as != other || isCanonical(text)
	case c == '[':
		for s.at++; s.in[s.at] != ']'; {
			if s.in[s.at] == ',' {
				s.at++
			}
			if !s.isSorted(depth + 1) {
				return false
			}
		}
		s.at++
	case c == '{':
		var last []byte
		for s.at++; s.in[s.at] != '}'; {
			if s.in[s.at] == ',' {
				s.at++
			}
			key, as := s.span()
			key = key[:len(key)-1] // without the quote, which is no part of the order
			if as != ascii || bytes.Compare(key, last) <= 0 {
				return false
			}
			last = key
			s.at++ // the colon
			if !s.isSorted(depth + 1) {
				return false
			}
		}
		s.at++
	default:
		s.scalar()
	}
	return true
}

// scalar reads a number, a truth or null.
func (s *sorter) scalar() []byte {
	from := s.at
	for s.at < len(s.in) && s.in[s.at] != ',' && s.in[s.at] != ']' && s.in[s.at] != '}' {
		s.at++
	}
	return s.in[from:s.at]
}

// members takes apart an object. Values are canonical.
func members(object []byte) ([]member, error) {
	if len(object) == 0 || object[0] != '{' {
		return nil, errNoObject
	}
	s := sorter{in: object}
	return s.members()
}

func (s *sorter) value(to []byte) ([]byte, error) {
	switch s.in[s.at] {
	case '{':
		fields, err := s.members()
		if err != nil {
			return nil, err
		}
		return appendObject(to, fields), nil
	case '[':
		return s.array(to)
	case '"':
		text, err := s.text()
		return append(to, text...), err
	}
	return append(to, s.scalar()...), nil
}

func (s *sorter) array(to []byte) ([]byte, error) {
	to = append(to, '[')
	for s.at++; s.in[s.at] != ']'; {
		if s.in[s.at] == ',' {
			s.at++
			to = append(to, ',')
		}
		var err error
		if to, err = s.value(to); err != nil {
			return nil, err
		}
	}
	s.at++
	return append(to, ']'), nil
}

// members reads an object. Of fields with the same name the last one counts.
func (s *sorter) members() (fields []member, err error) {
	for s.at++; s.in[s.at] != '}'; {
		if s.in[s.at] == ',' {
			s.at++
		}
		var m member
		if m.key, err = s.text(); err != nil {
			return nil, err
		}
		if m.name, err = plain(m.key); err != nil {
			return nil, err
		}
		s.at++ // the colon
		if c := s.in[s.at]; c == '{' || c == '[' {
			m.value, err = s.value(nil)
		} else if c == '"' {
			m.value, err = s.text()
		} else {
			m.value = s.scalar()
		}
		if err != nil {
			return nil, err
		}
		fields = append(fields, m)
	}
	s.at++
	slices.SortStableFunc(fields, func(a, b member) int { return strings.Compare(a.name, b.name) })
	last := fields[:0]
	for i, m := range fields {
		if i+1 == len(fields) || fields[i+1].name != m.name {
			last = append(last, m)
		}
	}
	return last, nil
}

// Kinds of texts.
const (
	ascii   = iota // without anything that stands for something else
	escaped        // ASCII with escapes
	other
)

// span reads a text as it stands, with its quotes.
func (s *sorter) span() (text []byte, kind int) {
	from := s.at
	for s.at++; s.in[s.at] != '"'; s.at++ {
		switch c := s.in[s.at]; {
		case c == '\\':
			s.at++
			if kind = max(kind, escaped); bytes.IndexByte([]byte(`"\\nrtbf`), s.in[s.at]) < 0 {
				kind = other
			}
		case c >= 0x7f:
			kind = other
		}
	}
	s.at++
	return s.in[from:s.at], kind
}

// isCanonical reports whether package json writes a text that is not ASCII in the same way.
// It gives up on escapes of characters.
func isCanonical(text []byte) bool {
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' {
			if i++; bytes.IndexByte([]byte(`"\\nrtbf`), text[i]) < 0 {
				return false
			}
		}
	}
	return utf8.Valid(text) && !bytes.Contains(text, []byte("\u2028")) && !bytes.Contains(text, []byte("\u2029"))
}

// text reads a text as package json writes it.
func (s *sorter) text() ([]byte, error) {
	text, kind := s.span()
	if kind != other || isCanonical(text) {
		return text, nil
	}
	var v string
	if err := json.Unmarshal(text, &v); err != nil {
		return nil, err
	}
	return marshal(v)
}

// plain is the text that the bytes of a text stand for.
func plain(text []byte) (string, error) {
	if bytes.IndexByte(text, '\\') < 0 {
		return string(text[1 : len(text)-1]), nil
	}
	var v string
	err := json.Unmarshal(text, &v)
	return v, err
}

func appendObject(to []byte, fields []member) []byte {
	to = append(to, '{')
	for i, m := range fields {
		if i > 0 {
			to = append(to, ',')
		}
		to = append(append(append(to, m.key...), ':'), m.value...)
	}
	return append(to, '}')
}
