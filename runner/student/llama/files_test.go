package llama

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/runner/student/llama/safetensors"
)

// expected is what transformers and peft compute with testdata/parity.
type expected struct {
	Question, Answer string
	IDs              []int
	AnswerFrom       int       `json:"answer_from"`
	LogProbs         []float64 `json:"log_probs"`
	Adapter          []float64 `json:"adapter_log_probs"`
	BF16             []float64 `json:"bf16_log_probs"`
	F16              []float64 `json:"f16_log_probs"`
	Greedy           []int
}

func parity(t *testing.T) (fs.FS, expected) {
	t.Helper()
	files := os.DirFS("testdata/parity")
	data, err := fs.ReadFile(files, "expected.json")
	if err != nil {
		t.Fatal(err)
	}
	var e expected
	if err := json.Unmarshal(data, &e); err != nil {
		t.Fatal(err)
	}
	return files, e
}

// sameLogProbs compares every token's log-probability.
func sameLogProbs(t *testing.T, m *Model, ids []int, want []float64) {
	t.Helper()
	rows := make([]Example, len(ids)-1)
	for i := range rows {
		rows[i] = Example{ids[:i+2], make([]float32, i+2)}
		rows[i].Weights[i+1] = 1
	}
	got, err := m.LogProbs(context.Background(), rows)
	if err != nil {
		t.Fatal(err)
	}
	for i := range want {
		if math.Abs(got[i]-want[i]) > 1e-4 {
			t.Errorf("log-probability of token %d is %.6f, transformers has %.6f", i+1, got[i], want[i])
		}
	}
}

func TestLoadAgreesWithTransformers(t *testing.T) {
	files, want := parity(t)
	m, tok, err := Load(files)
	if err != nil {
		t.Fatal(err)
	}
	ids, from := tok.ChatRow(want.Question, want.Answer)
	if diff := cmp.Diff(want.IDs, ids); diff != "" || from != want.AnswerFrom {
		t.Errorf("the answer begins at %d, want %d; tokens (-transformers +ours):\n%s", from, want.AnswerFrom, diff)
	}
	sameLogProbs(t, m, want.IDs, want.LogProbs)
	got, err := m.Generate(context.Background(), [][]int{want.IDs[:from]}, GenOptions{MaxTokens: 20, Stop: []int{tok.EOT()}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.Greedy, got[0]); diff != "" {
		t.Errorf("greedy answer (-transformers +ours):\n%s", diff)
	}
	adapterFiles, err := fs.Sub(files, "adapter")
	if err != nil {
		t.Fatal(err)
	}
	a, err := LoadAdapter(adapterFiles, m)
	if err != nil {
		t.Fatal(err)
	}
	sameLogProbs(t, m.Merged(a), want.IDs, want.Adapter)
}

func TestLoadReadsHalfPrecision(t *testing.T) {
	files, want := parity(t)
	for name, logProbs := range map[string][]float64{"bf16": want.BF16, "f16": want.F16} {
		t.Run(name, func(t *testing.T) {
			folder := copyOf(t, files)
			for _, file := range []string{"config.json", "model.safetensors"} {
				data, err := fs.ReadFile(files, name+"/"+file)
				if err != nil {
					t.Fatal(err)
				}
				folder[file] = &fstest.MapFile{Data: data}
			}
			m, _, err := Load(folder)
			if err != nil {
				t.Fatal(err)
			}
			sameLogProbs(t, m, want.IDs, logProbs)
		})
	}
}

// copyOf is a model's folder in memory.
func copyOf(t *testing.T, files fs.FS) fstest.MapFS {
	t.Helper()
	folder := fstest.MapFS{}
	for _, name := range []string{"config.json", "model.safetensors", "tokenizer.json"} {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			t.Fatal(err)
		}
		folder[name] = &fstest.MapFile{Data: data}
	}
	return folder
}

