package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/student/embedded"
	"github.com/autodatabench/autodatabench/runner/student/serve"
	"github.com/autodatabench/autodatabench/runner/teacher"
	"github.com/autodatabench/autodatabench/runner/teacher/procedural"
)

// The keys of the tests. They must be in nothing that a run leaves or says.
const (
	agentKey   = "sk-agent-0123456789abcdef"
	teacherKey = "sk-teacher-0123456789abcdef"
)

// in runs a command within the folder and returns its exit code and what it said.
func in(t *testing.T, dir string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return inWith(t, dir, map[string]string{"AGENT_KEY": agentKey, "TEACHER_KEY": teacherKey}, args...)
}

// inWith is in with other variables.
func inWith(t *testing.T, dir string, keys map[string]string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	t.Chdir(dir)
	var out, err bytes.Buffer
	code = Run(context.Background(), Env{Args: append([]string{"autodatabench"}, args...), World: setup.World{
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &err,
		Getenv: func(name string) string { return keys[name] }, Now: time.Now,
		Holder: disk.Holder{Host: "test", PID: os.Getpid(), BootID: "test"}, Width: 200,
	}})
	return code, out.String(), err.String()
}

// lay writes the files into a fresh folder.
func lay(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// agentFile defines an agent behind the address; more is further lines.
func agentFile(url, more string) string {
	return "name: my-model\nprovider: openai\nbase_url: " + url + "/v1\nmodel: my-org/my-model\napi_key_env: AGENT_KEY\n" + more
}

const experimentFile = `name: keys
domains: [science]
workflows: [one-shot]
agents: [my-model]
budget: {attempts: 2, dataset_size: 20, min_rows: 10}
`

// chats serves chat completions: each step in turn, the last one for ever.
func chats(t *testing.T, steps ...http.HandlerFunc) *httptest.Server {
	t.Helper()
	var n atomic.Int64
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		steps[min(int(n.Add(1))-1, len(steps)-1)](w, r)
	}))
	t.Cleanup(h.Close)
	return h
}

func says(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		json.NewEncoder(w).Encode(map[string]any{
			"choices": []any{map[string]any{"message": map[string]any{"role": "assistant", "content": text}, "finish_reason": "stop"}},
			"usage":   map[string]any{"prompt_tokens": 1_000, "completion_tokens": 100},
		})
	}
}

// echoes refuses with the request's own key in the error.
func echoes(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "0.01")
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"error": {"message": "not with %s"}}`, r.Header.Get("Authorization"))
	}
}

// holdsNoKey greps every byte below dir and what was said.
func holdsNoKey(t *testing.T, dir string, said ...string) {
	t.Helper()
	for _, text := range said {
		if strings.Contains(text, agentKey) || strings.Contains(text, teacherKey) {
			t.Errorf("a key is shown:\n%s", text)
		}
	}
	files := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		files++
		data, err := os.ReadFile(path)
		if bytes.Contains(data, []byte(agentKey)) || bytes.Contains(data, []byte(teacherKey)) {
			t.Errorf("%s holds a key", path)
		}
		return err
	})
	if err != nil || files == 0 {
		t.Errorf("%d files read, %v", files, err)
	}
}

// storedHoldsNoKey greps the compressed exchanges of a trial.
func storedHoldsNoKey(t *testing.T, trial string) {
	t.Helper()
	n := 0
	err := record.Trial(trial).Teacher().Read(func(_ string, e record.Exchange) error {
		n++
		if text := string(e.Request) + e.Response.Content; strings.Contains(text, agentKey) || strings.Contains(text, teacherKey) {
			t.Errorf("a stored exchange holds a key: %s", text)
		}
		return nil
	})
	if err != nil || n == 0 {
		t.Errorf("%d exchanges read, %v", n, err)
	}
}

// TestNoKeyIsLeft runs a trial whose agent's and teacher's servers echo the keys
// in errors and in answers.
func TestNoKeyIsLeft(t *testing.T) {
	program := "My key is " + agentKey + ".\n\n```python\nimport autodatabench\n" +
		"print(autodatabench.ask('What is your key?'))\ntry:\n    autodatabench.ask('a prompt to refuse')\nexcept Exception as e:\n    print(e)\n```\n"
	agent := chats(t, echoes(503), echoes(429), says(program))
	teacher := chats(t, says("ready"), says("It is "+teacherKey), echoes(400)) // the first is asked by the probe
	dir := lay(t, map[string]string{
		"agent.yaml": agentFile(agent.URL, ""),
		"keys.yaml":  experimentFile + "teacher: {kind: openai, base_url: \"" + teacher.URL + "/v1\", model: t, api_key_env: TEACHER_KEY}\n",
	})
	code, stdout, stderr := in(t, dir, "run", "--agent-file", "agent.yaml", "keys.yaml")
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	holdsNoKey(t, dir, stdout, stderr)
	trial := filepath.Join(dir, "runs/keys/trials/science/one-shot-scratch/my-model/run-1")
	storedHoldsNoKey(t, trial)
	for name, want := range map[string]string{"reply.json": "My key is [key].", "run.log": "It is [key]"} {
		data, err := os.ReadFile(filepath.Join(string(record.Trial(trial).Attempt(1)), name))
		if err != nil || !strings.Contains(string(data), want) {
			t.Errorf("%s does not hold %q, so that nothing was tested: %s (%v)", name, want, data, err)
		}
	}
}

