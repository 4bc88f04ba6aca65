package teacher

import (
	"context"
	"errors"
)

// Place says where a server is now. Its address is another one when the server
// had to be started again.
type Place interface {
	URL(ctx context.Context) (string, error)
}

// Moving is a teacher behind a server of this program's.
type Moving struct {
	OpenAI // but for BaseURL
	Place  Place
}

var _ Teacher = (*Moving)(nil)

// Complete asks the server where it is. A call that was lost with its server is
// made once more, if there is another one.
func (m *Moving) Complete(ctx context.Context, r Request) (Response, error) {
	first, err := m.Place.URL(ctx)
	if err != nil {
		return Response{}, &CallError{Refunded: true, Err: err}
	}
	answer, err := m.at(first).Complete(ctx, r)
	var lost *CallError
	if err == nil || !errors.As(err, &lost) || lost.Status != 0 || !lost.Retryable || ctx.Err() != nil {
		return answer, err
	}
	now, failed := m.Place.URL(ctx)
	if failed != nil || now == first {
		return answer, err
	}
	answer, err = m.at(now).Complete(ctx, r)
	if again := AsCallError(err); err != nil {
		again.Refunded = again.Refunded && lost.Refunded
		return answer, again
	}
	return answer, nil
}

func (m *Moving) at(url string) *OpenAI {
	o := m.OpenAI
	o.BaseURL = url
	return &o
}

// Probe asks the server where it is.
func (m *Moving) Probe(ctx context.Context) error {
	url, err := m.Place.URL(ctx)
	if err != nil {
		return nil // the first call says why
	}
	return m.at(url).Probe(ctx)
}
