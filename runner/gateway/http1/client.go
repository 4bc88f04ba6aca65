package http1

import (
	"context"
	"sync"
	"time"
)

// client is the context of a request. It ends when the client is gone, which is looked
// for from the first time that somebody asks for Done.
type client struct {
	context.Context
	c    *conn
	body *body
	done chan struct{}

	mu      sync.Mutex
	watched chan struct{} // closed when nobody watches any more; nil: nobody did
	over    bool          // the request is answered
	gone    bool
}

func newClient(c *conn, b *body) *client {
	return &client{Context: context.Background(), c: c, body: b, done: make(chan struct{})}
}

// Done is closed when the client is gone or the request is answered. While its body is
// being read, nobody can tell whether it is gone.
func (x *client) Done() <-chan struct{} {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.watched == nil && !x.over && x.body.ended {
		x.watched = make(chan struct{})
		go x.watch()
	}
	return x.done
}

// Err is nil until Done is closed.
func (x *client) Err() error {
	select {
	case <-x.done:
		return context.Canceled
	default:
		return nil
	}
}

// watch waits for the next request, which is left for later, or for the end of the
// connection.
func (x *client) watch() {
	defer close(x.watched)
	_, err := x.c.in.Peek(1)
	x.mu.Lock()
	defer x.mu.Unlock()
	if err != nil && !x.over {
		x.gone = true
		close(x.done)
	}
}

// end says that the request is answered, and ends the watch.
func (x *client) end() {
	x.mu.Lock()
	x.over = true
	watched := x.watched
	x.mu.Unlock()
	if watched != nil {
		_ = x.c.inner.SetReadDeadline(past)
		<-watched
		_ = x.c.inner.SetReadDeadline(time.Time{})
		if !x.gone {
			close(x.done)
		}
	}
}
