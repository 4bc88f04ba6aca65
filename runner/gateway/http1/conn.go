package http1

import (
	"bufio"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"strings"
	"time"
)

const (
	bufferSize = 4 << 10

	// unread is how much of a body that the handler left is read to keep the connection.
	unread = 256 << 10

	// linger is how long a connection that is closed with bytes unread stays open for
	// the client to read its answer.
	linger = 500 * time.Millisecond
)

// past ends a read at once.
var past = time.Unix(1, 0)

// conn is a connection, which answers one request after another.
type conn struct {
	server *Server
	inner  net.Conn
	limit  io.LimitedReader // of inner, for headers
	in     *bufio.Reader
	timer  *time.Timer // runs while something is waited for
	late   bool        // something did not come in time
	answer answer
}

func newConn(s *Server, inner net.Conn) *conn {
	c := &conn{server: s, inner: inner}
	c.timer = time.AfterFunc(s.Idle, func() { _ = inner.SetReadDeadline(past) })
	c.limit = io.LimitedReader{R: inner, N: math.MaxInt64}
	c.in = bufio.NewReaderSize(&c.limit, bufferSize)
	return c
}

func (c *conn) serve() {
	defer c.timer.Stop()
	defer func() { _ = recover() }() // of the handler: the client sees its connection end
	for c.server.busy(c, false) {
		c.timer.Reset(c.server.Idle)
		if _, err := c.in.Peek(1); err != nil || !c.server.busy(c, true) || !c.next() {
			return
		}
	}
}

// come says that what was waited for is there.
func (c *conn) come() { c.late = !c.timer.Stop() || c.late }

// next answers a request and reports whether another one may follow.
func (c *conn) next() (more bool) {
	c.limit.N = int64(c.server.HeaderLimit)
	c.timer.Reset(c.server.Header)
	r, err := http.ReadRequest(c.in)
	if err != nil {
		return c.refuse(c.statusOf(err))
	}
	c.limit.N = math.MaxInt64
	c.timer.Reset(c.server.Read)
	if status := c.expects(r); status != 0 {
		return c.refuse(status)
	}
	b := &body{ReadCloser: r.Body, c: c}
	if r.Body == http.NoBody {
		b.end()
	}
	r.Body = b
	client := newClient(c, b)
	c.answer.reset()
	c.server.Handler.ServeHTTP(&c.answer, r.WithContext(client))
	client.end()
	if !b.ended {
		_, _ = io.CopyN(io.Discard, b, unread)
	}
	more = b.ended && !c.late && !r.Close && r.ProtoAtLeast(1, 1) && !client.gone
	if c.answer.send(c.inner, r.Method == http.MethodHead, more) != nil {
		return false
	}
	if !b.ended {
		c.linger()
	}
	return more
}

// expects looks at what net/http's parser leaves to the server: the status of a refusal,
// or zero.
func (c *conn) expects(r *http.Request) (status int) {
	expect := r.Header.Get("Expect")
	switch {
	case r.ProtoMajor != 1:
		return http.StatusHTTPVersionNotSupported
	case r.Host == "" && r.ProtoAtLeast(1, 1):
		return http.StatusBadRequest
	case expect == "":
	case !strings.EqualFold(expect, "100-continue"):
		return http.StatusExpectationFailed
	case r.ContentLength != 0 && r.ProtoAtLeast(1, 1):
		_, _ = io.WriteString(c.inner, "HTTP/1.1 100 Continue\r\n\r\n")
	}
	return 0
}

// statusOf is the status for what could not be read as a request; 0 for none.
func (c *conn) statusOf(err error) int {
	var timeout net.Error
	switch {
	case c.limit.N <= 0:
		return http.StatusRequestHeaderFieldsTooLarge
	case errors.As(err, &timeout) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return 0 // nobody waits for an answer
	}
	return http.StatusBadRequest
}

// refuse answers what is no request, and ends the connection.
func (c *conn) refuse(status int) (more bool) {
	if status == 0 {
		return false
	}
	c.answer.reset()
	http.Error(&c.answer, http.StatusText(status), status)
	if c.answer.send(c.inner, false, false) == nil {
		c.linger()
	}
	return false
}

// linger lets the client read its answer: to close a connection with bytes unread could
// take the answer from it.
func (c *conn) linger() {
	if half, ok := c.inner.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil {
		c.timer.Reset(linger)
		_, _ = io.CopyN(io.Discard, c.inner, 1<<20)
	}
}

// body notes when it was read to its end.
type body struct {
	io.ReadCloser
	c     *conn
	ended bool
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		b.end()
	}
	return n, err
}

func (b *body) end() {
	if !b.ended {
		b.ended = true
		b.c.come()
	}
}
