package cli

import (
	"bytes"
	"fmt"
	"io"
	"sync"
	"unicode/utf16"
	"unicode/utf8"
)

// cleaned is standard output or standard error. Text of others, such as a server's
// message, a model's answer or a name in a forged record, must not move the cursor,
// colour or rename a terminal, or turn the order of letters: what could is written as an
// escape that JSON reads as the same character. The program's own escapes go through
// [raw].
type cleaned struct {
	to   io.Writer
	mu   sync.Mutex
	rest []byte // the beginning of a character that the last write broke off
}

// raw is what lies below a cleaned writer.
func raw(w io.Writer) io.Writer {
	if c, ok := w.(*cleaned); ok {
		return c.to
	}
	return w
}

// Write escapes what is no text.
func (c *cleaned) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	text := append(c.rest, p...)
	c.rest = nil
	var out bytes.Buffer
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		switch {
		case r == utf8.RuneError && size == 1 && !utf8.FullRune(text):
			c.rest, size = bytes.Clone(text), len(text)
		case r == utf8.RuneError && size == 1:
			out.WriteString("\ufffd")
		case r == '\r' && bytes.HasPrefix(text, []byte("\r\n")):
			out.WriteByte('\r')
		case foreign(r):
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&out, `\u%04x`, unit)
			}
		default:
			out.Write(text[:size])
		}
		text = text[size:]
	}
	if _, err := c.to.Write(out.Bytes()); err != nil {
		return 0, err
	}
	return len(p), nil
}

// foreign reports a control character of either set, and marks that change the order of
// the text around them or break lines where no terminal shows it.
func foreign(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case r < 0x20, r >= 0x7f && r <= 0x9f:
		return true
	case r == 0x061c, r == 0x200e, r == 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x2028, r == 0x2029:
		return true
	}
	return r >= 0xe0000 && r <= 0xe007f // tags, which no terminal shows
}