func TestSaveAndLoad(t *testing.T) {
	tok := TrainTokenizer(slices.Values([]string{"what is the answer to the question"}), 290, ChatSpecials())
	for _, tied := range []bool{true, false} {
		c := tiny(tied)
		c.VocabSize, c.BOS, c.EOS = tok.Size(), TokenID(tok.BOS()), TokenID(tok.EOT())
		m := loud(c)
		dir := filepath.Join(t.TempDir(), "model")
		if err := m.Save(dir, tok); err != nil {
			t.Fatal(err)
		}
		got, gotTok, err := Load(os.DirFS(dir))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c, got.Config); diff != "" {
			t.Errorf("config (-saved +loaded):\n%s", diff)
		}
		if !slices.Equal(m.flat, got.flat) {
			t.Error("the weights differ")
		}
		const text = "What is the answer? 42"
		if !slices.Equal(tok.ChatPrompt(text), gotTok.ChatPrompt(text)) {
			t.Error("the tokenizer differs")
		}
	}
}

func TestAdapterSaveLoadMerge(t *testing.T) {
	m := loud(tiny(true))
	rows := rowsOf(m.Config, 16, 8, 7)
	a := mustTrain(t, m, rows, recipe)
	dir := filepath.Join(t.TempDir(), "adapter")
	if err := a.Save(dir, "base"); err != nil {
		t.Fatal(err)
	}
	got, err := LoadAdapter(os.DirFS(dir), m)
	if err != nil {
		t.Fatal(err)
	}
	if got.Rank != a.Rank || got.Alpha != a.Alpha || !slices.Equal(got.flat, a.flat) {
		t.Error("the adapter differs after saving and loading")
	}
	merged := m.Merged(a)
	if !slices.Equal(merged.flat, m.Merged(got).flat) {
		t.Error("the merged models differ")
	}
	// One weight by hand: W + alpha/rank B A.
	l, s, out, in := 1, siteUp, 3, 5
	_, width := m.Config.shape(s)
	rows32, _ := m.Config.shape(s)
	want := float64(m.layers[l].linear[s][out*width+in])
	for r := range a.Rank {
		want += a.Alpha / float64(a.Rank) * float64(a.layers[l].bT[s][r*rows32+out]) * float64(a.a(l, s)[r*width+in])
	}
	if got := float64(merged.layers[l].linear[s][out*width+in]); math.Abs(got-want) > 1e-5 {
		t.Errorf("merged weight %v, want %v", got, want)
	}
	fresh := newAdapter(m.Config, 2, 4)
	fresh.initialise(1)
	if !slices.Equal(m.flat, m.Merged(fresh).flat) {
		t.Error("an untrained adapter changes the model")
	}
}

