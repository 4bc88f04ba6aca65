//go:build parity

package vllm

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/server"
	"github.com/autodatabench/autodatabench/runner/student/embedded"
	"github.com/autodatabench/autodatabench/runner/student/studenttest"
	"github.com/autodatabench/autodatabench/tasks/mini"
)

// transformersServe starts `transformers serve` on the CPU (make parity makes its
// Python) and returns the folder of the exported student with it.
func transformersServe(t *testing.T) (model string, s Started) {
	t.Helper()
	e, err := embedded.New()
	if err != nil {
		t.Fatal(err)
	}
	model = filepath.Join(t.TempDir(), "embedded-1m")
	if err := e.Export(model); err != nil {
		t.Fatal(err)
	}
	env := append(os.Environ(), "PYTHONPATH="+os.Getenv("PARITY_SERVING"), "HF_HUB_OFFLINE=1")
	process, err := server.New(server.Spec{
		What:    "transformers serve",
		Command: []string{filepath.Join(filepath.Dir(os.Getenv("PARITY_PYTHON")), "transformers"), "serve", "--device", "cpu", "--model-timeout", "60"},
		Env:     env, Log: filepath.Join(t.TempDir(), "log"), Limit: 5 * time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { process.Close() })
	return model, Started{Server: process}
}

// The exported student, with and without an adapter, answers behind `transformers
// serve` what the engine inside the program answers.
func TestParityTransformersServe(t *testing.T) {
	model, started := transformersServe(t)
	dir := trained(t)
	g := generator(t, started, func(c *Config) {
		c.Format, c.Adapters, c.Model, c.Retry, c.Concurrency = ModelTemplate, Folder, model, quick, 2
	})
	e, err := embedded.New()
	if err != nil {
		t.Fatal(err)
	}
	suite, err := mini.Load(results.Science)
	if err != nil {
		t.Fatal(err)
	}
	var questions []string
	for _, item := range suite.Public[:20] {
		questions = append(questions, item.Question)
	}
	for name, adapter := range map[string]string{"base": "", "adapter": dir} {
		sampling := results.Sampling{TopP: 1, MaxTokens: 64}
		want, err := e.Generate(t.Context(), adapter, questions, sampling, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := g.Generate(t.Context(), adapter, questions, sampling, nil)
		if err != nil {
			t.Fatal(err)
		}
		equal := 0
		for i := range want {
			if got[i] == want[i] {
				equal++
			} else {
				t.Logf("%s, %q:\nserver %q\nengine %q", name, questions[i], got[i], want[i])
			}
		}
		if equal < len(want)-1 { // one may turn on the last bit
			t.Errorf("%s: %d of %d answers are equal", name, equal, len(want))
		}
	}
}

// What the student's contract says of generation holds, sampling with it once the
// model's files say that it samples.
func TestParityTransformersServeConformance(t *testing.T) {
	model, started := transformersServe(t)
	config := filepath.Join(model, "generation_config.json")
	if err := os.WriteFile(config, []byte(`{"bos_token_id": 0, "eos_token_id": 4, "do_sample": true}`), 0o600); err != nil {
		t.Fatal(err)
	}
	studenttest.RunGenerator(t, generator(t, started, func(c *Config) {
		c.Format, c.Adapters, c.Model, c.Concurrency = ModelTemplate, Folder, model, 1 // its seed is one for all requests
	}), trained(t))
}
