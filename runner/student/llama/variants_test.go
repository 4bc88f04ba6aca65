package llama

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/autodatabench/autodatabench/results/lfs"
	"github.com/autodatabench/autodatabench/runner/student/llama/safetensors"
)

// withTensors is the folder with further tensors of 8 numbers in its weights.
func withTensors(t *testing.T, names ...string) fstest.MapFS {
	t.Helper()
	files, _ := parity(t)
	folder := copyOf(t, files)
	m, _, err := Load(folder)
	if err != nil {
		t.Fatal(err)
	}
	list := exported(m.tensors())
	for _, name := range names {
		list = append(list, safetensors.Tensor{Name: name, Shape: []int{8}, Data: make([]float32, 8)})
	}
	weights, err := safetensors.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	folder[weightsFile] = &fstest.MapFile{Data: weights}
	return folder
}

// TestBuffersOfOldCheckpoints: transformers before 4.32 stored the tables of
// rotary frequencies, once or in every layer.
func TestBuffersOfOldCheckpoints(t *testing.T) {
	buffer := func(layer int) string { return fmt.Sprintf("model.layers.%d.self_attn.rotary_emb.inv_freq", layer) }
	for _, names := range [][]string{{buffer(0)}, {buffer(0), buffer(1)}} {
		m, _, err := Load(withTensors(t, names...))
		if err != nil {
			t.Fatalf("%q: %v", names, err)
		}
		_, want := parity(t)
		sameLogProbs(t, m, want.IDs, want.LogProbs)
	}
	if _, _, err := Load(withTensors(t, buffer(0), "model.layers.0.self_attn.q_norm.weight")); err == nil || !strings.Contains(err.Error(), "q_norm") {
		t.Errorf("a weight too many: %v", err)
	}
}

// TestPointersAreNamed: a clone without Git LFS has a text in place of a file.
func TestPointersAreNamed(t *testing.T) {
	const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 3940808\n"
	files, _ := parity(t)
	for _, name := range []string{configFile, tokenizerFile, weightsFile} {
		folder := copyOf(t, files)
		folder[name] = &fstest.MapFile{Data: []byte(pointer)}
		if _, _, err := Load(folder); !errors.Is(err, lfs.ErrPointer) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	m := loud(tiny(true))
	for _, name := range []string{adapterConfigFile, adapterFile} {
		dir := t.TempDir()
		if err := newAdapter(m.Config, 2, 4).Save(dir, "base"); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(pointer), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadAdapter(os.DirFS(dir), m); !errors.Is(err, lfs.ErrPointer) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestKeysOfAdapters: what PEFT writes unasked changes nothing, and a key that is
// not supported is named.
func TestKeysOfAdapters(t *testing.T) {
	m := loud(tiny(true))
	dir := t.TempDir()
	if err := newAdapter(m.Config, 2, 4).Save(dir, "base"); err != nil {
		t.Fatal(err)
	}
	config, err := os.ReadFile(filepath.Join(dir, adapterConfigFile))
	if err != nil {
		t.Fatal(err)
	}
	load := func(keys string) error {
		t.Helper()
		text := strings.Replace(string(config), "{", "{"+keys+",", 1)
		for _, name := range []string{"use_dora", "modules_to_save", "use_rslora", "lora_bias", "rank_pattern", "alpha_pattern", "bias", "init_lora_weights"} {
			if strings.Contains(keys, `"`+name+`"`) { // of a key that stands twice, the last counts
				text = strings.Replace(text, `"`+name+`"`, `"_"`, 2)
				text = strings.Replace(text, `"_"`, `"`+name+`"`, 1)
			}
		}
		if err := os.WriteFile(filepath.Join(dir, adapterConfigFile), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := LoadAdapter(os.DirFS(dir), m)
		return err
	}
	for _, keys := range []string{ // of PEFT 0.19, of PEFT 0.2, and of unsloth
		`"alora_invocation_tokens":null,"arrow_config":null,"corda_config":null,"eva_config":null,"exclude_modules":null,"layer_replication":null,"layers_pattern":null,` +
			`"loftq_config":{},"megatron_core":"megatron.core","peft_version":"0.19.1","qalora_group_size":16,"target_parameters":null,"trainable_token_indices":null,"use_bdlora":null,"use_qalora":false`,
		`"enable_lora":null,"merge_weights":false`,
		`"target_modules":"(?:.*?(?:self_attn|mlp).*?(?:q_proj|down_proj).*?)"`,
		`"modules_to_save":[]`,
	} {
		if err := load(keys); err != nil {
			t.Errorf("%s: %v", keys, err)
		}
	}
	for name, value := range map[string]string{
		"use_dora": "true", "use_rslora": "true", "lora_bias": "true", "use_qalora": "true", "bias": `"lora_only"`, "modules_to_save": `["embed_tokens","lm_head"]`,
		"rank_pattern": `{"q_proj":4}`, "alpha_pattern": `{"q_proj":8}`, "layer_replication": "[[0,1]]", "alora_invocation_tokens": "[1]", "init_lora_weights": `"olora"`,
	} {
		if err := load(`"` + name + `":` + value); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v, want an error that names it", name, err)
		}
	}
}