func TestLoadRefuses(t *testing.T) {
	files, _ := parity(t)
	for _, c := range []struct{ name, file, old, new string }{
		{"another architecture", "config.json", `"model_type": "llama"`, `"model_type": "gemma"`},
		{"heads that do not divide", "config.json", `"num_key_value_heads": 2`, `"num_key_value_heads": 3`},
		{"width of the file", "config.json", `"hidden_size": 32`, `"hidden_size": 64`},
		{"layers beyond the file", "config.json", `"num_hidden_layers": 2`, `"num_hidden_layers": 3`},
		{"layers short of the file", "config.json", `"num_hidden_layers": 2`, `"num_hidden_layers": 1`},
		{"huge", "config.json", `"vocab_size": 340`, `"vocab_size": 1000000`},
		{"absurd", "config.json", `"hidden_size": 32`, `"hidden_size": 99999999999`},
		{"negative", "config.json", `"intermediate_size": 48`, `"intermediate_size": -48`},
		{"scaled positions", "config.json", `"rope_type": "default"`, `"rope_type": "llama3"`},
		{"biases", "config.json", `"attention_bias": false`, `"attention_bias": true`},
		{"activation", "config.json", `"silu"`, `"gelu"`},
		{"vocabulary short of the tokenizer", "config.json", `"vocab_size": 340`, `"vocab_size": 300`},
		{"no JSON", "config.json", `{`, ``},
		{"no end of turn", "tokenizer.json", `<|eot_id|>`, `<|eot|>`},
		{"tensor of another name", "model.safetensors", `model.norm.weight`, `model.norm.weighs`},
		{"tensor of another type", "model.safetensors", `"F32"`, `"F64"`},
	} {
		folder := copyOf(t, files)
		old := string(folder[c.file].Data)
		changed := strings.ReplaceAll(old, c.old, c.new)
		if changed == old {
			t.Errorf("%s: %q is not in %s", c.name, c.old, c.file)
		}
		folder[c.file] = &fstest.MapFile{Data: []byte(changed)}
		if _, _, err := Load(folder); err == nil {
			t.Errorf("%s: no error", c.name)
		}
	}
	for name, c := range map[string]struct {
		file string
		data func(old []byte) []byte
		says string
	}{
		"cut header":       {weightsFile, func(old []byte) []byte { return old[:100] }, "a header of"},
		"cut data":         {weightsFile, func(old []byte) []byte { return old[:len(old)-1] }, "offsets"},
		"nothing":          {weightsFile, func([]byte) []byte { return nil }, "0 bytes"},
		"several files":    {indexFile, func([]byte) []byte { return []byte("{}") }, "several files"},
		"quantised":        {configFile, func(old []byte) []byte { return append([]byte(`{"quantization_config": {},`), old[1:]...) }, "quantised"},
		"quantised tensor": {weightsFile, func(old []byte) []byte { return bytes.Replace(old, []byte(`"F32"`), []byte(`"I8" `), 1) }, "quantised"},
		"no number":        {weightsFile, func(old []byte) []byte { return append(old[:len(old)-4:len(old)-4], 0, 0, 0xc0, 0x7f) }, "NaN"},
		"no merges":        {tokenizerFile, func(old []byte) []byte { return bytes.Replace(old, []byte(`"merges"`), []byte(`"other"`), 1) }, "merges are missing"},
	} {
		folder := copyOf(t, files)
		var old []byte
		if f := folder[c.file]; f != nil {
			old = f.Data
		}
		folder[c.file] = &fstest.MapFile{Data: c.data(old)}
		if _, _, err := Load(folder); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v, want one that says %q", name, err, c.says)
		}
	}
	for name := range copyOf(t, files) {
		folder := copyOf(t, files)
		delete(folder, name)
		if _, _, err := Load(folder); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("without %s: error %v", name, err)
		}
	}
}

// An adapter of some layers leaves the others as they are.
func TestAdapterOfSomeLayers(t *testing.T) {
	m := loud(tiny(true))
	whole := newAdapter(m.Config, 2, 4)
	for i := range whole.flat {
		whole.flat[i] = float32(i%7) - 3
	}
	dir := t.TempDir()
	if err := whole.Save(dir, "base"); err != nil {
		t.Fatal(err)
	}
	var some []tensor
	for _, part := range whole.tensors() {
		if strings.Contains(part.name, "v_proj") {
			some = append(some, part)
		}
	}
	weights, err := safetensors.Marshal(exported(some))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, adapterFile), weights, 0o644); err != nil {
		t.Fatal(err)
	}
	a, err := LoadAdapter(os.DirFS(dir), m)
	if err != nil {
		t.Fatal(err)
	}
	with, full := m.Merged(a), m.Merged(whole)
	for l := range m.layers {
		for s := range siteCount {
			want := m.layers[l].linear[s]
			if s == siteV {
				want = full.layers[l].linear[s]
			}
			if !slices.Equal(with.layers[l].linear[s], want) {
				t.Errorf("layer %d, %s: not as it should be", l, siteNames[s])
			}
		}
	}
}

