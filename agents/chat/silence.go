package chat

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"time"
)

// silentError is a server that sent no byte for so long.
type silentError struct{ after time.Duration }

func (e silentError) Error() string {
	return fmt.Sprintf("the server was silent for %s", e.after.Round(time.Second))
}

// slowError is a server that sent something, and had not ended after so long.
type slowError struct{ after time.Duration }

func (e slowError) Error() string {
	return fmt.Sprintf("the server had not ended its answer after %s", e.after.Round(time.Second))
}

type patienceKey struct{}

// patient is the context of a try with a server that may be silent for so long, and
// take twice as long in all; 0 leaves both to the configuration.
func patient(ctx context.Context, patience time.Duration) (context.Context, context.CancelFunc) {
	if patience == 0 {
		return ctx, func() {}
	}
	return context.WithTimeoutCause(context.WithValue(ctx, patienceKey{}, patience), 2*patience, slowError{2 * patience})
}

// slow is the cause in place of the error of a try that took too long.
func slow(ctx context.Context, err error) error {
	if cause, ok := context.Cause(ctx).(slowError); ok && err != nil {
		return cause
	}
	return err
}

// quiet waits for a server to be heard.
type quiet struct {
	ctx      context.Context
	cancel   context.CancelCauseFunc
	patience time.Duration
	timer    *time.Timer
}

func listen(ctx context.Context, patience time.Duration) *quiet {
	asked, _ := ctx.Value(patienceKey{}).(time.Duration)
	q := &quiet{patience: cmp.Or(asked, patience)}
	q.ctx, q.cancel = context.WithCancelCause(ctx)
	q.timer = time.AfterFunc(q.patience, func() { q.cancel(silentError{q.patience}) })
	return q
}

// ended ends the wait and returns the silence in place of the error that came of it.
func (q *quiet) ended(err error) error {
	q.timer.Stop()
	defer q.cancel(nil)
	if silence, ok := context.Cause(q.ctx).(silentError); ok && err != nil && err != io.EOF {
		return silence
	}
	return err
}

// listening is a transport that gives up on a server that falls silent.
type listening struct {
	next     http.RoundTripper
	patience time.Duration
}

// RoundTrip sends the request.
func (l listening) RoundTrip(r *http.Request) (*http.Response, error) {
	q := listen(r.Context(), l.patience)
	resp, err := l.next.RoundTrip(r.WithContext(q.ctx))
	if err != nil {
		return nil, q.ended(err)
	}
	resp.Body = &heard{resp.Body, q}
	return resp, nil
}

// heard is a body whose every byte breaks the silence.
type heard struct {
	io.ReadCloser
	q *quiet
}

// Read listens.
func (h *heard) Read(p []byte) (int, error) {
	n, err := h.ReadCloser.Read(p)
	if n > 0 {
		h.q.timer.Reset(h.q.patience)
	}
	if err != nil {
		err = h.q.ended(err)
	}
	return n, err
}

// Close ends the wait.
func (h *heard) Close() error {
	h.q.timer.Stop()
	err := h.ReadCloser.Close()
	h.q.cancel(nil)
	return err
}
