//go:build parity

package llama

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// smallLlama is a LlamaConfig's arguments: the shape with the changes.
func smallLlama(tok *Tokenizer, changes Args) Args {
	c := Args{
		"vocab_size": tok.Size(), "hidden_size": 48, "intermediate_size": 80, "num_hidden_layers": 2, "num_attention_heads": 4,
		"num_key_value_heads": 4, "max_position_embeddings": 256, "rms_norm_eps": 1e-5, "initializer_range": 0.2,
		"tie_word_embeddings": false, "bos_token_id": tok.BOS(), "eos_token_id": tok.EOT(),
	}
	for name, value := range changes {
		c[name] = value
	}
	return c
}

// makeLlama lets transformers save a random Llama beside the tokenizer.
func makeLlama(t *testing.T, tok *Tokenizer, changes Args, dtype, shard string) (folder string) {
	t.Helper()
	folder = t.TempDir()
	StartReference(t).Ask(t, "make", Args{"folder": folder, "config": smallLlama(tok, changes), "dtype": dtype, "seed": 5, "shard": shard}, nil)
	data, err := tok.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, tokenizerFile), data, 0o644); err != nil {
		t.Fatal(err)
	}
	return folder
}

// rewriteConfig changes a folder's config.json.
func rewriteConfig(t *testing.T, folder string, change func(map[string]any)) {
	t.Helper()
	path := filepath.Join(folder, configFile)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	config := map[string]any{}
	if err := json.Unmarshal(data, &config); err != nil {
		t.Fatal(err)
	}
	change(config)
	if data, err = json.Marshal(config); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// oldRope writes the rotary base as transformers 4 does.
func oldRope(c map[string]any) {
	rope := c["rope_parameters"].(map[string]any)
	delete(c, "rope_parameters")
	c["rope_theta"], c["rope_scaling"] = rope["rope_theta"], nil
}

// Random Llamas of many shapes give the same logits and greedy answers here, with
// and without an adapter that PEFT has made.
func TestParityShapes(t *testing.T) {
	_, tok := loaded(t, embeddedFolder(t))
	r := rand.New(rand.NewPCG(1, 2))
	rows := make([][]int, 8)
	for i := range rows {
		for range 5 + r.IntN(60) {
			rows[i] = append(rows[i], r.IntN(tok.Size()))
		}
	}
	weights := make([][]float32, len(rows))
	for i, row := range rows {
		weights[i] = slices.Repeat([]float32{1}, len(row))
	}
	for _, c := range []struct {
		name    string
		changes Args
		dtype   string
		rewrite func(map[string]any)
	}{
		{"untied", Args{}, "float32", nil},
		{"tied", Args{"tie_word_embeddings": true}, "float32", nil},
		{"grouped queries", Args{"num_attention_heads": 6, "num_key_value_heads": 2, "hidden_size": 36, "head_dim": 6}, "float32", nil},
		{"one key head, wide heads", Args{"num_attention_heads": 3, "num_key_value_heads": 1, "head_dim": 32}, "float32", nil},
		{"bfloat16", Args{"num_key_value_heads": 2}, "bfloat16", nil},
		{"float16, tied", Args{"tie_word_embeddings": true}, "float16", nil},
		{"rope_parameters", Args{"rope_parameters": Args{"rope_type": "default", "rope_theta": 500_000.0}}, "float32", nil},
		{"older rope_theta", Args{"rope_parameters": Args{"rope_type": "default", "rope_theta": 321.0}}, "float32", oldRope},
		{"more tokens than the tokenizer has", Args{"vocab_size": tok.Size() + 61, "num_hidden_layers": 3}, "float32", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			folder := makeLlama(t, tok, c.changes, c.dtype, "")
			if c.rewrite != nil {
				rewriteConfig(t, folder, c.rewrite)
			}
			m, _ := loaded(t, folder)
			sameLogits(t, m, folder, "", rows)
			want := greedyThere(t, folder, "", rows[:3], 12, tok.EOT())
			for i, got := range greedyHere(t, m, rows[:3], 12, tok.EOT()) {
				if !slices.Equal(got, want[i].IDs) {
					t.Errorf("greedy answer %d is %v, transformers has %v", i, got, want[i].IDs)
				}
			}
			adapter := filepath.Join(t.TempDir(), "adapter")
			StartReference(t).Ask(t, "train", Args{
				"folder": folder, "to": adapter, "rows": rows, "weights": weights, "targets": "all-linear", "rank": 3, "alpha": 5,
				"rate": 1e-2, "updates": 3, "batch": 8, "seed": 1,
			}, nil)
			a, err := LoadAdapter(os.DirFS(adapter), m)
			if err != nil {
				t.Fatal(err)
			}
			sameLogits(t, m.Merged(a), folder, adapter, rows)
		})
	}
}

// What cannot be read is refused by name.
func TestParityRefusals(t *testing.T) {
	_, tok := loaded(t, embeddedFolder(t))
	for _, c := range []struct {
		name    string
		changes Args
		shard   string
		rewrite func(map[string]any)
		says    string
	}{
		{"several files", nil, "100KB", nil, "several files"},
		{"scaled positions", Args{"rope_parameters": Args{"rope_type": "linear", "rope_theta": 1e4, "factor": 2.0}}, "", nil, "scaled rotary positions"},
		{"biases", Args{"attention_bias": true}, "", nil, "biases"},
		{"quantised", nil, "", func(c map[string]any) {
			c["quantization_config"] = Args{"quant_method": "bitsandbytes", "load_in_8bit": true}
		}, "quantised"},
	} {
		t.Run(c.name, func(t *testing.T) {
			folder := makeLlama(t, tok, c.changes, "float32", c.shard)
			if c.rewrite != nil {
				rewriteConfig(t, folder, c.rewrite)
			}
			if _, _, err := Load(os.DirFS(folder)); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %v, want one that says %q", err, c.says)
			}
		})
	}
}
