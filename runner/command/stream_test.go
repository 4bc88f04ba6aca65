package command_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/agents/chat"
	"github.com/autodatabench/autodatabench/agents/dialect"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/command"
	"github.com/autodatabench/autodatabench/runner/sandbox"
)

// client stands in for the sandbox with a program that has a client of HTTP.
type client func(c *http.Client)

func (p client) Run(_ context.Context, spec sandbox.Spec) (sandbox.Result, error) {
	p(&http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return net.Dial("unix", spec.Socket)
	}}})
	return sandbox.Result{}, nil
}

// TestStreamsAndModels gives a program its model in the forms that libraries ask for: a
// stream is the whole answer in pieces, also where it calls tools.
func TestStreamsAndModels(t *testing.T) {
	const whole = `{"id": "a", "created": 3, "model": "m", "choices": [{"index": 0, "finish_reason": "tool_calls", "message": {"role": "assistant", "content": "hello", "tool_calls": [{"id": "t", "type": "function", "function": {"name": "f", "arguments": "{}"}}]}}], "usage": {"prompt_tokens": 7, "completion_tokens": 2}}`
	p := client(func(c *http.Client) {
		get := func(method, path, body string) (int, string) {
			req, err := http.NewRequest(method, "http://localhost"+path, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			resp, err := c.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			data, err := io.ReadAll(resp.Body)
			if err != nil {
				t.Error(err)
			}
			return resp.StatusCode, string(data)
		}
		code, body := get("POST", "/v1/chat/completions", `{"messages": [], "stream": true, "stream_options": {"include_usage": true}}`)
		got, err := dialect.Read([]byte(body), func(s string) string { return s })
		want := dialect.Answer{Text: "hello", Finish: results.FinishStop, Usage: dialect.Usage{Tokens: results.Tokens{Input: 7, Output: 2}}}
		made := got.JSON
		if got.JSON = nil; code != 200 || err != nil || !cmp.Equal(want, got) || !strings.HasSuffix(body, "data: [DONE]\n\n") || !strings.Contains(string(made), `"arguments":"{}"`) {
			t.Errorf("%d %s: %v\n%s", code, body, err, cmp.Diff(want, got))
		}
		if code, body := get("POST", "/v1/chat/completions", `{"messages": [], "stream": true}`); code != 200 || strings.Contains(body, "usage") {
			t.Errorf("%d: usage without being asked for: %s", code, body)
		}
		for path, want := range map[string]int{"/v1/models": 200, "/v1/models/model": 200, "/v1/models/other/name": 404, "/v1/files": 404} {
			if code, body := get("GET", path, ""); code != want || !json.Valid([]byte(body)) {
				t.Errorf("%s: %d %s", path, code, body)
			}
		}
	})
	a := command.Agent{Sandbox: p, Model: model(func(context.Context, map[string]json.RawMessage) (chat.Answer, error) {
		return chat.Answer{Status: 200, Body: []byte(whole), Tokens: results.Tokens{Input: 7, Output: 2}}, nil
	})}
	trial, err := a.Trial(results.Spec{Protocol: results.Mini()}, meter{}, record.Trial(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := trial.Reply(t.Context(), agents.Request{Attempt: 1}); err != nil || got.Input != 14 {
		t.Errorf("%+v, %v", got, err)
	}
}
