package command_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/agents/chat"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/command"
	"github.com/autodatabench/autodatabench/runner/sandbox"
)

// program stands in for the sandbox with a program.
type program func(post func(body string) (status int)) sandbox.Result

func (p program) Run(_ context.Context, spec sandbox.Spec) (sandbox.Result, error) {
	client := http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return net.Dial("unix", spec.Socket)
	}}}
	return p(func(body string) int {
		resp, err := client.Post("http://localhost/v1/chat/completions", "application/json", strings.NewReader(body))
		if err != nil {
			return 0
		}
		defer resp.Body.Close()
		io.Copy(io.Discard, resp.Body)
		return resp.StatusCode
	}), nil
}

type model func(ctx context.Context, request map[string]json.RawMessage) (chat.Answer, error)

func (m model) Forward(ctx context.Context, request map[string]json.RawMessage) (chat.Answer, error) {
	return m(ctx, request)
}

type meter struct{}

func (meter) RecordAgent(int, string, results.AgentUse) error { return nil }
func (meter) CutAgent(int, error) error                       { return nil }

func (meter) Agent() results.AgentUse { return results.AgentUse{} }

func reply(t *testing.T, p program, m model) (results.Reply, error) {
	protocol := results.Mini()
	protocol.Budget.AgentTokens = 1_000
	trial, err := command.Agent{Sandbox: p, Model: m}.Trial(results.Spec{Protocol: protocol}, meter{}, record.Trial(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	return trial.Reply(t.Context(), agents.Request{Attempt: 1})
}

// TestCallsEndWithTheProgram leaves calls in flight and queued when the program
// fails: none of the queue is sent, and the failure is the agent's.
func TestCallsEndWithTheProgram(t *testing.T) {
	var sent atomic.Int64
	begun := make(chan struct{}, 10)
	var posts sync.WaitGroup
	got, err := reply(t, func(post func(string) int) sandbox.Result {
		for range 4 {
			posts.Go(func() { post(`{"messages": []}`) })
		}
		<-begun
		time.Sleep(50 * time.Millisecond) // for the others to queue
		return sandbox.Result{ExitCode: 1}
	}, func(ctx context.Context, _ map[string]json.RawMessage) (chat.Answer, error) {
		sent.Add(1)
		begun <- struct{}{}
		<-ctx.Done()
		return chat.Answer{}, results.Infra(ctx.Err())
	})
	posts.Wait()
	if err != nil || got.Unanswered == "" || sent.Load() != 1 {
		t.Errorf("%d calls sent, reply %+v, %v", sent.Load(), got, err)
	}
}

// TestCallsAreBounded refuses what would get round a budget and lowers the rest.
func TestCallsAreBounded(t *testing.T) {
	const hello = `"messages": [{"role": "user", "content": "hello"}]`
	for _, c := range []struct {
		body   string
		status int
		most   []string // names under which the call is bounded
	}{
		{`{` + hello + `}`, 200, []string{"max_tokens"}},
		{`{` + hello + `, "n": 1, "max_completion_tokens": 5000}`, 200, []string{"max_completion_tokens"}},
		{`{` + hello + `, "max_tokens": 5000, "max_completion_tokens": 10, "best_of": 1}`, 200, []string{"max_tokens", "max_completion_tokens"}},
		{`{"messages": [{"role": "user", "content": [{"type": "text", "text": "hello"}]}]}`, 200, []string{"max_tokens"}},
		{`{` + hello + `, "n": 2}`, 400, nil},
		{`{` + hello + `, "n": "1"}`, 400, nil},
		{`{"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:"}}], "Content": "x"}]}`, 400, nil},
		{`{"messages": [{"role": "user", "content": {"type": "text"}}]}`, 400, nil},
	} {
		var asked map[string]json.RawMessage
		status := 0
		_, err := reply(t, func(post func(string) int) sandbox.Result {
			status = post(c.body)
			return sandbox.Result{Stdout: []byte("done")}
		}, func(_ context.Context, request map[string]json.RawMessage) (chat.Answer, error) {
			asked = request
			return chat.Answer{Status: http.StatusOK, Body: []byte("{}")}, nil
		})
		if err != nil || status != c.status || (asked != nil) != (status == http.StatusOK) || asked["best_of"] != nil {
			t.Errorf("%s: status %d, asked %s, %v", c.body, status, asked, err)
		}
		for _, name := range c.most {
			var n int
			if err := json.Unmarshal(asked[name], &n); err != nil || n < 1 || n > 1_000 {
				t.Errorf("%s: %s is %s", c.body, name, asked[name])
			}
		}
	}
}

// TestOnlyTextIsAsked passes on what is listed, nothing for what changes nothing, and
// refuses every other field by its name.
func TestOnlyTextIsAsked(t *testing.T) {
	const hello = `"messages": [{"role": "user", "content": "hello"}]`
	ask := func(fields string) (status int, asked map[string]json.RawMessage) {
		_, err := reply(t, func(post func(string) int) sandbox.Result {
			status = post(`{` + hello + fields + `}`)
			return sandbox.Result{Stdout: []byte("done")}
		}, func(_ context.Context, request map[string]json.RawMessage) (chat.Answer, error) {
			asked = request
			return chat.Answer{Status: http.StatusOK, Body: []byte("{}")}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return status, asked
	}
	for name, value := range map[string]string{
		"tools": `[{"type": "function"}]`, "functions": `[{"name": "f"}]`, "plugins": `[{"id": "web"}]`, "models": `["a", "b"]`, "web_search_options": `{}`,
		"service_tier": `"priority"`, "audio": `{"voice": "x"}`, "modalities": `["text", "audio"]`, "store": "true", "tool_choice": `"required"`, "best_of": "2", "n": "2",
		"logprobs": "true", "prediction": `{}`, "provider": `{}`, "transforms": `[]`, "route": `"fallback"`, "extra_body": `{}`, "background": "true", "previous_response_id": `"x"`,
		"Tools": `[1]`, "response_format": `{"type": "grammar"}`, "cache_control": `{}`, "top_k": "5", "thinking": `{"type": "enabled"}`,
	} {
		if status, asked := ask(`, "` + name + `": ` + value); status != http.StatusBadRequest || asked != nil {
			t.Errorf("%s: status %d, asked %s", name, status, asked)
		}
	}
	for _, value := range []string{`{"type": "grammar", "grammar": "x", "TYPE": "text"}`, `{"type": "text", "grammar": "x"}`, `[]`} {
		if status, asked := ask(`, "response_format": ` + value); status != http.StatusBadRequest || asked != nil {
			t.Errorf("%s: status %d, asked %s", value, status, asked)
		}
	}
	for name, value := range map[string]string{
		"store": "false", "tool_choice": `"none"`, "tools": "[]", "n": "1", "user": `"me"`, "logit_bias": "{ }", "plugins": "null", "model": `"gpt"`, "metadata": "{}",
	} {
		if status, asked := ask(`, "` + name + `": ` + value); status != http.StatusOK || asked[name] != nil {
			t.Errorf("%s: status %d, asked %s", name, status, asked)
		}
	}
	for name, value := range map[string]string{"temperature": "0.5", "top_p": "1", "stop": `["x"]`, "seed": "3", "reasoning_effort": `"low"`, "response_format": `{"type":"json_object"}`} {
		if status, asked := ask(`, "` + name + `": ` + value); status != http.StatusOK || string(asked[name]) != value {
			t.Errorf("%s: status %d, asked %s", name, status, asked)
		}
	}
}