func TestLoadAdapterRefuses(t *testing.T) {
	m := loud(tiny(true))
	a := newAdapter(m.Config, 2, 4)
	dir := t.TempDir()
	if err := a.Save(dir, "base"); err != nil {
		t.Fatal(err)
	}
	config, err := os.ReadFile(filepath.Join(dir, adapterConfigFile))
	if err != nil {
		t.Fatal(err)
	}
	weights, err := os.ReadFile(filepath.Join(dir, adapterFile))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, old, new string }{
		{"rank", `"r": 2`, `"r": 3`}, {"huge rank", `"r": 2`, `"r": 1000`}, {"no rank", `"r": 2`, `"r": 0`},
		{"alpha", `"lora_alpha": 4`, `"lora_alpha": 0`}, {"DoRA", `"use_dora": false`, `"use_dora": true`},
		{"PiSSA", `"init_lora_weights": true`, `"init_lora_weights": "pissa_niter_16"`},
		{"repeated layers", `"use_dora": false`, `"layer_replication": [[0, 1]]`},
		{"rsLoRA", `"use_rslora": false`, `"use_rslora": true`}, {"kind", `"LORA"`, `"IA3"`},
		{"biases", `"bias": "none"`, `"bias": "all"`}, {"modules", `"modules_to_save": null`, `"modules_to_save": ["lm_head"]`},
	} {
		changed := strings.Replace(string(config), c.old, c.new, 1)
		if changed == string(config) {
			t.Errorf("%s: %q is not in the file", c.name, c.old)
		}
		folder := fstest.MapFS{adapterConfigFile: {Data: []byte(changed)}, adapterFile: {Data: weights}}
		if _, err := LoadAdapter(folder, m); err == nil {
			t.Errorf("%s: no error", c.name)
		}
	}
	data := func(list []tensor) fstest.MapFS {
		t.Helper()
		weights, err := safetensors.Marshal(exported(list))
		if err != nil {
			t.Fatal(err)
		}
		return fstest.MapFS{adapterConfigFile: {Data: config}, adapterFile: {Data: weights}}
	}
	all := a.tensors()
	for name, list := range map[string][]tensor{
		"A without B": all[:3], "no layer": nil, "another module": append(all[:2:2], tensor{"lm_head.lora_A.weight", []int{2, 1}, make([]float32, 2)}),
		"another rank than the config's": newAdapter(m.Config, 3, 4).tensors(),
		"no number":                      {all[0], {all[1].name, all[1].shape, slices.Repeat([]float32{float32(math.NaN())}, len(all[1].data))}},
	} {
		if _, err := LoadAdapter(data(list), m); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	wide := tiny(true)
	wide.Intermediate += 4
	folder := fstest.MapFS{adapterConfigFile: {Data: config}, adapterFile: {Data: weights}}
	if _, err := LoadAdapter(folder, loud(wide)); err == nil {
		t.Error("an adapter of another shape: no error")
	}
}

func TestConfigRoundTrip(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       func(*Config)
	}{
		{"version 4", `"rope_theta": 500000.0, "rope_scaling": null`, func(c *Config) { c.RopeTheta = 500_000 }},
		{"version 5", `"rope_parameters": {"rope_type": "default", "rope_theta": 7000.0}`, func(c *Config) { c.RopeTheta = 7000 }},
		{"no theta", `"eos_token_id": [5, 9]`, func(c *Config) { c.EOS = 9 }},
		{"null token", `"bos_token_id": null`, func(*Config) {}},
	} {
		want := Config{VocabSize: 10, Hidden: 8, Intermediate: 6, Layers: 1, Heads: 2, KVHeads: 2, HeadDim: 4, MaxPositions: 2048, NormEps: 1e-6, RopeTheta: 10_000}
		c.want(&want)
		got, err := parseConfig([]byte(`{"model_type": "llama", "vocab_size": 10, "hidden_size": 8, "intermediate_size": 6,
			"num_hidden_layers": 1, "num_attention_heads": 2, ` + c.text + `}`))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
		data, err := got.marshal()
		if err != nil {
			t.Fatal(err)
		}
		if again, err := parseConfig(data); err != nil || again != got {
			t.Errorf("%s: written and read: %+v, %v", c.name, again, err)
		}
	}
}
