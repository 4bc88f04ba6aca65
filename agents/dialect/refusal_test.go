package dialect

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

const secret = "sk-very-secret"

func hide(text string) string { return strings.ReplaceAll(text, secret, "[key]") }

// TestErrorsWithin reads errors that come as a success, wherever they stand.
func TestErrorsWithin(t *testing.T) {
	for body, want := range map[string]string{
		`{"error": {"message": "Provider returned error", "code": 429, "metadata": {"raw": "upstream is rate-limited"}}}`:                        "429 Too Many Requests: Provider returned error upstream is rate-limited",
		`{"error": {"message": "Provider returned error", "code": 502, "metadata": {"raw": "{\"error\": {\"message\": \"down\"}}"}}}`:            "502 Bad Gateway: Provider returned error down",
		`{"choices": [{"finish_reason": null, "message": {"content": null}, "error": {"message": "m", "code": "503"}}]}`:                         "503 Service Unavailable: m",
		`{"choices": [{"finish_reason": "error", "message": {"content": "half"}}], "error": {"message": "m", "type": "rate_limit_error"}}`:       "429 Too Many Requests: m",
		`{"choices": [{"finish_reason": "error", "message": {"content": "half"}}]}`:                                                              "502 Bad Gateway: the reply ended with an error",
		`{"choices": [{"finish_reason": "stop", "message": {"content": null}}], "error": "overloaded"}`:                                          "502 Bad Gateway: overloaded",
		`{"choices": [], "error": {"status": "RESOURCE_EXHAUSTED", "message": "m"}}`:                                                             "429 Too Many Requests: m",
		`{"code": 401, "msg": "who are you", "success": false}`:                                                                                  "401 Unauthorized: who are you",
		`{"choices": null, "base_resp": {"status_code": 1002, "status_msg": "too fast"}}`:                                                        "429 Too Many Requests: too fast",
		`{"object": "error", "message": "not now", "code": 503}`:                                                                                 "503 Service Unavailable: not now",
		`{"detail": [{"loc": ["body", "seed"], "msg": "Extra inputs are not permitted"}]}`:                                                       "502 Bad Gateway: seed: Extra inputs are not permitted",
		`{"object": "response", "status": "failed", "error": {"code": "server_error", "message": "m"}, "output": []}`:                            "502 Bad Gateway: m",
		sse(chunk(`{"content": "half"}`, "null"), `{"error": {"message": "m", "code": 503}}`):                                                    "503 Service Unavailable: m",
		sse(`{"type": "message_start", "message": {"content": []}}`, `{"type": "error", "error": {"type": "overloaded_error", "message": "m"}}`): "503 Service Unavailable: m",
		"event: error\ndata: {\"code\": 500, \"message\": \"m " + secret + "\"}\n\n":                                                             "500 Internal Server Error: m [key]",
		`[{"error": {"code": 503, "message": "m", "status": "UNAVAILABLE"}}]`:                                                                    "503 Service Unavailable: m",
	} {
		_, err := Read([]byte(body), hide)
		var no *Refusal
		if !errors.As(err, &no) || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%s: %v, want %s", body, err, want)
		}
	}
}

func TestWait(t *testing.T) {
	for _, c := range []struct {
		header http.Header
		body   string
		want   time.Duration
	}{
		{http.Header{"Retry-After": {"4"}}, "", 4 * time.Second},
		{http.Header{"Retry-After-Ms": {"4000"}}, `{"error": {"message": "slow down"}}`, 4 * time.Second},
		{http.Header{"X-Ms-Retry-After-Ms": {"1500"}, "Retry-After": {"1"}}, "", 1500 * time.Millisecond},
		{nil, `[{"error": {"message": "Please retry in 5s.", "details": [{"@type": "RetryInfo", "retryDelay": "7s"}]}}]`, 7 * time.Second},
		{nil, `{"error": {"message": "Rate limit reached. Please try again in 1m30.5s."}}`, 90500 * time.Millisecond},
		{nil, `{"error": {"message": "Please try again in 20ms."}}`, 20 * time.Millisecond},
		{nil, `{"error": {"message": "Please retry after 12 seconds."}}`, 12 * time.Second},
		{nil, `{"detail": "Try again in 2 minutes"}`, 2 * time.Minute},
		{nil, `{"retry_after": 3.5}`, 3500 * time.Millisecond},
		{nil, `{"error": {"metadata": {"headers": {"Retry-After": "9"}}}}`, 9 * time.Second},
		{nil, `{"retryAfterMs": "250"}`, 250 * time.Millisecond},
		{nil, "Too busy. Retry in 6s", 6 * time.Second},
		{http.Header{"Retry-After": {"1e300"}}, "", 24 * time.Hour},
		{nil, `{"retry_after": "soon", "retryDelay": {"x": 1}}`, 0},
		{nil, `{"error": {"message": "wait for the model, which has 8 h of work"}}`, 0},
	} {
		if got := wait(c.header, []byte(c.body)); got != c.want {
			t.Errorf("%v %s: %s, want %s", c.header, c.body, got, c.want)
		}
	}
}

