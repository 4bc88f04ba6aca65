package command_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/agents/chat"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/command"
	"github.com/autodatabench/autodatabench/runner/sandbox"
)

// TestSwallowedFaultIsNoReply lets the program reply although its model failed.
func TestSwallowedFaultIsNoReply(t *testing.T) {
	_, err := reply(t, func(post func(string) int) sandbox.Result {
		post(`{"messages": []}`)
		return sandbox.Result{Stdout: []byte("a poorer reply")}
	}, func(context.Context, map[string]json.RawMessage) (chat.Answer, error) {
		return chat.Answer{}, results.Infra(errors.New("the server answered 503"))
	})
	if err == nil || !strings.Contains(err.Error(), "503") {
		t.Errorf("%v, want the fault", err)
	}
}

// TestHungModelIsNoTimeout lets the time of the program end while its model hangs.
func TestHungModelIsNoTimeout(t *testing.T) {
	p := program(func(post func(string) int) sandbox.Result {
		go post(`{"messages": []}`)
		time.Sleep(400 * time.Millisecond)
		return sandbox.Result{TimedOut: true, ExitCode: 137}
	})
	m := model(func(ctx context.Context, _ map[string]json.RawMessage) (chat.Answer, error) {
		<-ctx.Done()
		return chat.Answer{}, results.Infra(ctx.Err())
	})
	protocol := results.Mini()
	protocol.Budget.CodeTime = 200 * time.Millisecond
	trial, err := command.Agent{Sandbox: p, Model: m}.Trial(results.Spec{Protocol: protocol}, meter{}, record.Trial(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	said, err := trial.Reply(t.Context(), agents.Request{Attempt: 1})
	var known *results.Error
	if !errors.As(err, &known) || known.Kind != results.Infrastructure || said.Unanswered != "" {
		t.Errorf("%+v, %v", said, err)
	}
}
