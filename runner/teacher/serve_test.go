package teacher_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results/remote"
	"github.com/autodatabench/autodatabench/runner/teacher"
)

// scripted answers with what its function returns.
type scripted func(r teacher.Request) (teacher.Response, error)

func (s scripted) Complete(_ context.Context, r teacher.Request) (teacher.Response, error) {
	return s(r)
}
func (s scripted) Name() string    { return "scripted-1" }
func (s scripted) Simulated() bool { return true }

func serve(t *testing.T, s scripted) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(teacher.Handler(seven, s))
	t.Cleanup(server.Close)
	return server
}

func client(server *httptest.Server) *teacher.OpenAI {
	return &teacher.OpenAI{BaseURL: server.URL + "/v1", Model: "scripted-1", Client: server.Client(), Retry: remote.Retry{Tries: 1}}
}

// seven is the fresh seed of the tests.
func seven() int64 { return 7 }

func ptr[T any](v T) *T { return &v }

// TestServedAsAsked checks that a request arrives at the teacher as the upstream
// client was given it, and the answer back.
func TestServedAsAsked(t *testing.T) {
	messages := []teacher.Message{{Role: teacher.System, Content: "Be brief.\n"}, {Role: teacher.User, Content: `2 < 3? "é"`}}
	for _, want := range []teacher.Request{
		{Messages: messages},
		{Messages: messages[1:], Temperature: ptr(0.0), Seed: 1<<63 - 1},
		{Messages: messages, Temperature: ptr(2.0), TopP: ptr(0.5), MaxTokens: 7, Stop: []string{"\n\n", "END"}, JSON: true, Seed: 3},
	} {
		var got teacher.Request
		answer := teacher.Response{Content: "yes \u2713\n", FinishReason: "length", InputTokens: 12, OutputTokens: 7, Simulated: true}
		server := serve(t, func(r teacher.Request) (teacher.Response, error) {
			got = r
			return answer, nil
		})
		response, err := client(server).Complete(t.Context(), want)
		if err != nil {
			t.Fatal(err)
		}
		if d := gocmp.Diff(want, got); d != "" {
			t.Errorf("request (-sent +arrived):\n%s", d)
		}
		if d := gocmp.Diff(answer, response); d != "" {
			t.Errorf("response (-sent +arrived):\n%s", d)
		}
	}
}

// TestServedFaults checks what the upstream client makes of the teacher's faults.
func TestServedFaults(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault error
		want  teacher.CallError
	}{
		{"busy", &teacher.CallError{Status: 429, RetryAfter: 1500 * time.Millisecond, Err: errors.New("busy")}, teacher.CallError{Status: 429, Refunded: true, Retryable: true, RetryAfter: 2 * time.Second}},
		{"refused", &teacher.CallError{Status: 413, Err: errors.New("too long")}, teacher.CallError{Status: 400, Refunded: true}},
		{"broken", &teacher.CallError{Status: 500, Err: errors.New("broken")}, teacher.CallError{Status: 502, Refunded: true, Retryable: true}},
		{"unknown", errors.New("lost\nthe connection"), teacher.CallError{Status: 502, Refunded: true, Retryable: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			server := serve(t, func(teacher.Request) (teacher.Response, error) { return teacher.Response{}, tt.fault })
			_, err := client(server).Complete(t.Context(), teacher.Request{Messages: []teacher.Message{{Role: teacher.User}}})
			var got *teacher.CallError
			if !errors.As(err, &got) {
				t.Fatalf("got %v, want a CallError", err)
			}
			if got.Status != tt.want.Status || got.Refunded != tt.want.Refunded || got.Retryable != tt.want.Retryable || got.RetryAfter != tt.want.RetryAfter {
				t.Errorf("got %+v, want %+v", *got, tt.want)
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("message of several lines: %q", err)
			}
		})
	}
}

// post sends a body and returns status and the error's message.
func post(t *testing.T, server *httptest.Server, body string) (status int, message string) {
	t.Helper()
	resp, err := server.Client().Post(server.URL+"/v1/chat/completions", "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var e struct {
		Error *struct {
			Message string  `json:"message"`
			Type    string  `json:"type"`
			Param   *string `json:"param"`
			Code    *string `json:"code"`
		} `json:"error"`
	}
	if err := json.Unmarshal(data, &e); err != nil {
		t.Fatalf("status %d: %q is no JSON", resp.StatusCode, data)
	}
	if e.Error == nil {
		return resp.StatusCode, ""
	}
	if want := map[int]string{404: "not_found_error"}[resp.StatusCode]; e.Error.Type != cmp.Or(want, "invalid_request_error") {
		t.Errorf("type %q", e.Error.Type)
	}
	return resp.StatusCode, e.Error.Message
}

