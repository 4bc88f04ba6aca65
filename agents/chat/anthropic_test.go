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

	"github.com/autodatabench/autodatabench/results"
)

// ending is the end of a stream for a stop reason.
func ending(reason string) []string {
	return []string{
		`{"type":"content_block_stop","index":0}`,
		`{"type":"message_delta","delta":{"stop_reason":"` + reason + `","stop_sequence":null},"usage":{"output_tokens":7,"output_tokens_details":{"thinking_tokens":3}}}`,
		`{"type":"message_stop"}`,
	}
}

const (
	opens = `{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":4,"cache_read_input_tokens":5,"cache_creation_input_tokens":2,"output_tokens":1}}}`
	block = `{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}`
)

func delta(text string) string {
	return fmt.Sprintf(`{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":%q}}`, text)
}

// sse is a whole stream of Anthropic's messages.
var sse = append([]string{opens, `{"type": "ping"}`, block, delta("hel"), delta("lo")}, ending("end_turn")...)

// streamed sends the events of a stream.
func streamed(events ...string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
		for _, data := range events {
			var event struct {
				Type string `json:"type"`
			}
			json.Unmarshal([]byte(data), &event)
			fmt.Fprintf(w, "event: %s\ndata: %s\n\n", event.Type, data)
			w.(http.Flusher).Flush()
		}
	}
}

// anthropicError answers in the form of Anthropic's errors.
func anthropicError(code int, kind, message string, header ...string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		fmt.Fprintf(w, `{"type":"error","error":{"type":%q,"message":%q},"request_id":"req_1"}`, kind, message)
	}
}

// startAnthropic serves the steps in turn, the last one for ever.
func startAnthropic(t *testing.T, c Config, steps ...func(http.ResponseWriter)) (*server, *Client) {
	t.Helper()
	s := &server{}
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body map[string]any
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil || r.URL.Path != "/v1/messages" {
			t.Errorf("%s %s: %v", r.Method, r.URL.Path, err)
		}
		n := len(s.bodies)
		s.bodies, s.headers = append(s.bodies, body), append(s.headers, r.Header)
		steps[min(n, len(steps)-1)](w)
	}))
	t.Cleanup(h.Close)
	c.Provider, c.BaseURL, c.Model, c.Key, c.Pause = Anthropic, h.URL, "m", secret, time.Millisecond
	if c.MaxTokens == 0 {
		c.MaxTokens = 100
	}
	return s, New(c)
}

var written = results.Tokens{Input: 11, Cached: 5, Written: 2, Output: 7, Reasoning: 3}

