package direct

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	bufferSize  = 4 << 10
	headerLimit = 256 << 10 // bytes of an answer's header
	maxHints    = 5         // answers that only say that another one comes
)

// conn is a connection to a server, with one request at a time.
type conn struct {
	t       *Transport
	address string
	inner   net.Conn
	limit   io.LimitedReader // of inner, for headers
	in      *bufio.Reader
	out     *bufio.Writer
}

func newConn(t *Transport, address string, inner net.Conn) *conn {
	c := &conn{t: t, address: address, inner: inner, out: bufio.NewWriterSize(inner, bufferSize)}
	c.limit = io.LimitedReader{R: inner, N: math.MaxInt64}
	c.in = bufio.NewReaderSize(&c.limit, bufferSize)
	return c
}

// exchange sends the request and reads the header of its answer. When the request's
// context ends, so does what is being written or read.
func (c *conn) exchange(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	stop := context.AfterFunc(ctx, func() { _ = c.inner.SetDeadline(time.Unix(1, 0)) })
	resp, err := c.answer(r)
	if err != nil {
		stop()
		c.inner.Close()
		if ended := context.Cause(ctx); ended != nil {
			err = ended
		}
		return nil, err
	}
	resp.Body = &body{inner: resp.Body, c: c, ctx: ctx, stop: stop, last: resp.Close || r.Close || !resp.ProtoAtLeast(1, 1)}
	return resp, nil
}

// answer is the header of the answer. A server may answer, and close the connection, before
// it has read the request.
func (c *conn) answer(r *http.Request) (*http.Response, error) {
	sent := r.Write(c.out)
	if sent == nil {
		sent = c.out.Flush()
	}
	c.limit.N = headerLimit
	for range 1 + maxHints {
		resp, err := http.ReadResponse(c.in, r)
		switch {
		case err != nil && c.limit.N <= 0:
			return nil, errHeader
		case err != nil && sent != nil:
			return nil, sent
		case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
			return nil, fmt.Errorf("the server closed the connection before it answered: %w", io.ErrUnexpectedEOF)
		case err != nil:
			return nil, err
		case resp.StatusCode >= 200 || resp.StatusCode == http.StatusSwitchingProtocols:
			c.limit.N = math.MaxInt64
			resp.Close = resp.Close || sent != nil
			return resp, nil
		}
	}
	return nil, errHints
}

// body is that of an answer. At its end the connection takes the next request.
type body struct {
	inner io.ReadCloser
	c     *conn
	ctx   context.Context
	stop  func() bool
	last  bool // the connection ends with it
	over  sync.Once
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.inner.Read(p)
	switch {
	case err == io.EOF:
		b.end(!b.last)
	case err != nil:
		if ended := context.Cause(b.ctx); ended != nil {
			err = ended
		}
		b.end(false)
	}
	return n, err
}

// Close ends the connection, if the body was not read to its end. It may be called
// during a Read, which then ends.
func (b *body) Close() error {
	b.end(false)
	return nil
}

func (b *body) end(keep bool) {
	b.over.Do(func() {
		if b.stop() && keep && b.c.in.Buffered() == 0 {
			b.c.t.put(b.c)
			return
		}
		b.c.inner.Close()
	})
}