func TestServedTextInParts(t *testing.T) {
	var got string
	server := serve(t, func(r teacher.Request) (teacher.Response, error) {
		got = r.Messages[0].Content
		return teacher.Response{Content: "ok", FinishReason: "stop"}, nil
	})
	body := `{"messages":[{"role":"user","content":"before","content":[{"type":"text","text":"2 < 3?\n"},{"type":"text","text":"Why?"}]}]}`
	if status, message := post(t, server, body); status != 200 || got != "2 < 3?\nWhy?" {
		t.Errorf("status %d %s, the teacher was asked %q", status, message, got)
	}
}

func TestServedRequestForm(t *testing.T) {
	server := serve(t, func(teacher.Request) (teacher.Response, error) {
		return teacher.Response{Content: "ok", FinishReason: "stop"}, nil
	})
	const ask = `"messages":[{"role":"user","content":"hi"}]`
	for _, tt := range []struct {
		body    string
		status  int
		message string // part of it
	}{
		{`{` + ask + `}`, 200, ""},
		{`{"model":"scripted-1","user":"me","n":1,"stream":false,"frequency_penalty":0,"stop":null,"response_format":{"type":"text"},` + ask + `}`, 200, ""},
		{`{"stop":"END","max_completion_tokens":5,` + ask + `}`, 200, ""},
		{``, 400, "no JSON object"},
		{`null`, 400, "messages"},
		{`[]`, 400, "no JSON object"},
		{`{"messages":[]}`, 400, "messages: there is none"},
		{`{"messages":[{"role":"assistant","content":"a"}]}`, 400, "messages[0]: role"},
		{`{"messages":[{"role":"user","content":[{"type":"image_url"}]}]}`, 400, "text only"},
		{`{"messages":[{"role":"user","content":3}]}`, 400, "messages: content"},
		{`{"stream":false,"stream_options":{"include_usage":true},` + ask + `}`, 400, "stream_options"},
		{`{"stream":true,"stream_options":[],` + ask + `}`, 400, "stream_options"},
		{`{"stream":true,"stream_options":{"as":true},` + ask + `}`, 400, "stream_options"},
		{`{"n":2,` + ask + `}`, 400, "n: "},
		{`{"tools":[{}],` + ask + `}`, 400, "tools"},
		{`{"temperature":2.1,` + ask + `}`, 400, "temperature"},
		{`{"temperature":"hot",` + ask + `}`, 400, "temperature"},
		{`{"top_p":0,` + ask + `}`, 400, "top_p"},
		{`{"max_tokens":0,` + ask + `}`, 400, "max_tokens"},
		{`{"seed":-1,` + ask + `}`, 400, "seed"},
		{`{"seed":1.5,` + ask + `}`, 400, "seed"},
		{`{"stop":{},` + ask + `}`, 400, "stop"},
		{`{"presence_penalty":1,` + ask + `}`, 400, "presence_penalty"},
		{`{"response_format":{"type":"json_schema"},` + ask + `}`, 400, "response_format"},
		{`{"logit_bias":{"5":1},` + ask + `}`, 400, "logit_bias: not supported"},
		{`{"model":"other",` + ask + `}`, 404, `"other"`},
		{`{"logit_bias":{},"top_logprobs":0,"logprobs":false,"tools":[],"functions":null,"store":true,"metadata":{"a":"b"},"service_tier":"auto","parallel_tool_calls":true,"reasoning_effort":"low","modalities":["text"],` + ask + `}`, 200, ""},
		{`{"modalities":["audio"],` + ask + `}`, 400, "modalities"},
		{`{"messages":[{"role":"developer","content":"a"},{"role":"user","content":"b"},{"role":"assistant","content":"c"},{"role":"user","content":"d"}]}`, 200, ""},
		{`{"messages":[{"role":"tool","content":"a"}]}`, 400, "messages[0]: role"},
		{`{"user":"` + strings.Repeat("x", 1<<20) + `",` + ask + `}`, 413, "over 1048576 bytes"},
	} {
		status, message := post(t, server, tt.body)
		if status != tt.status || !strings.Contains(message, tt.message) || (tt.status == 200) != (message == "") {
			t.Errorf("%.80s: got %d %q, want %d with %q", tt.body, status, message, tt.status, tt.message)
		}
	}
}

