package teacher

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

// places are where a server is, one after the other.
type places []string

func (p *places) URL(context.Context) (string, error) {
	if len(*p) == 0 {
		return "", errors.New("given up")
	}
	at := (*p)[0]
	if len(*p) > 1 {
		*p = (*p)[1:]
	}
	return at, nil
}

func TestMoving(t *testing.T) {
	dying := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	defer dying.Close()
	asked := 0
	alive := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		io.WriteString(w, goodAnswer)
	}))
	defer alive.Close()
	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(400) }))
	defer refusing.Close()
	for _, tt := range []struct {
		name   string
		places places
		ok     bool
		asked  int
		refund bool
	}{
		{"there", places{alive.URL}, true, 1, false},
		{"started again", places{dying.URL, alive.URL}, true, 1, false},
		{"down", places{dying.URL}, false, 0, false},
		{"started again and down again", places{dying.URL, dying.URL + "/again"}, false, 0, false},
		{"refused for good", places{refusing.URL, alive.URL}, false, 0, true},
		{"given up", nil, false, 0, true},
	} {
		asked = 0
		m := &Moving{OpenAI{Model: "m", Retry: quick}, &tt.places}
		r, err := m.Complete(t.Context(), Request{Messages: []Message{{User, "u"}}})
		if (err == nil) != tt.ok || tt.ok && r.Content != "four" || asked != tt.asked {
			t.Errorf("%s: %+v, %v after %d calls", tt.name, r, err, asked)
		}
		if err != nil && AsCallError(err).Refunded != tt.refund {
			t.Errorf("%s: refunded %v, want %v", tt.name, !tt.refund, tt.refund)
		}
	}
}
