package disk

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
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

// sorted appends the value with sorted keys.
func sorted(to, value []byte) ([]byte, error) {
	s := sorter{in: value}
	return s.value(to)
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
	from := s.at
	for s.at < len(s.in) && !bytes.ContainsRune([]byte(",]}"), rune(s.in[s.at])) {
		s.at++
	}
	return append(to, s.in[from:s.at]...), nil
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
		if m.value, err = s.value(nil); err != nil {
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

// text reads a text as package json writes it: one of plain ASCII is as it is.
func (s *sorter) text() ([]byte, error) {
	from, ascii := s.at, true
	for s.at++; s.in[s.at] != '"'; s.at++ {
		switch c := s.in[s.at]; {
		case c == '\\':
			s.at++
			ascii = false
		case c >= 0x7f:
			ascii = false
		}
	}
	s.at++
	text := s.in[from:s.at]
	if ascii {
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