func TestServedBesides(t *testing.T) {
	server := serve(t, func(teacher.Request) (teacher.Response, error) { panic("not called") })
	for path, want := range map[string]string{
		"GET /health":               `200`,
		"GET /v1/models":            `200 {"data":[{"created":0,"id":"scripted-1","object":"model","owned_by":"autodatabench"}],"object":"list"}`,
		"GET /v1/models/scripted-1": `200 {"created":0,"id":"scripted-1","object":"model","owned_by":"autodatabench"}`,
		"GET /v1/models/a/b":        `404 {"error":{"code":null,"message":"model: there is no \"a/b\" here; /v1/models lists what is","param":null,"type":"invalid_request_error"}}`,
		"GET /v1/nothing":           `404 {"error":{"code":null,"message":"there is no GET /v1/nothing","param":null,"type":"invalid_request_error"}}`,
		"GET /v1/chat/completions":  `404 {"error":{"code":null,"message":"there is no GET /v1/chat/completions","param":null,"type":"invalid_request_error"}}`,
	} {
		method, p, _ := strings.Cut(path, " ")
		req, err := http.NewRequestWithContext(t.Context(), method, server.URL+p, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := server.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimSpace(fmt.Sprint(resp.StatusCode, " ", string(body))); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
}

// FuzzServed feeds bodies to the handler: whatever they are, it answers them in
// JSON and calls the teacher only with what a request may say.
func FuzzServed(f *testing.F) {
	f.Add([]byte(`{"messages":[{"role":"user","content":"hi"}],"temperature":1,"stop":["a"],"seed":4}`))
	f.Add([]byte(`{"messages":null,"response_format":null}`))
	f.Add([]byte(`{"max_tokens":1e99}`))
	f.Add([]byte(`{"input":[{"role":"user","content":[{"type":"input_text","text":"hi"}]}],"stream":true}`))
	f.Add([]byte(`{"system":"a","max_tokens":3,"messages":[{"role":"user","content":"hi"}],"thinking":{"type":"disabled"}}`))
	f.Add([]byte(`{"messages":[{"role":"user","content":"hi"}],"stream":true,"stream_options":{"include_usage":true}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		called := false
		handler := teacher.Handler(seven, scripted(func(r teacher.Request) (teacher.Response, error) {
			called = true
			if len(r.Messages) == 0 || r.Seed < 0 || r.MaxTokens < 0 || r.Temperature != nil && !(*r.Temperature >= 0 && *r.Temperature <= 2) {
				t.Errorf("the teacher was asked %+v", r)
			}
			return teacher.Response{FinishReason: "stop"}, nil
		}))
		for _, path := range []string{"/v1/responses", "/v1/messages"} {
			called = false
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, httptest.NewRequest(http.MethodPost, path, strings.NewReader(string(body))))
			if (w.Code == http.StatusOK) != called {
				t.Errorf("%s: status %d, called %v: %q", path, w.Code, called, w.Body)
			}
		}
		called = false
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/v1/chat/completions", strings.NewReader(string(body))))
		pieces := []string{w.Body.String()}
		if w.Header().Get("Content-Type") == "text/event-stream" {
			pieces = strings.Split(strings.TrimSuffix(pieces[0], "data: [DONE]\n\n"), "\n\n")
			pieces = pieces[:len(pieces)-1]
		}
		for _, piece := range pieces {
			if !json.Valid([]byte(strings.TrimPrefix(piece, "data: "))) {
				t.Errorf("status %d: %q is no JSON", w.Code, piece)
			}
		}
		if (w.Code == http.StatusOK) != called {
			t.Errorf("status %d, called %v: %q", w.Code, called, w.Body)
		}
	})
}

// named is a model of that name, which answers with it.
type named string

func (n named) Complete(context.Context, teacher.Request) (teacher.Response, error) {
	return teacher.Response{Content: string(n), FinishReason: "stop"}, nil
}
func (n named) Name() string  { return string(n) }
func (named) Simulated() bool { return true }

func TestSeveralModelsAreToldApartByName(t *testing.T) {
	server := httptest.NewServer(teacher.Handler(seven, named("base"), named("adapter")))
	defer server.Close()
	ask := func(model string) (teacher.Response, error) {
		c := client(server)
		c.Model = model
		return c.Complete(t.Context(), teacher.Request{Messages: []teacher.Message{{Role: teacher.User, Content: "x"}}})
	}
	for _, name := range []string{"base", "adapter"} {
		if r, err := ask(name); err != nil || r.Content != name {
			t.Errorf("model %s answers %q, %v", name, r.Content, err)
		}
	}
	_, err := ask("other")
	if call := teacher.AsCallError(err); err == nil || call.Status != http.StatusNotFound || !strings.Contains(err.Error(), `"other"`) {
		t.Errorf("an unknown model gives %v, want 404 with its name", err)
	}
}
