package sandbox

import "fmt"

// What is kept of the output, in bytes.
const (
	keepHead = 32 << 10
	keepTail = 96 << 10
)

// keepStdout is what is kept of a command's standard output, in bytes.
const keepStdout = 1 << 20

// capped keeps the first keepStdout bytes of what is written to it.
type capped struct{ data []byte }

// Write never fails.
func (c *capped) Write(p []byte) (int, error) {
	c.data = append(c.data, p[:min(len(p), keepStdout-len(c.data))]...)
	return len(p), nil
}

// output keeps the head and the tail of what is written to it.
type output struct {
	head  []byte
	tail  []byte // a ring once it is full
	total int64
}

// Write never fails.
func (o *output) Write(p []byte) (int, error) {
	n := len(p)
	o.total += int64(n)
	if room := keepHead - len(o.head); room > 0 {
		take := min(room, len(p))
		o.head = append(o.head, p[:take]...)
		p = p[take:]
	}
	o.tail = append(o.tail, p...)
	if len(o.tail) > 2*keepTail {
		o.tail = append(o.tail[:0], o.tail[len(o.tail)-keepTail:]...)
	}
	return n, nil
}

// bytes is what was kept, with a line that says how much is missing.
func (o *output) bytes() []byte {
	tail := o.tail[max(0, len(o.tail)-keepTail):]
	out := append([]byte(nil), o.head...)
	if missing := o.total - int64(len(o.head)+len(tail)); missing > 0 {
		out = fmt.Appendf(out, "\n[... %d bytes left out ...]\n", missing)
	}
	return append(out, tail...)
}
