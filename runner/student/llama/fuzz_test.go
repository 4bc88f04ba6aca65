package llama

import (
	"testing"
	"testing/fstest"

	"github.com/autodatabench/autodatabench/runner/student/llama/safetensors"
)

// FuzzConfig reads hostile config.json files; what is accepted is written so
// that it reads the same.
func FuzzConfig(f *testing.F) {
	data, err := tiny(true).marshal()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"model_type": "llama", "hidden_size": 8, "rope_theta": 1e4, "rope_scaling": null, "eos_token_id": [1, 2], "head_dim": null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := parseConfig(data)
		if err != nil {
			return
		}
		written, err := c.marshal()
		if err != nil {
			t.Fatal(err)
		}
		if again, err := parseConfig(written); err != nil || again != c {
			t.Fatalf("%+v is read as %+v, %v", c, again, err)
		}
	})
}

// FuzzLoadAdapter reads hostile adapters; what is accepted merges.
func FuzzLoadAdapter(f *testing.F) {
	m := loud(tiny(true))
	a := newAdapter(m.Config, 1, 2)
	weights, err := safetensors.Marshal(exported(a.tensors()[:2]))
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(`{"peft_type": "LORA", "r": 1, "lora_alpha": 2, "bias": "none"}`), weights)
	f.Add([]byte(`{"peft_type": "LORA", "r": 1000, "lora_alpha": 1e-300, "rank_pattern": {}}`), weights)
	f.Fuzz(func(t *testing.T, config, weights []byte) {
		a, err := LoadAdapter(fstest.MapFS{adapterConfigFile: {Data: config}, adapterFile: {Data: weights}}, m)
		if err == nil {
			m.Merged(a)
		}
	})
}
