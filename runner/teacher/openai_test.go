package teacher

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/agents/dialect"
	"github.com/autodatabench/autodatabench/results/remote"
	"github.com/autodatabench/autodatabench/runner/teacher/direct"
)

const goodAnswer = `{"choices":[{"message":{"role":"assistant","content":"four"},"finish_reason":"stop"}],"usage":{"prompt_tokens":7,"completion_tokens":1}}`

// quick keeps the waits of tests short.
var quick = remote.Retry{Tries: 3, Base: time.Millisecond, Cap: time.Millisecond, MaxWait: time.Second}

func TestOpenAIWire(t *testing.T) {
	var got map[string]any
	var header http.Header
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header = r.Header
		if r.Method != "POST" || r.URL.Path != "/v1/chat/completions" {
			t.Errorf("%s %s", r.Method, r.URL)
		}
		if err := json.NewDecoder(r.Body).Decode(&got); err != nil {
			t.Error(err)
		}
		io.WriteString(w, goodAnswer)
	}))
	defer server.Close()
	temperature, topP := 0.0, 0.5
	o := &OpenAI{BaseURL: server.URL + "/v1/", Model: "m", Key: "secret"}
	resp, err := o.Complete(context.Background(), Request{
		Messages: []Message{{System, "s"}, {User, "u"}}, Temperature: &temperature, TopP: &topP,
		MaxTokens: 9, Stop: []string{"x"}, JSON: true, Seed: 11,
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Response{Content: "four", FinishReason: "stop", InputTokens: 7, OutputTokens: 1}, resp); diff != "" {
		t.Error(diff)
	}
	want := map[string]any{
		"model": "m", "temperature": 0.0, "top_p": 0.5, "max_tokens": 9.0, "stop": []any{"x"}, "seed": 11.0,
		"messages":        []any{map[string]any{"role": "system", "content": "s"}, map[string]any{"role": "user", "content": "u"}},
		"response_format": map[string]any{"type": "json_object"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if header.Get("Authorization") != "Bearer secret" || header.Get("Content-Type") != "application/json" {
		t.Errorf("header %v", header)
	}
	got = nil
	if _, err := o.Complete(context.Background(), Request{Messages: []Message{{User, "u"}}}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]any{"model": "m", "seed": 0.0, "messages": []any{map[string]any{"role": "user", "content": "u"}}}, got); diff != "" {
		t.Error("unset fields are sent:", diff)
	}
}

// step is what the server does with one try.
type step func(w http.ResponseWriter)

func status(code int, body string) step {
	return func(w http.ResponseWriter) { w.WriteHeader(code); io.WriteString(w, body) }
}

func hangUp(w http.ResponseWriter) { panic(http.ErrAbortHandler) }

func short(w http.ResponseWriter) {
	w.Header().Set("Content-Length", "1000")
	io.WriteString(w, goodAnswer[:40])
}

// whole is an answer behind which the connection breaks.
func whole(w http.ResponseWriter) {
	w.Header().Set("Content-Length", "1000")
	io.WriteString(w, goodAnswer)
}

func TestOpenAIOutcomes(t *testing.T) {
	ok := status(200, goodAnswer)
	tests := []struct {
		name  string
		steps []step
		tries int32
		want  *CallError // Err is not compared; nil means answered
		text  string     // in the error
	}{
		{"busy, then answered", []step{status(429, ""), status(503, ""), ok}, 3, nil, ""},
		{"reset, then answered", []step{hangUp, ok}, 2, nil, ""},
		{"busy to the end", []step{status(429, `{"error":{"message":"slow\ndown"}}`), status(503, ""), status(429, `{"error":{"message":"slow\ndown"}}`)}, 3,
			&CallError{Status: 429, Refunded: true, Retryable: true}, "teacher answered 429: slow down"},
		{"reset, then busy: the outcome is unknown", []step{hangUp, status(503, ""), status(503, "")}, 3,
			&CallError{Status: 503, Retryable: true}, "Service Unavailable"},
		{"cut to the end", []step{short, short, short}, 3, &CallError{Retryable: true}, "read answer"},
		{"wrong key", []step{status(401, `{"error":{"message":"bad key"}}`)}, 1, &CallError{Status: 401, Refunded: true}, "bad key"},
		{"the key is echoed where the message is cut", []step{status(401, `{"error":{"message":"`+strings.Repeat("x", 295)+`sk-very-secret"}}`)}, 1,
			&CallError{Status: 401, Refunded: true}, strings.Repeat("x", 295) + "[key]"},
		{"prompt too long", []step{status(400, "")}, 1, &CallError{Status: 400, Refunded: true}, "Bad Request"},
		{"no JSON, then answered", []step{status(200, "<html>"), status(200, goodAnswer[:40]), ok}, 3, nil, ""},
		{"no JSON", []step{status(200, "<html>"), status(200, "<html>"), status(200, "<html>")}, 3, &CallError{Retryable: true}, "decode answer"},
		{"redirected", []step{func(w http.ResponseWriter) { w.Header().Set("Location", "/elsewhere"); w.WriteHeader(307) }}, 1,
			&CallError{Status: 307, Refunded: true}, "redirects to another address"},
		{"cut behind the answer", []step{whole}, 1, nil, ""},
		{"no answer", []step{status(200, "{}")}, 1, &CallError{}, "none of the protocol"},
		{"no choice, then answered", []step{status(200, `{"choices": null, "usage": null}`), status(200, `{"choices": []}`), ok}, 3, nil, ""},
		{"no choice to the end", []step{status(200, `{"choices": []}`), status(200, `{"choices": []}`), status(200, `{"choices": []}`)}, 3,
			&CallError{Refunded: true, Retryable: true}, "no choice"},
		{"an error in the choice", []step{status(200, `{"choices": [{"finish_reason": null, "message": {"content": null}, "error": {"code": 502, "message": "upstream"}}]}`), ok}, 2, nil, ""},
		{"an error beside", []step{status(200, `{"error": {"code": 403, "message": "no such account"}, "choices": [{"message": {"content": null}}]}`)}, 1,
			&CallError{Status: 403, Refunded: true}, "no such account"},
		{"an ending that nobody knows", []step{status(200, strings.Replace(goodAnswer, "stop", "abort", 1)), ok}, 2, nil, ""},
		{"an empty account", []step{status(429, `{"error": {"code": "insufficient_quota", "message": "You exceeded your current quota"}}`)}, 1,
			&CallError{Status: 429, Refunded: true}, "exceeded your current quota"},
		{"the key is wrong, by 400", []step{status(400, `[{"error": {"code": 400, "message": "API key not valid.", "status": "INVALID_ARGUMENT"}}]`)}, 1,
			&CallError{Status: 400, Refunded: true, Blame: dialect.Platform}, "API key not valid."},
		{"wait over the limit", []step{func(w http.ResponseWriter) { w.Header().Set("Retry-After", "3600"); w.WriteHeader(429) }}, 1,
			&CallError{Status: 429, Refunded: true, Retryable: true, RetryAfter: time.Hour}, "429"},
	}
	for _, tt := range tests {
		for by, transport := range transports() {
			t.Run(tt.name+", "+by, func(t *testing.T) {
				var tries atomic.Int32
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					io.Copy(io.Discard, r.Body)
					tt.steps[tries.Add(1)-1](w)
				}))
				defer server.Close()
				o := &OpenAI{BaseURL: server.URL, Model: "m", Key: "sk-very-secret", Client: &http.Client{Transport: transport}, Retry: quick}
				resp, err := o.Complete(context.Background(), Request{Messages: []Message{{User, "u"}}})
				if tries.Load() != tt.tries {
					t.Errorf("%d tries, want %d", tries.Load(), tt.tries)
				}
				if tt.want == nil {
					if err != nil || resp.Content != "four" {
						t.Errorf("%+v, %v", resp, err)
					}
					return
				}
				var call *CallError
				if !errors.As(err, &call) || !strings.Contains(err.Error(), tt.text) {
					t.Fatalf("error %v", err)
				}
				got := *call
				got.Err = nil
				if diff := cmp.Diff(*tt.want, got); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

// transports are those by which a teacher without TLS may be asked, by name.
func transports() map[string]http.RoundTripper {
	return map[string]http.RoundTripper{
		"net/http": &http.Transport{DisableKeepAlives: true},
		"direct":   &direct.Transport{Proxy: http.ProxyFromEnvironment, Else: http.DefaultTransport, Keep: 4},
	}
}

func TestOpenAINoServer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close() // nobody listens there now
	for _, url := range []string{"http://" + l.Addr().String(), "http://no-such-host.invalid"} {
		for by, transport := range transports() {
			o := &OpenAI{BaseURL: url, Model: "m", Client: &http.Client{Transport: transport}, Retry: quick}
			_, err := o.Complete(context.Background(), Request{})
			if call := AsCallError(err); err == nil || !call.Refunded || !call.Retryable {
				t.Errorf("%s, %s: %+v", url, by, call)
			}
		}
	}
}

func TestOpenAITimeout(t *testing.T) {
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		<-release
	}))
	defer server.Close()
	defer close(release)
	for by, transport := range transports() {
		o := &OpenAI{BaseURL: server.URL, Model: "m", Timeout: 50 * time.Millisecond, Client: &http.Client{Transport: transport}, Retry: remote.Retry{Tries: 1}}
		_, err := o.Complete(context.Background(), Request{})
		if call := AsCallError(err); !errors.Is(err, context.DeadlineExceeded) || call.Refunded || !call.Retryable {
			t.Errorf("%s: %v, %+v", by, err, call)
		}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		o.Retry.Tries = 5
		if _, err := o.Complete(ctx, Request{}); !errors.Is(err, context.Canceled) {
			t.Errorf("%s, cancelled: %v", by, err)
		}
	}
}