// TestBlame tells what a program chose from what the platform did, in the words of
// servers.
func TestBlame(t *testing.T) {
	for body, want := range map[string]Blame{
		`{"error": {"message": "This model's maximum context length is 4096 tokens."}}`:                                                    Prompt,
		`{"error": {"message": "The response was filtered", "code": "content_filter"}}`:                                                    Prompt,
		`{"error": {"message": "'temperature' does not support 0.7 with this model. Only the default (1) value is supported."}}`:           Sampling,
		`{"object": "error", "message": {"detail": [{"loc": ["body", "temperature"], "msg": "Input should be less than or equal to 1"}]}}`: Sampling,
		`{"error": {"message": "max_tokens is too large: 100000. This model supports at most 4096"}}`:                                      Sampling,
		`{"error": {"message": "'messages' must contain the word 'json' to use 'response_format' of type 'json_object'."}}`:                Sampling,
		`{"error": {"message": "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens'."}}`:     Platform,
		`{"error": {"message": "Unsupported parameter: 'seed'", "param": "seed"}}`:                                                         Platform,
		`{"error": {"message": "Unknown field", "param": "seed"}}`:                                                                         Platform,
		`{"error": {"message": "stream must be true"}}`:                                                                                    Platform,
		`{"error": {"message": "The model 'x' does not exist"}}`:                                                                           Platform,
		`{"error": {"message": "Your credit balance is too low to access the API."}}`:                                                      Platform,
		`[{"error": {"code": 400, "message": "API key not valid. Please pass a valid API key.", "status": "INVALID_ARGUMENT"}}]`:           Platform,
		`{"error": {"message": "System role not supported"}}`:                                                                              Platform,
		`{"error": {"message": "bad request"}}`:                                                                                            Nobody,
		``:                                                                                                                                 Nobody,
	} {
		if got := Refuse(400, nil, []byte(body), plain).Blame(); got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}

func TestSpent(t *testing.T) {
	for _, c := range []struct {
		status int
		body   string
		want   bool
	}{
		{402, `{}`, true},
		{429, `{"error": {"message": "You exceeded your current quota, please check your plan and billing details.", "type": "insufficient_quota"}}`, true},
		{429, `{"error": {"message": "x", "code": "billing_hard_limit_reached"}}`, true},
		{429, `{"error": {"message": "You exceeded your current quota, please check your plan and billing details.", "details": [{"retryDelay": "36s"}]}}`, false},
		{429, `{"error": {"message": "Rate limit reached"}}`, false},
		{400, `{"error": {"message": "Your credit balance is too low to access the API."}}`, true},
		{403, `{"error": {"message": "Insufficient balance"}}`, true},
		{503, `{"error": {"message": "overloaded"}}`, false},
	} {
		if got := Refuse(c.status, nil, []byte(c.body), plain).Spent(); got != c.want {
			t.Errorf("%d %s: %v", c.status, c.body, got)
		}
	}
}

// TestAdapt finds the way around what a server refuses, and none where the refusal
// is about something else.
func TestAdapt(t *testing.T) {
	seed, warm := int64(1)<<40, 0.7
	q := Question{MaxTokens: 64, Seed: &seed, Temperature: &warm}
	for _, c := range []struct {
		settings Settings
		effort   string
		status   int
		body     string
		want     Adaptation
	}{
		{Settings{}, "", 400, `{"error": {"message": "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", "param": "max_tokens"}}`, NewLimit},
		{Settings{}, "low", 422, `{"message": {"detail": [{"type": "extra_forbidden", "loc": ["body", "max_completion_tokens"], "msg": "Extra inputs are not permitted", "input": 512}]}}`, OldLimit},
		{Settings{}, "low", 400, `{"error": {"message": "unknown field max_completion_tokens"}}`, OldLimit},
		{Settings{}, "", 400, `{"error": {"message": "max_tokens is too large: 100000. This model supports at most 4096"}}`, ""},
		{Settings{}, "", 400, `{"error": {"message": "Unrecognized request argument supplied: seed"}}`, NoSeed},
		{Settings{}, "", 422, `{"detail": [{"loc": ["body", "seed"], "msg": "extra fields not permitted"}]}`, NoSeed},
		{Settings{}, "", 400, `[{"error": {"code": 400, "message": "Invalid JSON payload received. Unknown name \"seed\": Cannot find field."}}]`, NoSeed},
		{Settings{}, "", 400, `{"error": {"message": "seed must be less than 2147483648"}}`, ShortSeed},
		{Settings{}, "", 400, `{"error": {"message": "stream must be true for this model"}}`, Streamed},
		{Settings{}, "", 400, `{"error": {"message": "This endpoint only supports streaming"}}`, Streamed},
		{Settings{}, "", 400, `{"error": {"message": "parameter.enable_thinking must be set to false for non-streaming calls"}}`, Streamed},
		{Settings{Stream: true}, "", 400, `{"error": {"message": "unknown parameter: stream_options"}}`, NoStreamUsage},
		{Settings{Request: map[string]any{"seed": 7}}, "", 400, `{"error": {"message": "Unsupported parameter: seed"}}`, ""},
		{Settings{}, "", 400, `{"error": {"message": "temperature is not supported"}}`, ""},
		{Settings{}, "", 400, `{"error": {"message": "bad request"}}`, ""},
		{Settings{}, "", 401, `{"error": {"message": "Unsupported parameter: seed"}}`, ""},
		{Settings{}, "", 500, `{"error": {"message": "seed"}}`, ""},
	} {
		q.Effort = c.effort
		sent := c.settings.Word(Chat, "m", q, nil)
		got, ok := c.settings.Adapt(sent, Refuse(c.status, nil, []byte(c.body), plain), nil)
		if got != c.want || ok != (c.want != "") {
			t.Errorf("%s: %q, want %q", c.body, got, c.want)
		}
		if again, ok := c.settings.Adapt(sent, Refuse(c.status, nil, []byte(c.body), plain), []Adaptation{NoSeed, ShortSeed, NewLimit, OldLimit, Streamed, NoStreamUsage}); ok {
			t.Errorf("%s: %q once more", c.body, again)
		}
	}
}

// TestPlaceholderKey has a key that is a part of what the server says, which is
// understood nevertheless.
func TestPlaceholderKey(t *testing.T) {
	r := Refuse(400, nil, []byte(`{"error": "the maximum context length is 4096"}`), func(text string) string { return strings.ReplaceAll(text, "x", "[key]") })
	if !r.PromptTooLong() || strings.Contains(r.Message, "x") {
		t.Errorf("%+v", r)
	}
}

// FuzzRefusal reads errors of servers: whatever they are, what is shown of them is
// one short line without the key.
func FuzzRefusal(f *testing.F) {
	for _, seed := range []string{
		`{"error": {"message": "m", "type": "t", "code": 502}}`, `{"error": "m"}`, `{"message": "m", "code": null}`, `{"detail": [{"msg": "m", "loc": ["body", 1]}]}`,
		`{"message": {"detail": [{"loc": ["body", "seed"], "msg": "m"}]}}`, `{"errors": ["a", {"message": "b"}]}`, strings.Repeat("x", 395) + secret, "\xff\n\t<html>",
		`{"error": {"message": "` + strings.Repeat("{", 40) + `"}}`,
	} {
		f.Add([]byte(seed))
	}
	sent := Settings{}.Word(Chat, "m", Question{MaxTokens: 1}, nil)
	f.Fuzz(func(t *testing.T, body []byte) {
		r := Refuse(400, nil, body, hide)
		if m := r.Message; strings.Contains(m, secret) || strings.ContainsAny(m, "\n\r") || !utf8.ValidString(m) || utf8.RuneCountInString(m) > 403 {
			t.Errorf("message %q", m)
		}
		if r.Wait < 0 || r.Wait > maxWait {
			t.Errorf("wait %s", r.Wait)
		}
		r.Blame()
		Settings{}.Adapt(sent, r, nil)
	})
}
