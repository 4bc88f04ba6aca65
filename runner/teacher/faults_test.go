package teacher

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestFailedHandshakeIsRefunded asks servers with which no TLS connection comes
// about: not one byte of the request was sent.
func TestFailedHandshakeIsRefunded(t *testing.T) {
	quiet := func(h *httptest.Server) string {
		h.Config.ErrorLog = log.New(io.Discard, "", 0)
		h.StartTLS()
		t.Cleanup(h.Close)
		return h.URL
	}
	never := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request arrived") })
	old := httptest.NewUnstartedServer(never)
	old.TLS = &tls.Config{MaxVersion: tls.VersionTLS10}
	plain := httptest.NewServer(never)
	t.Cleanup(plain.Close)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			c.Read(make([]byte, 10)) // within the client's first message
			c.Close()
		}
	}()
	for name, url := range map[string]string{
		"unknown authority": quiet(httptest.NewUnstartedServer(never)), "old version": quiet(old),
		"no TLS": "https" + plain.URL[len("http"):], "reset in the handshake": "https://" + l.Addr().String(),
	} {
		_, err := (&OpenAI{BaseURL: url, Model: "m", Retry: quick}).Complete(context.Background(), Request{})
		if call := AsCallError(err); !call.Refunded || !call.Retryable {
			t.Errorf("%s: %+v", name, call)
		}
	}
}

// TestRedirectGetsNoKey counts what arrives at the address of a redirect.
func TestRedirectGetsNoKey(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") }))
	defer elsewhere.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL, http.StatusPermanentRedirect)
	}))
	defer server.Close()
	_, err := (&OpenAI{BaseURL: server.URL, Model: "m", Key: "secret", Client: &http.Client{}, Retry: quick}).Complete(context.Background(), Request{})
	if call := AsCallError(err); call.Status != 308 || !call.Refunded {
		t.Errorf("%+v", call)
	}
}

// TestUsage keeps answers whatever their usage says, within bounds.
func TestUsage(t *testing.T) {
	for usage, want := range map[string][2]int64{
		`{"prompt_tokens": 7.0, "completion_tokens": 1e1}`:                     {7, 10},
		`{"prompt_tokens": 9223372036854775807, "completion_tokens": 1e300}`:   {1_000_000_000, 1_000_000_000},
		`{"prompt_tokens": -5, "completion_tokens": null}`:                     {0, 0},
		`{"prompt_tokens": 99999999999999999999999, "completion_tokens": 0.9}`: {1_000_000_000, 0},
		`null`: {0, 0},
	} {
		got, failed := decodeAnswer([]byte(`{"choices": [{"message": {"content": "x"}, "finish_reason": "stop"}], "usage": `+usage+`}`), func(s string) string { return s })
		if failed != nil {
			t.Fatal(failed)
		}
		if diff := cmp.Diff(want, [2]int64{got.Input, got.Output}); diff != "" {
			t.Errorf("%s: %s", usage, diff)
		}
	}
}
