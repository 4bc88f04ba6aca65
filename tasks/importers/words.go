package importers

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/autodatabench/autodatabench/results"
)

// begins looks at how a file begins. It passes over a byte order mark, and names
// what is no JSON at all.
func begins(path string, f *bufio.Reader) error {
	begin, _ := f.Peek(len(pointer))
	bad := func(reason string) error { return results.Bad(fmt.Errorf("%s:1: %s", path, reason)) }
	switch {
	case bytes.HasPrefix(begin, []byte("\uFEFF")):
		_, err := f.Discard(len("\uFEFF"))
		return err
	case bytes.HasPrefix(begin, []byte{0xff, 0xfe}), bytes.HasPrefix(begin, []byte{0xfe, 0xff}):
		return bad("it is UTF-16; save it as UTF-8")
	case string(begin) == pointer:
		return bad(isPointer)
	}
	return nil
}

// pointer begins a file that Git LFS left in place of another.
const (
	pointer   = "version https://git-lfs"
	isPointer = "it is a Git LFS pointer, not the file itself; fetch it with git lfs pull"
)

// numberWords writes NaN, Infinity and -Infinity, which are no JSON but which some
// tools write, as texts that begin with a zero character. [row.keep] refuses them.
type numberWords struct {
	r       *bufio.Reader
	pending []byte
	inText  bool
	escaped bool
}

func (n *numberWords) Read(p []byte) (int, error) {
	for i := range p {
		if len(n.pending) > 0 {
			p[i], n.pending = n.pending[0], n.pending[1:]
			continue
		}
		c, err := n.r.ReadByte()
		if err != nil {
			if i > 0 {
				return i, nil // the error comes again
			}
			return 0, err
		}
		p[i] = n.next(c)
	}
	return len(p), nil
}

// next is what is read in place of c.
func (n *numberWords) next(c byte) byte {
	switch {
	case n.escaped:
		n.escaped = false
	case n.inText && c == '\\':
		n.escaped = true
	case c == '"':
		n.inText = !n.inText
	case !n.inText && (c == 'N' || c == 'I' || c == '-'):
		for _, word := range []string{"NaN", "Infinity", "-Infinity"} {
			if rest, _ := n.r.Peek(len(word) - 1); string(c)+string(rest) == word {
				if _, err := n.r.Discard(len(rest)); err != nil {
					return c
				}
				n.pending = []byte(`\u0000` + word + `"`)
				return '"'
			}
		}
	}
	return c
}

var _ io.Reader = (*numberWords)(nil)

// columns are the fields that are kept of a record, in any case; nil keeps those
// that an importer reads.
type columns []string

// keep forgets the fields that are not read, and of TACO's tests all but that they
// are there. It refuses NaN and Infinity in the others.
func (r row) keep(c columns) error {
	if c == nil {
		keepUsed(r.fields)
	} else {
		keepNamed(r.fields, c)
	}
	for name, raw := range r.fields {
		if word, ok := bytes.CutPrefix(raw, []byte(`"\u0000`)); ok {
			word := strings.Trim(string(word), `"`)
			return r.fault("invalid character %q looking for beginning of value (NaN and Infinity are no JSON): field %q is %s", word[0], name, word)
		}
	}
	return nil
}