// TestKeyInARefusal runs an agent whose server refuses the key.
func TestKeyInARefusal(t *testing.T) {
	dir := lay(t, map[string]string{"agent.yaml": agentFile(chats(t, echoes(401)).URL, ""), "keys.yaml": experimentFile})
	for _, args := range [][]string{{"run", "--agent-file", "agent.yaml", "keys.yaml"}, {"agents", "check", "agent.yaml"}} {
		code, stdout, stderr := in(t, dir, args...)
		if code != 3 || !strings.Contains(stderr, "not with Bearer [key]") || !strings.Contains(stderr, "hint: check the key that api_key_env names") {
			t.Errorf("%v: exit code %d: %s", args, code, stderr)
		}
		holdsNoKey(t, dir, stdout, stderr)
	}
}

// TestBadAgents refuses what a definition says wrong, in the provider's words.
func TestBadAgents(t *testing.T) {
	unknown := chats(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(404)
		fmt.Fprint(w, `{"error": {"message": "The model my-org/my-model does not exist or you do not have access to it."}}`)
	})
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<!doctype html><title>Welcome</title>") }))
	t.Cleanup(page.Close)
	for _, c := range []struct {
		name, agent, experiment string
		code                    int
		want                    []string
		before                  bool // nothing had begun
	}{
		{"missing key", strings.Replace(agentFile(page.URL, ""), "AGENT_KEY", "NO_SUCH_KEY", 1), experimentFile, 3, []string{"environment variable NO_SUCH_KEY is not set"}, true},
		{"unknown model", agentFile(unknown.URL, ""), experimentFile, 3, []string{"The model my-org/my-model does not exist", "hint: check base_url and model"}, false},
		{"wrong base URL", agentFile(page.URL, ""), experimentFile, 3, []string{"something else than JSON", "hint: check base_url"}, false},
		{"budget without a price", agentFile(page.URL, ""), strings.Replace(experimentFile, "budget: {", "budget: {agent_cost_usd: 1, ", 1), 3, []string{"the price of agent my-model is not known", "hint: give its price"}, true},
	} {
		dir := lay(t, map[string]string{"agent.yaml": c.agent, "keys.yaml": c.experiment})
		code, _, stderr := in(t, dir, "run", "--agent-file", "agent.yaml", "keys.yaml")
		if code != c.code {
			t.Errorf("%s: exit code %d, want %d", c.name, code, c.code)
		}
		for _, want := range c.want {
			if !strings.Contains(stderr, want) {
				t.Errorf("%s: %q is not said: %s", c.name, want, stderr)
			}
		}
		if _, err := os.Stat(filepath.Join(dir, "runs")); c.before != os.IsNotExist(err) {
			t.Errorf("%s: the folder runs: %v", c.name, err)
		}
	}
}

// TestCheckAgent shows what one tiny call used; without a price the cost is
// unknown.
func TestCheckAgent(t *testing.T) {
	h := chats(t, says("ready"))
	for _, c := range []struct{ more, want string }{
		{"", "unknown"}, {"price: {input: 2, output: 10}\n", "0.003000"},
	} {
		dir := lay(t, map[string]string{"agent.yaml": agentFile(h.URL, c.more)})
		code, stdout, stderr := in(t, dir, "agents", "check", "agent.yaml")
		for _, want := range []string{"my-org/my-model", "1000", "100", "ready", c.want} {
			if code != 0 || !strings.Contains(stdout, want) {
				t.Errorf("exit code %d, %q is not in: %s%s", code, want, stdout, stderr)
			}
		}
	}
}

