package cli

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/results/disk"
)

// noCode is a reply that ends an attempt at once.
func noCode(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Write([]byte(`{"choices":[{"message":{"role":"assistant","content":"no code"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1}}`))
}

// An agent's file alone says who runs, and a resume needs neither the file nor the
// name: the folder keeps the definition. It asks for what the record leaves out.
func TestAgentFileAlone(t *testing.T) {
	server := chats(t, noCode)
	for name, more := range map[string]string{"plain": "", "with a header": "headers: {X-Team: secret}\n"} {
		t.Run(name, func(t *testing.T) {
			dir := lay(t, map[string]string{"my.yaml": agentFile(server.URL, more)})
			code, out, said := in(t, dir, "run", "--agent-file", "my.yaml", "--domain", "science", "--workflow", "one-shot", "--name", "tonight")
			if code != 0 || !strings.Contains(out, "my-model") || !strings.Contains(said, "--runs 3") {
				t.Fatalf("exit code %d: %s%s", code, out, said)
			}
			if err := os.Rename(filepath.Join(dir, "my.yaml"), filepath.Join(dir, "kept.yaml")); err != nil {
				t.Fatal(err)
			}
			code, _, said = in(t, dir, "resume", "tonight")
			if more == "" {
				if code != 0 {
					t.Fatalf("exit code %d: %s", code, said)
				}
				return
			}
			if code != 3 || !strings.Contains(said, "the value of header X-Team") || !strings.Contains(said, "--agent-file") {
				t.Errorf("exit code %d: %s", code, said)
			}
			if code, _, said = in(t, dir, "resume", "tonight", "--agent-file", "kept.yaml"); code != 0 {
				t.Errorf("exit code %d: %s", code, said)
			}
		})
	}
}

// An agent needs no file.
func TestAgentOfFlags(t *testing.T) {
	server, dir := chats(t, noCode), lay(t, nil)
	code, out, said := in(t, dir, "run", "--model", "My-Org/Small_Model", "--base-url", server.URL+"/v1", "--api-key-env", "AGENT_KEY",
		"--domain", "science", "--workflow", "one-shot", "--name", "tonight")
	if code != 0 || !strings.Contains(out, "my-org-small-model") {
		t.Fatalf("exit code %d: %s%s", code, out, said)
	}
	if code, _, said := in(t, dir, "resume", "tonight"); code != 0 {
		t.Errorf("exit code %d: %s", code, said)
	}
	for _, args := range [][]string{
		{"run", "--base-url", server.URL}, {"run", "--model", "m", "--agent", "a", "--agent", "b"}, {"run", "--model", "m", "x.yaml"},
	} {
		if code, _, said := in(t, dir, args...); code != 2 {
			t.Errorf("%q: exit code %d: %s", args, code, said)
		}
	}
	if code, _, said := in(t, dir, "run", "--model", "m"); code != 3 || !strings.Contains(said, "base_url") {
		t.Errorf("a model without an address: exit code %d: %s", code, said)
	}
}

// Whoever interrupts a run is told the whole command that goes on.
func TestInterruptedRunSaysHowToGoOn(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	server := chats(t, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body) // else the server does not notice that its client leaves
		cancel(errInterrupted)
		<-r.Context().Done()
	})
	dir := lay(t, map[string]string{"my agent.yaml": agentFile(server.URL, "")})
	t.Chdir(dir)
	var out, err bytes.Buffer
	code := Run(ctx, Env{Args: strings.Split("autodatabench|run|--agent-file|my agent.yaml|--domain|science|--out|some runs|--name|tonight", "|"), World: setup.World{
		Stdout: &out, Stderr: &err, Getenv: func(name string) string { return map[string]string{"AGENT_KEY": agentKey}[name] }, Now: time.Now,
		Holder: disk.Holder{Host: "test", PID: os.Getpid(), BootID: "test"}, Width: 100,
	}})
	want := "go on with: autodatabench resume --out 'some runs' --agent-file 'my agent.yaml' tonight"
	if code != exitInterrupted || !strings.Contains(err.String(), want) {
		t.Errorf("exit code %d, %q does not say %q", code, err.String(), want)
	}
}
