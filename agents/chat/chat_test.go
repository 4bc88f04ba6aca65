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

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/remote"
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
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"choices": [{"message": {"content": %s}, "finish_reason": %q}], "usage": {"prompt_tokens": 11, "completion_tokens": 7, "prompt_tokens_details": {"cached_tokens": 5}, "completion_tokens_details": {"reasoning_tokens": 3}}}`, text, finish)
	}
}

func status(code int, header ...string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		fmt.Fprint(w, `{"error": {"message": "not now"}}`)
	}
}

func start(t *testing.T, c Config, steps ...func(http.ResponseWriter)) (*server, *Client) {
	t.Helper()
	s := &server{steps: steps}
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	c.Provider, c.BaseURL, c.Model, c.Key, c.Pause = OpenAI, h.URL+"/v1/", "m", secret, time.Millisecond
	return s, New(c)
}

var asked = agents.Request{Attempt: 1, Seed: 1<<40 + 5, Messages: []results.Message{{Role: results.System, Content: "s"}, {Role: results.User, Content: "u"}}}

var used = results.Tokens{Input: 11, Cached: 5, Output: 7, Reasoning: 3}

// refuses answers in the form of OpenAI's errors.
func refuses(code int, message string, header ...string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		fmt.Fprintf(w, `{"error": {"message": %q, "type": "some_error", "param": null, "code": null}}`, message)
	}
}

func TestReply(t *testing.T) {
	for _, c := range []struct {
		name string
		step func(http.ResponseWriter)
		want results.Reply
	}{
		{"whole", says(`"hello"`, "stop"), results.Reply{Text: "hello", Finish: results.FinishStop, Tokens: used}},
		{"cut", says(`"hel"`, "length"), results.Reply{Text: "hel", Finish: results.FinishLength, Tokens: used}},
		{"all of it reasoning", says(`null`, "length"), results.Reply{Finish: results.FinishLength, Tokens: used}},
		{"filtered", says(`""`, "content_filter"), results.Reply{Finish: results.FinishFilter, Tokens: used}},
		{"filtered behind a gateway", says(`"hel"`, "content_filter: SAFETY"), results.Reply{Text: "hel", Finish: results.FinishFilter, Tokens: used}},
		{"filtered by Gemini", says(`null`, "PROHIBITED_CONTENT"), results.Reply{Finish: results.FinishFilter, Tokens: used}},
		{"cut by Gemini", says(`"hel"`, "MAX_TOKENS"), results.Reply{Text: "hel", Finish: results.FinishLength, Tokens: used}},
		{"filtered by Azure", sends("application/json", `{"error": {"code": "content_filter", "message": "The prompt of `+secret+` is held back", "type": null}}`, 400),
			results.Reply{Text: "The prompt of [key] is held back", Finish: results.FinishFilter}},
		{"filtered by OpenRouter", sends("application/json", `{"error": {"code": 403, "message": "The model requires moderation and your input was flagged"}}`, 403),
			results.Reply{Text: "The model requires moderation and your input was flagged", Finish: results.FinishFilter}},
		{"filtered by DashScope", sends("application/json", `{"code": "data_inspection_failed", "message": "Input data may contain inappropriate content."}`, 400),
			results.Reply{Text: "Input data may contain inappropriate content.", Finish: results.FinishFilter}},
		{"refused", says(`null, "refusal": "I will not."`, "stop"), results.Reply{Text: "I will not.", Finish: results.FinishRefusal, Tokens: used}},
		{"empty", says(`" \n"`, "stop"), results.Reply{Text: " \n", Finish: results.FinishEmpty, Tokens: used}},
		{"nothing at all", says(`null`, "stop"), results.Reply{Finish: results.FinishEmpty, Tokens: used}},
		{"prompt too long", refuses(400, "This model's maximum context length is 4096 tokens."), results.Reply{Unanswered: "the model cannot take the prompt: the server answered 400 Bad Request: This model's maximum context length is 4096 tokens."}},
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

// TestWhoseFault tells a prompt that is too long, an agent's failure, from a
// definition that cannot work, which is bad input.
func TestWhoseFault(t *testing.T) {
	for message, prompt := range map[string]bool{
		"This model's maximum context length is 4096 tokens.":                         true,
		"input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000": true,
		"the prompt is too long; lower it or max_tokens":                              true,
		"'max_tokens' or 'max_completion_tokens' is too large: 8192. This model's maximum context length is 32768 tokens and your request has 25000 input tokens (8192 > 32768 - 25000).":  true,
		"'max_tokens' or 'max_completion_tokens' is too large: 32768. This model's maximum context length is 32768 tokens and your request has 2500 input tokens (32768 > 32768 - 2500).":  false,
		"This model's maximum context length is 4096 tokens. However, you requested 5000 tokens (4000 in the messages, 1000 in the completion). Please reduce the length of the messages.": true,
		"This model's maximum context length is 4096 tokens. However, you requested 5000 tokens (200 in the messages, 4800 in the completion). Please reduce the length of the messages.":  false,
		"max_tokens is too large: 100000. This model supports at most 4096 tokens":                                                                                                         false,
		"max_completion_tokens: 100000 exceeds the 4096 tokens that the model may give":                                                                                                    false,
		"messages: the student answers one user message":                                  false,
		"system role not supported":                                                       false,
		"Unsupported parameter: messages[0].role does not support 'system' with this one": false,
	} {
		_, client := start(t, Config{}, refuses(400, message))
		got, err := client.Reply(context.Background(), asked)
		var known *results.Error
		bad := errors.As(err, &known) && known.Kind == results.BadInput && strings.Contains(err.Error(), message)
		if prompt != (err == nil && got.Unanswered != "") || prompt == bad {
			t.Errorf("%s: %+v, %v", message, got, err)
		}
	}
}

func TestWhatIsSent(t *testing.T) {
	warm := 0.7
	plain := map[string]any{
		"model":    "m",
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
		{Config{Seed: true}, with(map[string]any{"seed": 5.0})},
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

// sends answers with a body of the kind given.
func sends(kind, body string, code ...int) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", kind)
		if len(code) > 0 {
			w.WriteHeader(code[0])
		}
		fmt.Fprint(w, body)
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
		{"no answer", []func(http.ResponseWriter){sends("application/json", `{}`)}, 1, "none of the protocol"},
		{"no choice", []func(http.ResponseWriter){sends("application/json", `{"choices": null}`), sends("application/json", `{"choices": []}`), fine}, 3, ""},
		{"an ending that nobody knows", []func(http.ResponseWriter){says(`"hel"`, "abort"), fine}, 2, ""},
		{"an empty account", []func(http.ResponseWriter){sends("application/json", `{"error": {"message": "You exceeded your current quota", "type": "insufficient_quota"}}`, 429), fine}, 1, "429 Too Many Requests: You exceeded"},
		{"busy behind a gateway", []func(http.ResponseWriter){
			sends("application/json", `{"error": {"code": 502, "message": "Provider returned error"}, "choices": null}`),
			sends("application/json", `{"choices": [{"message": {"content": "hel"}, "finish_reason": "error", "error": {"code": 503, "message": "overloaded"}}]}`), fine}, 3, ""},
		{"down behind a gateway", []func(http.ResponseWriter){sends("application/json", `{"error": {"code": 503, "message": "no instances of `+secret+`"}}`)}, 3, "(try 3): the server answered 503 Service Unavailable: no instances of [key]"},
		{"down, and it does not say why", []func(http.ResponseWriter){sends("application/json", `{"choices": [{"message": {}, "finish_reason": "error"}]}`)}, 3, "502 Bad Gateway: the reply ended with an error"},
		{"refused behind a gateway", []func(http.ResponseWriter){sends("application/json", `{"error": {"code": 402, "message": "Insufficient credits"}}`), fine}, 1, "402 Payment Required: Insufficient credits"},
		{"no usage", []func(http.ResponseWriter){sends("application/json", `{"choices": [{"message": {"content": "x"}}]}`), fine}, 1, "the answer holds no usage"},
		{"a usage of nothing", []func(http.ResponseWriter){sends("application/json", `{"choices": [{"message": {"content": "x"}}], "usage": {}}`), fine}, 1, "the answer holds no usage"},
		{"broken JSON", []func(http.ResponseWriter){sends("application/json", `{"choices": [}`)}, 1, "invalid character"},
		{"a web page", []func(http.ResponseWriter){sends("text/html", `<html>Welcome`)}, 1, "something else than JSON (text/html): <html>Welcome"},
		{"unknown model", []func(http.ResponseWriter){refuses(404, "The model `m` does not exist"), fine}, 1, "404 Not Found: The model `m` does not exist"},
		{"the key is echoed", []func(http.ResponseWriter){refuses(401, "Incorrect API key provided: "+secret)}, 1, "Incorrect API key provided: [key]"},
		{"the key is echoed where the words are cut", []func(http.ResponseWriter){refuses(401, strings.Repeat("x", 395)+secret)}, 1, strings.Repeat("x", 395) + "[key]"},
		{"an error of one text", []func(http.ResponseWriter){sends("application/json", `{"error": "model not found, try pulling it"}`, 404)}, 1, "Not Found: model not found, try pulling it"},
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
		kind := results.BadInput // the definition is wrong, unless the server is busy or down
		if strings.HasPrefix(c.name, "down") || c.name == "come back tomorrow" {
			kind = results.Infrastructure
		}
		if !errors.As(err, &fault) || fault.Kind != kind || fault.Hint == "" || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got error %v (%+v), want %q of kind %s", c.name, err, fault, c.want, kind)
		}
		if away := c.name == "come back tomorrow"; fault != nil && away != (fault.After == 24*time.Hour) {
			t.Errorf("%s: not again before %s", c.name, fault.After)
		}
		if err != nil && strings.Contains(err.Error()+fault.Hint, secret[:5]) {
			t.Errorf("%s: the error shows the key, or its beginning", c.name)
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

// TestReplyLimit takes the smaller of the definition's limit and the budget's.
func TestReplyLimit(t *testing.T) {
	for _, c := range []struct{ config, request, want int64 }{{0, 0, 0}, {100, 0, 100}, {100, 200, 100}, {100, 50, 50}, {0, 50, 50}} {
		s, client := start(t, Config{MaxTokens: c.config}, says(`"x"`, "stop"))
		ask := asked
		ask.MaxTokens = c.request
		if _, err := client.Reply(context.Background(), ask); err != nil {
			t.Fatal(err)
		}
		got, _ := s.bodies[0]["max_tokens"].(float64)
		if int64(got) != c.want {
			t.Errorf("%+v: sent %v", c, s.bodies[0]["max_tokens"])
		}
	}
}

// TestSlowAnswer lets a server trickle its answer: the time of one try ends it,
// and the next try succeeds.
func TestSlowAnswer(t *testing.T) {
	slow := func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "application/json")
		for range 200 {
			fmt.Fprint(w, " ")
			w.(http.Flusher).Flush()
			time.Sleep(5 * time.Millisecond)
		}
	}
	s, client := start(t, Config{Tries: 2, Timeout: 200 * time.Millisecond}, slow, says(`"x"`, "stop"))
	if reply, err := client.Reply(context.Background(), asked); err != nil || reply.Text != "x" || len(s.bodies) != 2 {
		t.Errorf("%+v, %v after %d tries", reply, err, len(s.bodies))
	}
}

// TestHugeAnswer stops reading an answer that has no end.
func TestHugeAnswer(t *testing.T) {
	_, client := start(t, Config{Tries: 2}, func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "application/json")
		block := strings.Repeat(" ", 1<<20)
		for range 2 * maxAnswer >> 20 {
			if _, err := fmt.Fprint(w, block); err != nil {
				return
			}
		}
	})
	if _, err := client.Reply(context.Background(), asked); err == nil || !strings.Contains(err.Error(), "more than 16777216 bytes") {
		t.Errorf("error %v", err)
	}
}

// TestEchoedKey takes the key out of a reply that repeats it.
func TestEchoedKey(t *testing.T) {
	_, client := start(t, Config{}, says(`"your key is `+secret+`"`, "stop"))
	if reply, err := client.Reply(context.Background(), asked); err != nil || reply.Text != "your key is [key]" {
		t.Errorf("%q, %v", reply.Text, err)
	}
}

// TestNobodyThere asks an address at which nobody listens.
func TestNobodyThere(t *testing.T) {
	for _, provider := range []Provider{OpenAI, Anthropic} {
		client := New(Config{Provider: provider, BaseURL: "http://127.0.0.1:9/v1", Model: "m", MaxTokens: 10, Tries: 2, Pause: time.Millisecond})
		_, err := client.Reply(context.Background(), asked)
		var fault *results.Error
		if !errors.As(err, &fault) || fault.Kind != results.Infrastructure || !strings.Contains(fault.Hint, "http://127.0.0.1:9/v1") {
			t.Errorf("%s: %v", provider, err)
		}
	}
}

// TestEnvironmentIsNotRead sets what the libraries would read and checks that
// nothing of it is sent, and that it is sent where the definition says.
func TestEnvironmentIsNotRead(t *testing.T) {
	for _, name := range []string{
		"OPENAI_BASE_URL", "OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID",
		"ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_PROFILE", "ANTHROPIC_CONFIG_DIR",
	} {
		t.Setenv(name, "http://127.0.0.1:9/from-the-environment")
	}
	for _, name := range []string{"OPENAI_CUSTOM_HEADERS", "ANTHROPIC_CUSTOM_HEADERS"} {
		t.Setenv(name, "X-Sneaked: from-the-environment")
	}
	for _, provider := range []Provider{OpenAI, Anthropic} {
		for _, key := range []string{"", secret} {
			var sent http.Header
			h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				sent = r.Header
				if provider == Anthropic {
					streamed(sse...)(w)
				} else {
					says(`"hello"`, "stop")(w)
				}
			}))
			client := New(Config{Provider: provider, BaseURL: h.URL, Model: "m", Key: remote.Key(key), MaxTokens: 10, Tries: 1})
			_, err := client.Reply(context.Background(), asked)
			h.Close()
			if err != nil {
				t.Errorf("%s: %v", provider, err)
			}
			for name, values := range sent {
				if strings.Contains(strings.Join(values, " "), "from-the-environment") {
					t.Errorf("%s sends %s: %v", provider, name, values)
				}
			}
			if got := sent.Get("Authorization") + sent.Get("X-Api-Key"); strings.Contains(got, secret) != (key != "") {
				t.Errorf("%s with key %q sends %q", provider, key, got)
			}
		}
	}
}