// TestCheckAgentSoon asks a server that does not answer once, one that is busy a few
// times, and says at once whom it asks.
func TestCheckAgentSoon(t *testing.T) {
	tries := 0
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		tries++
		http.Error(w, "down", http.StatusServiceUnavailable)
	}))
	dir := lay(t, map[string]string{"agent.yaml": agentFile(h.URL, "")})
	code, _, stderr := in(t, dir, "agents", "check", "agent.yaml")
	if said, _, _ := strings.Cut(stderr, "\n"); code != exitInfrastructure || tries != 3 || !strings.HasPrefix(said, "asking my-org/my-model at "+h.URL) || !strings.Contains(stderr, "503") {
		t.Errorf("exit code %d after %d tries: %s", code, tries, stderr)
	}
	h.Close()
	code, _, stderr = in(t, dir, "agents", "check", "agent.yaml")
	if code != exitInfrastructure || !strings.Contains(stderr, "(try 1)") {
		t.Errorf("of a server that is not there: exit code %d: %s", code, stderr)
	}
}

// TestOwnServersAsAgents takes the program's own servers for an agent's model.
// Neither is a data engineer, and both fail as such.
func TestOwnServersAsAgents(t *testing.T) {
	student, err := embedded.New()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		model   string
		handler http.Handler
	}{
		"teacher serve": {procedural.Name, teacher.Handler(freshSeed, procedural.New(1))},
		"student serve": {student.Identity().Name, serve.Handler(student, student.Identity().Name, nil, freshSeed)},
	} {
		h := httptest.NewServer(c.handler)
		t.Cleanup(h.Close)
		dir := lay(t, map[string]string{
			"agent.yaml": strings.ReplaceAll(agentFile(h.URL, ""), "my-org/my-model", c.model), "keys.yaml": experimentFile,
		})
		code, _, stderr := in(t, dir, "run", "--agent-file", "agent.yaml", "keys.yaml")
		if code != 0 {
			t.Errorf("%s: exit code %d: %s", name, code, stderr)
			continue
		}
		state, err := record.Trial(filepath.Join(dir, "runs/keys/trials/science/one-shot-scratch/my-model/run-1")).Load()
		if err != nil || state.End != results.EndAttempts || len(state.Attempts) != 2 {
			t.Fatalf("%s: %v, %+v", name, err, state)
		}
		for _, a := range state.Attempts {
			t.Logf("%s: %s (%s)", name, a.Failure, a.Detail)
			if a.Failure != results.ExtractionFailed && a.Failure != results.OtherFailure {
				t.Errorf("%s: failure %q (%s)", name, a.Failure, a.Detail)
			}
		}
		if state.Usage.AgentCost.Known {
			t.Errorf("%s: the cost is %v, want unknown", name, state.Usage.AgentCost.Value)
		}
	}
}

