// Package direct sends HTTP/1.1 requests to servers without TLS, such as a teacher
// beside the runner, with less work for each than net/http's transport: a request is
// written and its answer is read by the goroutine that asks. Answers are read by
// net/http's own parser.
//
// The package is not for TLS, proxies, HTTP/2, or requests that are sent while their answer
// comes: those go to another transport. A request is written once: whether the server
// did its work is for the caller to decide. Answers are hostile: their headers have a
// limit.
package direct

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync"
	"time"
)

// Transport is a [http.RoundTripper].
type Transport struct {
	Proxy func(*http.Request) (*url.URL, error) // whether a request is for a proxy
	Else  http.RoundTripper                     // takes requests that are not for this package
	Keep  int                                   // connections without a request, to all servers

	mu   sync.Mutex
	idle []*conn // the last one was used last
}

// RoundTrip sends the request and reads the header of its answer.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	proxy, err := t.Proxy(r)
	if err != nil || proxy != nil || r.URL.Scheme != "http" || r.Header.Get("Upgrade") != "" {
		return t.Else.RoundTrip(r)
	}
	if err := context.Cause(r.Context()); err != nil {
		closeBody(r)
		return nil, err
	}
	c, err := t.connect(r)
	if err != nil {
		closeBody(r)
		return nil, err
	}
	return c.exchange(r)
}

func closeBody(r *http.Request) {
	if r.Body != nil {
		r.Body.Close()
	}
}

// connect gives an open connection to the server of the request.
func (t *Transport) connect(r *http.Request) (*conn, error) {
	address := r.URL.Host
	if r.URL.Port() == "" {
		address = net.JoinHostPort(r.URL.Hostname(), "80")
	}
	c := t.take(address)
	reused := c != nil
	if !reused {
		d := net.Dialer{Timeout: 30 * time.Second}
		inner, err := d.DialContext(r.Context(), "tcp", address)
		if err != nil {
			return nil, err
		}
		c = newConn(t, address, inner)
	}
	if trace := httptrace.ContextClientTrace(r.Context()); trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{Conn: c.inner, Reused: reused})
	}
	return c, nil
}

// take gives the connection to the address that was used last, if the server has not
// closed it; nil for none.
func (t *Transport) take(address string) *conn {
	for {
		c := t.pop(address)
		if c == nil || alive(c.inner) {
			return c
		}
		c.inner.Close()
	}
}

func (t *Transport) pop(address string) *conn {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := len(t.idle) - 1; i >= 0; i-- {
		if c := t.idle[i]; c.address == address {
			t.idle = append(t.idle[:i], t.idle[i+1:]...)
			return c
		}
	}
	return nil
}

// put keeps a connection whose answer was read; the one that was not used for the longest
// time makes room.
func (t *Transport) put(c *conn) {
	t.mu.Lock()
	t.idle = append(t.idle, c)
	var old *conn
	if len(t.idle) > t.Keep {
		old = t.idle[0]
		t.idle = append(t.idle[:0], t.idle[1:]...)
	}
	t.mu.Unlock()
	if old != nil {
		old.inner.Close()
	}
}

// CloseIdleConnections closes the connections without a request.
func (t *Transport) CloseIdleConnections() {
	t.mu.Lock()
	idle := t.idle
	t.idle = nil
	t.mu.Unlock()
	for _, c := range idle {
		c.inner.Close()
	}
	if other, ok := t.Else.(interface{ CloseIdleConnections() }); ok {
		other.CloseIdleConnections()
	}
}

var (
	errHeader = errors.New("the header of the answer is too long")
	errHints  = errors.New("the server says again and again that an answer will come")
)
