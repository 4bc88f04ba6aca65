package experiment

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func readText(t *testing.T, text string) (File, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "e.yaml")
	if err := os.WriteFile(path, []byte("name: x\nagents: [direct]\n"+text), 0o644); err != nil {
		t.Fatal(err)
	}
	return Read(path)
}

// TestRefusedWords refuses addresses that hold secrets, and budgets of 0; no secret is
// in the message.
func TestRefusedWords(t *testing.T) {
	student := "student: {train: hf, infer: vllm, model: m, serve: {base_url: %s}}"
	for text, want := range map[string]string{
		"teacher: {kind: openai, model: m, base_url: 'http://me:hunter2@h/v1'}":       "teacher.base_url: holds a user or password",
		"teacher: {kind: openai, model: m, base_url: 'https://h/v1?api-key=hunter2'}": "teacher.base_url: holds a query",
		"teacher: {kind: openai, model: m, base_url: 'me:hunter2@h/v1'}":              "teacher.base_url: want a URL",
		"teacher: {kind: openai, model: m, base_url: 'https://h:hunter2/v1'}":         "teacher.base_url",
		strings.Replace(student, "%s", "'http://me:hunter2@h/v1'", 1):                 "student.serve.base_url: holds a user",
		strings.Replace(student, "%s", "'http://h/v1#hunter2'", 1):                    "student.serve.base_url: holds a query or a fragment",
		"budget: {agent_tokens: 0}":                                                   "budget.agent_tokens: must be positive",
		"budget: {agent_cost_usd: 0}":                                                 "budget.agent_cost_usd: must be positive",
		"budget: {agent_time: 0s}":                                                    "budget.agent_time: must be positive",
		"budget: {teacher_calls: 0}":                                                  "teacher_calls: must be positive",
		"sandbox: {kind: none, environment: /v}":                                      "sandbox.environment: does not go with kind none",
		"sandbox: {python: python3.12, environment: /v}":                              "sandbox.environment: does not go with python",
		"outage: 1000h": "outage: 1000h0m0s is not between",
	} {
		if _, err := readText(t, text); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") && want != "teacher.base_url" {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// TestOutage is 30 minutes unless the file says otherwise, and 0 for none.
func TestOutage(t *testing.T) {
	for text, want := range map[string]time.Duration{"": 30 * time.Minute, "outage: 2h": 2 * time.Hour, "outage: 0s": 0} {
		f, err := readText(t, text)
		if err != nil || time.Duration(f.Outage) != want {
			t.Errorf("%q: %s, %v", text, time.Duration(f.Outage), err)
		}
	}
}