func TestAnthropicReply(t *testing.T) {
	for _, c := range []struct {
		name string
		step func(http.ResponseWriter)
		want results.Reply
	}{
		{"whole", streamed(sse...), results.Reply{Text: "hello", Finish: results.FinishStop, Tokens: written}},
		{"cut", streamed(append([]string{opens, block, delta("hel")}, ending("max_tokens")...)...), results.Reply{Text: "hel", Finish: results.FinishLength, Tokens: written}},
		{"window full", streamed(append([]string{opens, block, delta("hel")}, ending("model_context_window_exceeded")...)...), results.Reply{Text: "hel", Finish: results.FinishLength, Tokens: written}},
		{"refused", streamed(append([]string{opens, block}, ending("refusal")...)...), results.Reply{Finish: results.FinishRefusal, Tokens: written}},
		{"empty", streamed(append([]string{opens, block}, ending("end_turn")...)...), results.Reply{Finish: results.FinishEmpty, Tokens: written}},
		{"filtered", anthropicError(400, "invalid_request_error", "Output blocked by content filtering policy"), results.Reply{Text: "Output blocked by content filtering policy", Finish: results.FinishFilter}},
		{"filtered within the stream", streamed(opens, block, delta("hel"), `{"type":"error","error":{"type":"invalid_request_error","message":"Output blocked by content filtering policy"}}`),
			results.Reply{Text: "Output blocked by content filtering policy", Finish: results.FinishFilter, Tokens: results.Tokens{Input: 11, Cached: 5, Written: 2, Output: 1}}},
		{"prompt too long", anthropicError(400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"), results.Reply{Unanswered: "the model cannot take the prompt: the server answered 400 Bad Request: prompt is too long: 210000 tokens > 200000 maximum"}},
	} {
		_, client := startAnthropic(t, Config{}, c.step)
		got, err := client.Reply(context.Background(), asked)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestAnthropicSends(t *testing.T) {
	s, client := startAnthropic(t, Config{MaxTokens: 50, ReasoningEffort: "low", Headers: map[string]string{"X-Team": "bench"}}, streamed(sse...))
	if _, err := client.Reply(context.Background(), asked); err != nil {
		t.Fatal(err)
	}
	text := func(s string) []any { return []any{map[string]any{"type": "text", "text": s}} }
	want := map[string]any{
		"model": "m", "max_tokens": 50.0, "stream": true, "output_config": map[string]any{"effort": "low"},
		"system": text("s"), "messages": []any{map[string]any{"role": "user", "content": text("u")}},
	}
	if diff := cmp.Diff(want, s.bodies[0]); diff != "" {
		t.Errorf("sent otherwise (-want +got):\n%s", diff)
	}
	if h := s.headers[0]; h.Get("Authorization") != "Bearer "+secret || h.Get("X-Team") != "bench" || h.Get("Anthropic-Version") == "" {
		t.Errorf("headers %v", h)
	}
}

func TestAnthropicRetries(t *testing.T) {
	fine := streamed(sse...)
	broken := func(http.ResponseWriter) { panic(http.ErrAbortHandler) }
	for _, c := range []struct {
		name  string
		steps []func(http.ResponseWriter)
		tries int
		want  string // of the error; empty for none
		kind  results.Kind
	}{
		{"rate limit", []func(http.ResponseWriter){anthropicError(429, "rate_limit_error", "slow down", "Retry-After", "0.01"), fine}, 2, "", ""},
		{"overloaded", []func(http.ResponseWriter){anthropicError(529, "overloaded_error", "Overloaded"), fine}, 2, "", ""},
		{"overloaded within the stream", []func(http.ResponseWriter){streamed(opens, block, `{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`), fine}, 2, "", ""},
		{"failed within the stream", []func(http.ResponseWriter){streamed(opens, `{"type":"error","error":{"type":"api_error","message":"Internal server error"}}`), fine}, 2, "", ""},
		{"refused within the stream", []func(http.ResponseWriter){streamed(opens, `{"type":"error","error":{"type":"invalid_request_error","message":"no such effort"}}`), fine}, 1, "400 Bad Request: no such effort", results.BadInput},
		{"the stream breaks off", []func(http.ResponseWriter){streamed(opens, block, delta("hel")), broken, fine}, 3, "", ""},
		{"overloaded to the end", []func(http.ResponseWriter){anthropicError(529, "overloaded_error", "Overloaded")}, 3, "(try 3): the server answered 529 : Overloaded", results.Infrastructure},
		{"not to be tried again", []func(http.ResponseWriter){anthropicError(529, "overloaded_error", "Overloaded", "X-Should-Retry", "false")}, 1, "(try 1): the server answered 529 : Overloaded", results.Infrastructure},
		{"to be tried again", []func(http.ResponseWriter){anthropicError(400, "api_error", "try again", "X-Should-Retry", "true"), fine}, 2, "", ""},
		{"to be tried again, to the end", []func(http.ResponseWriter){anthropicError(400, "api_error", "try again", "X-Should-Retry", "true")}, 3, "(try 3): the server answered 400", results.Infrastructure},
		{"wrong key", []func(http.ResponseWriter){anthropicError(401, "authentication_error", "invalid x-api-key "+secret)}, 1, "invalid x-api-key [key]", results.BadInput},
		{"unknown model", []func(http.ResponseWriter){anthropicError(404, "not_found_error", "model: m")}, 1, "404 Not Found: model: m", results.BadInput},
		{"no usage", []func(http.ResponseWriter){streamed(`{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[]}}`, block, delta("x"), `{"type":"message_stop"}`)}, 1, "the answer holds no usage", results.BadInput},
		{"another protocol", []func(http.ResponseWriter){sends("application/json", `{"result": "x"}`)}, 1, "none of the protocol", results.BadInput},
	} {
		s, client := startAnthropic(t, Config{Tries: 3}, c.steps...)
		reply, err := client.Reply(context.Background(), asked)
		if len(s.bodies) != c.tries {
			t.Errorf("%s: %d tries, want %d", c.name, len(s.bodies), c.tries)
		}
		if c.want == "" {
			if err != nil || reply.Text != "hello" {
				t.Errorf("%s: %q, %v", c.name, reply.Text, err)
			}
			continue
		}
		var fault *results.Error
		if !errors.As(err, &fault) || fault.Kind != c.kind || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error()+fault.Hint, secret) {
			t.Errorf("%s: got error %v, want %q of kind %s", c.name, err, c.want, c.kind)
		}
	}
}

// TestSlowStream lets a stream trickle until the time of one try is over.
func TestSlowStream(t *testing.T) {
	slow := func(w http.ResponseWriter) {
		streamed(opens, block)(w)
		for range 200 {
			streamed(delta("h"))(w)
			time.Sleep(5 * time.Millisecond)
		}
	}
	s, client := startAnthropic(t, Config{Tries: 2, Timeout: 200 * time.Millisecond}, slow, streamed(sse...))
	if reply, err := client.Reply(context.Background(), asked); err != nil || reply.Text != "hello" || len(s.bodies) != 2 {
		t.Errorf("%+v, %v after %d tries", reply, err, len(s.bodies))
	}
}
