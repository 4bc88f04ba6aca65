package definitions

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/agents/reference"
	"github.com/autodatabench/autodatabench/results"
)

func TestEmbedded(t *testing.T) {
	want := []string{
		"adaptive", "careless", "claude-4-sonnet", "claude-opus-5.5", "claude-sonnet-5.5", "deepseek-r1", "deepseek-v3.1", "deepseek-v4-pro",
		"direct", "gemini-2.5-pro", "gemini-3.1-pro", "gemini-3.8-flash", "glm-5.3", "gpt-5.2", "gpt-6-astra", "gpt-6.1-sol", "grok-4.7",
		"kimi-k3.1-pro", "mistral-large-4", "ollama", "pipeline", "qwen3-max", "qwen3.8-max", "vllm",
	}
	if diff := cmp.Diff(want, List()); diff != "" {
		t.Errorf("list (-want +got):\n%s", diff)
	}
	for _, name := range reference.Engineers() {
		d, err := Builtin(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d.Name != name {
			t.Errorf("%s.yaml is named %q", name, d.Name)
		}
		if _, err := d.Open(func(string) string { return "" }); err != nil || !d.Simulated() {
			t.Errorf("%s: simulated %v, error %v", name, d.Simulated(), err)
		}
		if d.Title() == d.Name || !strings.Contains(d.Title(), "scripted") {
			t.Errorf("%s is shown as %q, which hides that it is scripted", name, d.Title())
		}
	}
}

// TestModels checks the definitions of language models: each opens with a key
// and, where it names one, says which variable lacks it.
func TestModels(t *testing.T) {
	for _, name := range List() {
		d, err := Builtin(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if d.Simulated() {
			if p := d.Pricing(); p == nil || !cmp.Equal(*p, results.Price{}) {
				t.Errorf("%s: a scripted agent costs %+v, want nothing", name, p)
			}
			continue
		}
		if d.Name != name || d.DisplayName == "" || d.PromptTokens() < 16_000 {
			t.Errorf("%s: named %q, shown as %q, %d tokens for a prompt", name, d.Name, d.DisplayName, d.PromptTokens())
		}
		if _, err := d.Open(func(string) string { return "some key" }); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		_, err = d.Open(func(string) string { return "" })
		var bad *results.Error
		if local := strings.Contains(d.BaseURL, "localhost"); local && err != nil || !local && (!errors.As(err, &bad) || bad.Kind != results.BadInput || !strings.Contains(err.Error(), d.APIKeyEnv)) {
			t.Errorf("%s without a key: %v", name, err)
		}
	}
}

func TestUnknownAgent(t *testing.T) {
	for name, hint := range map[string]string{"pipelin": `did you mean "pipeline"?`, "../pipeline": "", "zzzzzzzzzz": "agents list names the agents"} {
		_, err := Builtin(name)
		var bad *results.Error
		if !errors.As(err, &bad) || bad.Kind != results.BadInput || !strings.Contains(bad.Hint, hint) {
			t.Errorf("%s: got error %#v, want the hint %q", name, err, hint)
		}
	}
}

const full = `
name: my-model
provider: openai
base_url: "http://localhost:8000/v1"
model: my-org/my-model
api_key_env: MY_API_KEY
display_name: My Model
sampling: {temperature: 0.7, top_p: 0.95, max_output_tokens: 16384, reasoning_effort: medium}
headers: {X-Team: bench}
context_window: 131072
price: {input: 0.50, cached_input: 0.10, output: 2.00}
`

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "agent.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLoadFile(t *testing.T) {
	got, err := LoadFile(write(t, full))
	if err != nil {
		t.Fatal(err)
	}
	temperature, topP, cached := 0.7, 0.95, 0.1
	want := Definition{
		Name: "my-model", Provider: OpenAI, BaseURL: "http://localhost:8000/v1", Model: "my-org/my-model",
		APIKeyEnv: "MY_API_KEY", DisplayName: "My Model", Headers: map[string]string{"X-Team": "bench"}, ContextWindow: 131072,
		Sampling: Sampling{Temperature: &temperature, TopP: &topP, MaxOutputTokens: 16384, ReasoningEffort: "medium"},
		Price:    &results.Price{Input: 0.5, CachedInput: &cached, Output: 2},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("definition (-want +got):\n%s", diff)
	}
	if got.Title() != "My Model" || got.Simulated() {
		t.Errorf("title %q, simulated %v", got.Title(), got.Simulated())
	}
}

func TestLoadFileRefuses(t *testing.T) {
	change := func(old, new string) string { return strings.Replace(full, old, new, 1) }
	for _, c := range []struct{ text, message, hint string }{
		{change("api_key_env", "api_key_en"), `unknown key "api_key_en"`, `did you mean "api_key_env"?`},
		{change("top_p", "topp"), `unknown key "topp"`, `did you mean "top_p"?`},
		{change("my-model", "My Model"), `name: "My Model"`, ""},
		{change("provider: openai", "provider: oracle"), `provider "oracle": want openai, anthropic, command, replay, reference`, ""},
		{change("provider: openai", "provider: reference"), `engineer "": want one of direct`, ""},
		{change("display_name: My Model", "display_name: "+strings.Repeat("数", 61)), "display_name: 61 characters; at most 60", ""},
		{change("model: my-org/my-model", ""), "model: missing", ""},
		{change("http://localhost:8000/v1", "localhost:8000"), "base_url", ""},
		{change("http://", "http://user:password@"), "base_url: holds a user", ""},
		{change("temperature: 0.7", "temperature: 3"), "sampling.temperature: 3", ""},
		{change("top_p: 0.95", "top_p: 0"), "sampling.top_p: 0", ""},
		{change("input: 0.50", "input: -1"), "price", ""},
		{change("131072", "-1"), "context_window", ""},
		{change("131072", "20000"), "context_window: 20000 tokens leave less than 4096", ""},
		{change("X-Team: bench", "Authorization: Bearer x"), "headers: Authorization looks like a secret; keys come from the variable that api_key_env names", ""},
		{change("X-Team", "X-Goog-Api-Key"), "headers: X-Goog-Api-Key looks like a secret", ""},
		{change("X-Team", "X-ACCESS-TOKEN"), "headers: X-ACCESS-TOKEN looks like a secret", ""},
		{change("X-Team", "apikey"), "headers: apikey looks like a secret", ""},
		{change("X-Team", "Set-Cookie"), "headers: Set-Cookie looks like a secret", ""},
		{change("X-Team", "X-Client-Secret"), "headers: X-Client-Secret looks like a secret", ""},
		{change("8000/v1", "8000/v1?key=x"), "base_url: holds a query or a fragment; keys come from the variable that api_key_env names", ""},
		{change("8000/v1", "8000/v1#x"), "base_url: holds a query or a fragment", ""},
		{change("provider: openai", "provider: anthropic"), "neither temperature, top_p nor seed", ""},
		{change("provider: openai", "provider: replay"), "recording: missing", ""},
		{change("provider: openai", "provider: command"), "command: missing", ""},
		{full + "engineer: direct\n", "engineer: only for", ""},
		{full + "command: [python3, a.py]\n", "command: only for", ""},
		{full + "recording: runs/a\n", "recording: only for", ""},
		{"name: [", "agent.yaml", ""},
	} {
		_, err := LoadFile(write(t, c.text))
		var bad *results.Error
		if !errors.As(err, &bad) || bad.Kind != results.BadInput || !strings.Contains(bad.Error(), c.message) || !strings.Contains(bad.Hint, c.hint) {
			t.Errorf("got error %v, want %q with hint %q", err, c.message, c.hint)
		}
	}
}

// TestOrdinaryHeaders takes those that providers document beside the key.
func TestOrdinaryHeaders(t *testing.T) {
	for _, name := range []string{"HTTP-Referer", "X-Title", "anthropic-version", "anthropic-beta", "OpenAI-Organization", "OpenAI-Project", "X-Author", "X-Max-Tokens", "Idempotency-Key"} {
		if _, err := LoadFile(write(t, strings.Replace(full, "X-Team", name, 1))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOpenModel(t *testing.T) {
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"choices": [{"message": {"content": %q}}], "usage": {"prompt_tokens": 11, "completion_tokens": 7}}`, r.Header.Get("Authorization"))
	}))
	defer h.Close()
	d, err := LoadFile(write(t, strings.Replace(full, "http://localhost:8000", h.URL, 1)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Open(func(string) string { return "" }); err == nil || !strings.Contains(err.Error(), "MY_API_KEY is not set") {
		t.Errorf("without a key: %v", err)
	}
	agent, err := d.Open(func(name string) string { return "value-of-" + name })
	if err != nil {
		t.Fatal(err)
	}
	reply, err := agent.Reply(context.Background(), agents.Request{})
	if err != nil || reply.Text != "Bearer [key]" {
		t.Errorf("reply %q, error %v", reply.Text, err)
	}
}

// TestSimulated shows no agent as an LLM that asks none.
func TestSimulated(t *testing.T) {
	for _, c := range []struct {
		d    Definition
		want bool
	}{
		{Definition{Provider: Reference}, true},
		{Definition{Provider: Replay}, true},
		{Definition{Provider: Command}, true},
		{Definition{Provider: Command, BaseURL: "http://localhost:1/v1"}, false},
		{Definition{Provider: OpenAI, BaseURL: "http://localhost:1/v1"}, false},
		{Definition{Provider: Anthropic}, false},
	} {
		if got := c.d.Simulated(); got != c.want {
			t.Errorf("provider %s, base URL %q: %v", c.d.Provider, c.d.BaseURL, got)
		}
	}
}

// TestPublicLeavesSecretsOut keeps the names, and the definition as it was.
func TestPublicLeavesSecretsOut(t *testing.T) {
	d := Definition{Name: "mine", Model: "m", Headers: map[string]string{"X-Account": "alice"}, Command: []string{"python3", "--api-key=sk-1"}}
	if p := d.Public(); p.Command[0] != "python3" || p.Command[1] != "(left out)" || d.Command[1] != "--api-key=sk-1" {
		t.Errorf("%+v of %+v", p, d)
	}
	if p := d.Public(); p.Headers["X-Account"] != "(left out)" || p.Model != "m" || d.Headers["X-Account"] != "alice" {
		t.Errorf("%+v of %+v", p, d)
	}
}

// TestHalfPrice is a price for one of input and output: it is not known, and not free.
func TestHalfPrice(t *testing.T) {
	for _, tt := range []struct {
		price results.Price
		known bool
	}{{results.Price{Input: 3}, false}, {results.Price{Output: 3}, false}, {results.Price{Input: 1, Output: 3}, true}, {results.Price{}, true}} {
		if got := (Definition{Provider: OpenAI, Price: &tt.price}).Pricing(); (got != nil) != tt.known {
			t.Errorf("%+v: %+v", tt.price, got)
		}
	}
}
