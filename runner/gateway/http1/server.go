// Package http1 serves HTTP/1.1 to code in the sandbox, with less work for each call
// than net/http: a connection has one goroutine, an answer is one write with its length,
// and nobody watches whether a client is gone until a handler asks. Requests are
// read by net/http's own parser.
//
// The package is not for answers that are streamed, for TLS, or for the open net.
// Clients are hostile: headers, bodies and times have limits, and a handler that panics
// costs its connection alone.
package http1

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"
)

// Server answers by its Handler. Handlers may use the request's context, which ends when
// the client is gone, once they have read the body to its end.
type Server struct {
	Handler http.Handler

	Idle   time.Duration // until the first byte of a request
	Header time.Duration // from there to the end of its header
	Read   time.Duration // from there to the end of its body

	HeaderLimit int // bytes of a request's header

	mu       sync.Mutex
	stopping bool
	listener net.Listener
	open     map[*conn]bool // true: no request is being answered
	serving  sync.WaitGroup // connections
}

// Serve answers connections until Shutdown or Close, or until the listener fails.
func (s *Server) Serve(l net.Listener) error {
	s.mu.Lock()
	s.listener = l
	stopping := s.stopping
	s.mu.Unlock()
	if stopping {
		return errors.Join(http.ErrServerClosed, l.Close())
	}
	for {
		inner, err := l.Accept()
		if err != nil {
			if pause(err) {
				continue
			}
			return err
		}
		c := newConn(s, inner)
		if !s.enter(c) {
			inner.Close()
			continue
		}
		go func() {
			defer s.serving.Done()
			defer s.leave(c)
			c.serve()
		}()
	}
}

// pause waits where a connection could not be had for want of open files, which come
// back, or because its client was gone.
func pause(err error) bool {
	for _, passing := range []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ECONNABORTED} {
		if errors.Is(err, passing) {
			time.Sleep(5 * time.Millisecond)
			return true
		}
	}
	return false
}

// Shutdown takes no connection any more, closes those without a request, and waits for
// the others as long as ctx lasts.
func (s *Server) Shutdown(ctx context.Context) error {
	s.stop(func(idle bool) bool { return idle })
	ended := make(chan struct{})
	go func() { s.serving.Wait(); close(ended) }()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close is Shutdown without a wait; handlers may still be running.
func (s *Server) Close() { s.stop(func(bool) bool { return true }) }

func (s *Server) stop(which func(idle bool) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopping = true
	if s.listener != nil {
		s.listener.Close()
	}
	for c, idle := range s.open {
		if which(idle) {
			c.inner.Close()
		}
	}
}

func (s *Server) enter(c *conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping {
		return false
	}
	if s.open == nil {
		s.open = map[*conn]bool{}
	}
	s.open[c] = true
	s.serving.Add(1)
	return true
}

func (s *Server) leave(c *conn) {
	c.inner.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, c)
}

// busy notes whether a request of the connection is being answered, and reports whether
// the connection may go on.
func (s *Server) busy(c *conn, busy bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open[c] = !busy
	return !s.stopping
}
