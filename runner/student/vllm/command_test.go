package vllm

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
)

func TestLaunch(t *testing.T) {
	got := Launch{
		What: "student", Model: "org/model", Devices: "2,3", GPUs: 2, Rank: 9, Seed: 7, Log: "log", Dtype: "bfloat16", Share: "0.4", Context: 8192, Answers: 128,
		Env: []string{"PATH=/bin", "CUDA_VISIBLE_DEVICES=0"}, Options: []string{"--max-model-len", "4096"},
	}.Spec()
	want := []string{
		"vllm", "serve", "org/model", "--served-model-name", "org/model", "--seed", "7", "--tensor-parallel-size", "2", "--dtype", "bfloat16", "--gpu-memory-utilization", "0.4",
		"--max-model-len", "8192", "--max-num-seqs", "128",
		"--enable-lora", "--max-loras", "1", "--max-cpu-loras", "4", "--max-lora-rank", "16", "--max-model-len", "4096",
	}
	if d := cmp.Diff(want, got.Command); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"PATH=/bin", "VLLM_ALLOW_RUNTIME_LORA_UPDATING=True", "CUDA_VISIBLE_DEVICES=2,3"}, got.Env); d != "" {
		t.Error(d)
	}
	teacher := Launch{What: "teacher", Command: []string{"/venv/bin/vllm", "serve"}, Model: "t", GPUs: 1, Env: []string{"CUDA_VISIBLE_DEVICES=5"}}.Spec()
	if d := cmp.Diff([]string{"/venv/bin/vllm", "serve", "t", "--served-model-name", "t", "--seed", "0"}, teacher.Command); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"CUDA_VISIBLE_DEVICES=5"}, teacher.Env); d != "" {
		t.Error(d)
	}
}

// On processors vLLM gets a cache of so many GiB, unless an option names a share; its
// temporary files lie in a folder of their own.
func TestLaunchOnProcessors(t *testing.T) {
	on := Launch{What: "student", Model: "m", Cache: 3, Scratch: "/scratch", Env: []string{"TMPDIR=/tmp"}}
	if d := cmp.Diff([]string{"VLLM_CPU_KVCACHE_SPACE=3", "TMPDIR=/scratch", "VLLM_RPC_BASE_PATH=/scratch"}, on.Spec().Env); d != "" {
		t.Error(d)
	}
	on.Options = []string{MemoryShare + "=0.2"}
	if d := cmp.Diff([]string{"TMPDIR=/scratch", "VLLM_RPC_BASE_PATH=/scratch"}, on.Spec().Env); d != "" {
		t.Error(d)
	}
}

// TestCloseRemovesTemporaryFiles: vLLM leaves sockets behind.
func TestCloseRemovesTemporaryFiles(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	s, err := Launch{What: "student", Model: "m", Command: []string{"true"}}.Start("")
	if err != nil {
		t.Fatal(err)
	}
	made, err := filepath.Glob(filepath.Join(temporary, "*"))
	if err != nil || len(made) == 0 {
		t.Fatalf("%q, %v", made, err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if left, err := filepath.Glob(filepath.Join(temporary, "*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %q, %v", left, err)
	}
}

// A folder for a server without calls for adapters holds the base and the
// adapter, and goes away again.
func TestFolderForTransformers(t *testing.T) {
	model := t.TempDir()
	for _, name := range []string{"config.json", "model.safetensors", "tokenizer.json", "generation_config.json"} {
		if err := os.WriteFile(filepath.Join(model, name), []byte("{}"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	g := generator(t, At("http://127.0.0.1:1/v1"), func(c *Config) { c.Format, c.Adapters, c.Model = ModelTemplate, Folder, model })
	name, unload, err := g.load(t.Context(), "", trained(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"config.json", "model.safetensors", "tokenizer.json", "adapter_config.json", "adapter_model.safetensors"} {
		if _, err := os.ReadFile(filepath.Join(name, file)); err != nil {
			t.Error(err)
		}
	}
	unload()
	if _, err := os.Stat(name); !os.IsNotExist(err) {
		t.Errorf("the folder stays: %v", err)
	}
	if _, err := os.Stat(filepath.Join(model, "model.safetensors")); err != nil {
		t.Error(err)
	}
}

// transformers serve ignores a temperature unless the model's files say that it
// samples.
func TestTemperatureThatWouldBeIgnored(t *testing.T) {
	model := t.TempDir()
	for _, tt := range []struct {
		file        string
		temperature float64
		ok          bool
	}{
		{`{"do_sample": true}`, 0.7, true},
		{`{"do_sample": false}`, 0.7, false},
		{`{}`, 0.7, false},
		{"", 0.7, false},
		{"", 0, true},
	} {
		path := filepath.Join(model, "generation_config.json")
		os.Remove(path)
		if tt.file != "" {
			if err := os.WriteFile(path, []byte(tt.file), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		g := generator(t, At(""), func(c *Config) { c.Format, c.Adapters, c.Model = ModelTemplate, Folder, model })
		if err := g.samples(results.Sampling{Temperature: tt.temperature}); (err == nil) != tt.ok {
			t.Errorf("%q at %g: %v", tt.file, tt.temperature, err)
		}
	}
	if _, err := New(Config{Adapters: Folder, Format: Llama3}); err == nil {
		t.Error("folders with a chat format of ours were accepted")
	}
}
