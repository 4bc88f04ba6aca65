package runner_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/agents/chat"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/command"
	"github.com/autodatabench/autodatabench/runner/sandbox"
)

// agentFaults break the server of the agent's model.
func (b *faultBench) agentFaults(t *testing.T) {
	for _, o := range outages {
		if !o.short && !*allFaults {
			continue
		}
		t.Run(o.name, func(t *testing.T) {
			t.Parallel()
			f := newFlaky(t, 0, enough, o.bad)
			env, spec := b.trial(t)
			env.Agent = chat.New(chat.Config{Provider: chat.OpenAI, BaseURL: f.url, Model: "m", Tries: 2, Pause: time.Millisecond})
			if o.name == "hang" || o.name == "drip" {
				spec.Protocol.Budget.RunTime = 12 * time.Second
			}
			b.expect(t, "agent: "+o.name, "left; then 25 rows, 0 calls, 0 asked twice", func() string { return recovers(env, spec, f) })
		})
	}
	for _, o := range anthropicOutages {
		if !o.short && !*allFaults {
			continue
		}
		t.Run("Anthropic: "+o.name, func(t *testing.T) {
			t.Parallel()
			f := newFlaky(t, 0, enough, o.bad)
			env, spec := b.trial(t)
			env.Agent = chat.New(chat.Config{Provider: chat.Anthropic, BaseURL: f.url, Model: "m", MaxTokens: 100, Tries: 2, Pause: time.Millisecond})
			if strings.HasSuffix(o.name, "hangs") {
				spec.Protocol.Budget.RunTime = 12 * time.Second
			}
			b.expect(t, "agent: Anthropic: "+o.name, "left; then 25 rows, 0 calls, 0 asked twice", func() string { return recovers(env, spec, f) })
		})
	}
}

// nowhere are addresses to which no connection comes about, by what is wrong.
func nowhere(t *testing.T) map[string]string {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	never := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request arrived") })
	strange := httptest.NewUnstartedServer(never)
	strange.Config.ErrorLog = log.New(io.Discard, "", 0)
	strange.TLS = &tls.Config{}
	strange.StartTLS()
	t.Cleanup(strange.Close)
	return map[string]string{
		"refused": "http://" + closed.Addr().String(), "no such host": "http://no-such-host.invalid", "TLS, unknown authority": strange.URL,
		"TLS with a server that has none": "https" + newFlaky(t, 0, "", hangs).url[len("http"):],
	}
}

// movedAgent is an agent whose server cannot be reached until it is mended.
type movedAgent struct {
	*flaky
	good, bad agents.Agent
}

func (a movedAgent) Reply(ctx context.Context, r agents.Request) (results.Reply, error) {
	if a.healed.Load() {
		return a.good.Reply(ctx, r)
	}
	return a.bad.Reply(ctx, r)
}

// ownProgram is the sandbox of an agent's own program, which asks its model once and
// swallows what goes wrong.
type ownProgram struct{}

func (ownProgram) Run(ctx context.Context, spec sandbox.Spec) (sandbox.Result, error) {
	http := http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", spec.Socket)
	}}}
	var said struct {
		Choices []struct{ Message results.Message }
	}
	answer, err := http.Post("http://model/v1/chat/completions", "application/json", strings.NewReader(`{"messages": [{"role": "user", "content": "go"}]}`))
	if err == nil {
		_ = json.NewDecoder(answer.Body).Decode(&said) // of a fault, no choices
		answer.Body.Close()
	}
	if ctx.Err() != nil {
		return sandbox.Result{}, context.Cause(ctx)
	}
	if len(said.Choices) == 0 {
		return sandbox.Result{Stdout: []byte("a guess without a program")}, nil
	}
	return sandbox.Result{Stdout: []byte(said.Choices[0].Message.Content)}, nil
}

// ownModelFaults break the server that an agent's own program asks.
func (b *faultBench) ownModelFaults(t *testing.T) {
	for _, o := range outages {
		if !o.short && !*allFaults {
			continue
		}
		t.Run(o.name, func(t *testing.T) {
			t.Parallel()
			f := newFlaky(t, 0, enough, o.bad)
			env, spec := b.trial(t)
			model := chat.New(chat.Config{Provider: chat.OpenAI, BaseURL: f.url, Model: "m", Tries: 2, Pause: time.Millisecond})
			env.Agent = command.Agent{Model: model, Sandbox: ownProgram{}}
			if o.name == "hang" || o.name == "drip" {
				spec.Protocol.Budget.RunTime = 12 * time.Second
			}
			b.expect(t, "agent's own program: "+o.name, "left; then 25 rows, 0 calls, 0 asked twice", func() string { return recovers(env, spec, f) })
		})
	}
}