// pageAgent is the program that the page on own models shows as an agent.
func pageAgent(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile("../../doc/own-model.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, found := strings.Cut(string(page), "```python\n# agent.py")
	code, _, closed := strings.Cut(after, "```\n")
	if !found || !closed {
		t.Fatal("the page shows no agent.py")
	}
	return "# agent.py" + code
}

// TestOwnProgramAsAgent runs the page's agent in the sandbox: its two calls are
// metered and kept, and its answer is the attempt's.
func TestOwnProgramAsAgent(t *testing.T) {
	asked := make(chan map[string]any, 10)
	model := chats(t, func(w http.ResponseWriter, r *http.Request) {
		var body map[string]any
		json.NewDecoder(r.Body).Decode(&body)
		asked <- body
		if r.Header.Get("Authorization") != "Bearer "+agentKey {
			t.Errorf("the key is not sent: %v", r.Header)
		}
		says("Plan "+agentKey+".\n```python\nprint('from the model')\n```\n")(w, r)
	})
	agent := pageAgent(t)
	if n := strings.Count(agent, "\n"); n > 40 {
		t.Errorf("the page's agent has %d lines", n)
	}
	dir := lay(t, map[string]string{
		"own-agent/agent.py": agent,
		"agent.yaml":         strings.Replace(agentFile(model.URL, "command: [python3, agent.py]\nfolder: own-agent\nprice: {input: 1, output: 10}\n"), "provider: openai", "provider: command", 1),
		"keys.yaml":          strings.Replace(experimentFile, "attempts: 2", "attempts: 1, agent_tokens: 100000", 1),
	})
	code, stdout, stderr := in(t, dir, "run", "--agent-file", "agent.yaml", "keys.yaml")
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	holdsNoKey(t, dir, stdout, stderr)
	trial := filepath.Join(dir, "runs/keys/trials/science/one-shot-scratch/my-model/run-1")
	state, err := record.Trial(trial).Load()
	if err != nil {
		t.Fatal(err)
	}
	if u := state.Usage; u.AgentCalls != 2 || u.AgentInput != 2_000 || u.AgentOutput != 200 || !u.AgentCost.Known || u.AgentCost.Value < 0.0039 || u.AgentCost.Value > 0.0041 {
		t.Errorf("usage %+v", u)
	}
	if a := state.Last(); !a.Executed || a.Failure != results.InsufficientSamples {
		t.Errorf("%+v", a)
	}
	if first := <-asked; first["model"] != "my-org/my-model" || first["max_tokens"] != 8192.0 {
		t.Errorf("asked for model %v, %v tokens", first["model"], first["max_tokens"])
	}
	calls, err := os.ReadFile(filepath.Join(string(record.Trial(trial).Attempt(1)), "model.jsonl"))
	if err != nil || bytes.Count(calls, []byte("\n")) != 2 || !strings.Contains(string(calls), "Here is a draft") {
		t.Errorf("the calls are not kept: %s, %v", calls, err)
	}
}

// TestFolderOfAnAgentIsApart refuses a folder that would carry hidden files into
// the sandbox, in a run and in a check.
func TestFolderOfAnAgentIsApart(t *testing.T) {
	for folder, refused := range map[string]bool{
		".": true, "private": true, "private/geography": true, "link": true, "runs": true, "paper/sub": true, "own-agent": false,
	} {
		dir := lay(t, map[string]string{
			"private/geography/private.jsonl": "{}", "runs/x": "", "paper/sub/x": "", "own-agent/agent.py": "print('ready')",
			"agent.yaml": "name: my-model\nprovider: command\ncommand: [python3, agent.py]\nfolder: " + folder + "\n",
			"keys.yaml":  strings.Replace(experimentFile, "attempts: 2", "attempts: 1", 1),
		})
		if err := os.Symlink("private", filepath.Join(dir, "link")); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{{"run", "--agent-file", "agent.yaml", "keys.yaml"}, {"agents", "check", "agent.yaml"}} {
			code, _, stderr := in(t, dir, args...)
			said := strings.Contains(stderr, "hint: give the agent a folder of its own")
			if refused != said || refused != (code == 3) {
				t.Errorf("folder %s, %v: exit code %d: %s", folder, args, code, stderr)
			}
		}
	}
}

// TestOwnProgramThatFails tells an agent's failing program from a model that is
// down, which asks to be left alone: the step is not repeated.
func TestOwnProgramThatFails(t *testing.T) {
	down := chats(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "100000")
		w.WriteHeader(503)
	})
	for _, c := range []struct {
		name, program, url string
		code               int
		want               string // of the failure's detail, or of the error
	}{
		{"crash", "raise SystemExit('no idea')", "", 0, "ended with exit status 1: no idea"},
		{"silence", "pass", "", 0, "wrote nothing on its standard output"},
		{"no network", "import socket\nsocket.create_connection(('127.0.0.1', 80), 1)", "", 0, "Error"},
		{"model is down", pageAgent(t), down.URL, 5, "503"},
	} {
		definition := "name: my-model\nprovider: command\ncommand: [python3, agent.py]\nfolder: own-agent\n"
		if c.url != "" {
			definition += "base_url: " + c.url + "/v1\nmodel: m\n"
		}
		dir := lay(t, map[string]string{"own-agent/agent.py": c.program, "agent.yaml": definition, "keys.yaml": strings.Replace(experimentFile, "attempts: 2", "attempts: 1", 1)})
		code, _, stderr := in(t, dir, "run", "--agent-file", "agent.yaml", "keys.yaml")
		state, err := record.Trial(filepath.Join(dir, "runs/keys/trials/science/one-shot-scratch/my-model/run-1")).Load()
		if err != nil || code != c.code {
			t.Errorf("%s: exit code %d, %v: %s", c.name, code, err, stderr)
			continue
		}
		a := state.Last()
		if c.code == 0 && (a.Failure != results.OtherFailure || !strings.Contains(a.Detail, c.want)) {
			t.Errorf("%s: failure %q (%s)", c.name, a.Failure, a.Detail)
		}
		if c.code != 0 && (a.Failure != "" || state.Faults != 1 || !strings.Contains(stderr, c.want)) {
			t.Errorf("%s: failure %q, %d faults: %s", c.name, a.Failure, state.Faults, stderr)
		}
	}
}
