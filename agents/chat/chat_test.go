package chat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"autodatabench/agents"
	"autodatabench/results"
)

const secret = "sk-very-secret"

// server answers with the steps in turn, the last one for ever, and keeps what
// it was sent.
type server struct {
	steps   []func(w http.ResponseWriter)
	headers []http.Header
	bodies  []map[string]any
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body map[string]any
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil || r.URL.Path != "/v1/chat/completions" {
		http.Error(w, "not a chat completion", http.StatusNotFound)
		return
	}
	n := len(s.bodies)
	s.bodies, s.headers = append(s.bodies, body), append(s.headers, r.Header)
	s.steps[min(n, len(s.steps)-1)](w)
}

func says(text, finish string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		fmt.Fprintf(w, `{"choices": [{"message": {"content": %s}, "finish_reason": %q}], "usage": {"prompt_tokens": 11, "completion_tokens": 7}}`, text, finish)
	}
}

func status(code int, header ...string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		http.Error(w, `{"error": {"message": "not now"}}`, code)
	}
}

func start(t *testing.T, c Config, steps ...func(http.ResponseWriter)) (*server, *Client) {
	t.Helper()
	s := &server{steps: steps}
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	c.BaseURL, c.Model, c.Key, c.Pause = h.URL+"/v1/", "m", secret, time.Millisecond
	return s, New(c)
}

var asked = agents.Request{Attempt: 1, Seed: 1<<40 + 5, Messages: []agents.Message{{Role: agents.System, Content: "s"}, {Role: agents.User, Content: "u"}}}

func TestReply(t *testing.T) {
	for _, c := range []struct {
		name string
		step func(http.ResponseWriter)
		want agents.Reply
	}{
		{"whole", says(`"hello"`, "stop"), agents.Reply{Text: "hello", InputTokens: 11, OutputTokens: 7}},
		{"cut", says(`"hel"`, "length"), agents.Reply{Text: "hel", Truncated: true, InputTokens: 11, OutputTokens: 7}},
		{"all of it reasoning", says(`null`, "length"), agents.Reply{Truncated: true, InputTokens: 11, OutputTokens: 7}},
		{"filtered", says(`""`, "content_filter"), agents.Reply{InputTokens: 11, OutputTokens: 7}},
	} {
		_, client := start(t, Config{}, c.step)
		got, err := client.Reply(context.Background(), asked)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestWhatIsSent(t *testing.T) {
	warm := 0.7
	plain := map[string]any{
		"model": "m", "seed": 5.0,
		"messages": []any{map[string]any{"role": "system", "content": "s"}, map[string]any{"role": "user", "content": "u"}},
	}
	with := func(more map[string]any) map[string]any {
		m := map[string]any{}
		for _, from := range []map[string]any{plain, more} {
			for k, v := range from {
				m[k] = v
			}
		}
		return m
	}
	for _, c := range []struct {
		config Config
		want   map[string]any
	}{
		{Config{}, plain},
		{Config{Temperature: &warm, MaxTokens: 100}, with(map[string]any{"temperature": 0.7, "max_tokens": 100.0})},
		{Config{ReasoningEffort: "medium", MaxTokens: 100}, with(map[string]any{"reasoning_effort": "medium", "max_completion_tokens": 100.0})},
	} {
		c.config.Headers = map[string]string{"X-Team": "bench"}
		s, client := start(t, c.config, says(`"x"`, "stop"))
		if _, err := client.Reply(context.Background(), asked); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, s.bodies[0]); diff != "" {
			t.Errorf("sent otherwise (-want +got):\n%s", diff)
		}
		if h := s.headers[0]; h.Get("Authorization") != "Bearer "+secret || h.Get("X-Team") != "bench" {
			t.Errorf("headers %v", h)
		}
	}
}

func TestRetries(t *testing.T) {
	fine := says(`"x"`, "stop")
	drop := func(http.ResponseWriter) { panic(http.ErrAbortHandler) }
	for _, c := range []struct {
		name  string
		steps []func(http.ResponseWriter)
		tries int
		want  string // of the error; empty for none
	}{
		{"busy", []func(http.ResponseWriter){status(429, "Retry-After", "0.01"), status(503), fine}, 3, ""},
		{"dropped", []func(http.ResponseWriter){drop, fine}, 2, ""},
		{"down", []func(http.ResponseWriter){status(500)}, 3, "(try 3): the server answered 500"},
		{"refused", []func(http.ResponseWriter){status(400), fine}, 1, "the server answered 400"},
		{"no key", []func(http.ResponseWriter){status(401), fine}, 1, "the server answered 401"},
		{"redirected", []func(http.ResponseWriter){status(302, "Location", "http://localhost:1/"), fine}, 1, "the server answered 302"},
		{"come back tomorrow", []func(http.ResponseWriter){status(429, "Retry-After", "86400"), fine}, 1, "the server answered 429"},
		{"no choice", []func(http.ResponseWriter){func(w http.ResponseWriter) { fmt.Fprint(w, `{}`) }}, 1, "no choice"},
		{"no JSON", []func(http.ResponseWriter){func(w http.ResponseWriter) { fmt.Fprint(w, `<html>`) }}, 1, "decode answer"},
	} {
		s, client := start(t, Config{Tries: 3}, c.steps...)
		_, err := client.Reply(context.Background(), asked)
		if len(s.bodies) != c.tries {
			t.Errorf("%s: %d tries, want %d", c.name, len(s.bodies), c.tries)
		}
		if c.want == "" {
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		var fault *results.Error
		if !errors.As(err, &fault) || fault.Kind != results.Infrastructure || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got error %v, want %q", c.name, err, c.want)
		}
		if err != nil && strings.Contains(err.Error()+fault.Hint, secret) {
			t.Errorf("%s: the error shows the key", c.name)
		}
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s, client := start(t, Config{Tries: 3}, func(w http.ResponseWriter) { cancel(); status(503)(w) })
	if _, err := client.Reply(ctx, asked); err == nil || len(s.bodies) != 1 {
		t.Errorf("error %v after %d tries, want one after 1", err, len(s.bodies))
	}
}

func TestRetryAfter(t *testing.T) {
	date := time.Date(2026, 5, 30, 12, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"": 0, "soon": 0, "-1": 0, "NaN": 0, "2": 2 * time.Second, "1e9": 24 * time.Hour,
		date.Add(time.Minute).Format(http.TimeFormat):  time.Minute,
		date.Add(-time.Minute).Format(http.TimeFormat): 0,
	} {
		h := http.Header{"Retry-After": {value}, "Date": {date.Format(http.TimeFormat)}}
		if got := retryAfter(h); got != want {
			t.Errorf("Retry-After %q: %v, want %v", value, got, want)
		}
	}
}
