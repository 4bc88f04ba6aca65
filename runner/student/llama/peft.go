package llama

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/student/llama/safetensors"
)

// adapterConfig is PEFT's adapter_config.json as far as it matters here.
type adapterConfig struct {
	PeftType       string         `json:"peft_type"`
	TaskType       string         `json:"task_type"`
	Base           string         `json:"base_model_name_or_path"`
	Rank           int            `json:"r"`
	Alpha          float64        `json:"lora_alpha"`
	Dropout        float64        `json:"lora_dropout"`
	Targets        any            `json:"target_modules"` // a list, or an expression
	Bias           string         `json:"bias"`
	FanInFanOut    bool           `json:"fan_in_fan_out"`
	UseRSLoRA      bool           `json:"use_rslora"`
	UseDoRA        bool           `json:"use_dora"`
	LoRABias       bool           `json:"lora_bias"`
	ModulesToSave  []string       `json:"modules_to_save"`
	RankPattern    map[string]int `json:"rank_pattern"`
	AlphaPattern   map[string]any `json:"alpha_pattern"`
	InferenceMode  bool           `json:"inference_mode"`
	InitLoRA       any            `json:"init_lora_weights"`
	LayersToChange any            `json:"layers_to_transform"`
	Activation     any            `json:"alora_invocation_tokens,omitempty"`
	Replication    any            `json:"layer_replication,omitempty"`
	UseQALoRA      bool           `json:"use_qalora,omitempty"`
}

// changesBase reports whether the adapter's first values were taken out of the
// base's weights (PiSSA, CorDA, OLoRA, LoftQ and others), which PEFT then changes
// again when it loads the adapter. Initial values of other kinds leave no trace.
func (c adapterConfig) changesBase() bool {
	kind, named := c.InitLoRA.(string)
	return named && !slices.Contains([]string{"gaussian", "orthogonal", "eva"}, strings.ToLower(kind))
}

// unsupported names the first key by which the adapter computes something else.
func (c adapterConfig) unsupported() string {
	for _, k := range []struct {
		name string
		set  bool
	}{
		{"use_rslora", c.UseRSLoRA}, {"use_dora", c.UseDoRA}, {"lora_bias", c.LoRABias}, {"fan_in_fan_out", c.FanInFanOut},
		{"use_qalora", c.UseQALoRA}, {"bias", c.Bias != "" && c.Bias != "none"}, {"init_lora_weights", c.changesBase()},
		{"alora_invocation_tokens", c.Activation != nil}, {"layer_replication", c.Replication != nil},
		{"modules_to_save", len(c.ModulesToSave) > 0}, {"rank_pattern", len(c.RankPattern) > 0}, {"alpha_pattern", len(c.AlphaPattern) > 0},
	} {
		if k.set {
			return k.name
		}
	}
	return ""
}

// Save writes adapter_config.json and adapter_model.safetensors as PEFT does,
// creating dir. baseName is what the config names as the base model.
func (a *Adapter) Save(dir, baseName string) error {
	config, err := json.MarshalIndent(adapterConfig{
		PeftType: "LORA", TaskType: "CAUSAL_LM", Base: baseName, Rank: a.Rank, Alpha: a.Alpha, Bias: "none",
		Targets:     []string{"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"},
		RankPattern: map[string]int{}, AlphaPattern: map[string]any{}, InferenceMode: true, InitLoRA: true,
	}, "", "  ")
	if err != nil {
		return fmt.Errorf("%s: %w", adapterConfigFile, err)
	}
	weights, err := safetensors.Marshal(exported(a.tensors()))
	if err != nil {
		return err
	}
	return writeFiles(dir, []fileContent{{adapterFile, weights}, {adapterConfigFile, config}})
}

// tensors lists the adapter's weights under PEFT's names, as copies.
func (a *Adapter) tensors() []tensor {
	var list []tensor
	for l := range a.layers {
		for s := range siteCount {
			out, in := a.config.shape(s)
			prefix := fmt.Sprintf("base_model.model.model.layers.%d.%s.lora_", l, siteNames[s])
			b := make([]float32, out*a.Rank)
			transpose(b, a.layers[l].bT[s], a.Rank, out)
			list = append(list,
				tensor{prefix + "A.weight", []int{a.Rank, in}, slices.Clone(a.a(l, s))},
				tensor{prefix + "B.weight", []int{out, a.Rank}, b})
		}
	}
	return list
}

// assign takes the adapter's weights from tensors listed as tensors lists them.
func (a *Adapter) assign(list []tensor) {
	for l := range a.layers {
		for s := range siteCount {
			out, _ := a.config.shape(s)
			copy(a.a(l, s), list[0].data)
			transpose(a.layers[l].bT[s], list[1].data, out, a.Rank)
			list = list[2:]
		}
	}
}

// transpose writes the [columns, rows] transpose of src [rows, columns].
func transpose(dst, src []float32, rows, columns int) {
	for i := range rows {
		for j := range columns {
			dst[j*rows+i] = src[i*columns+j]
		}
	}
}

// LoadAdapter reads an adapter of some or all linear layers of m; the others
// are left as they are. PEFT's variants that compute something else (rsLoRA,
// DoRA, biases, patterns, further modules) are an error.
func LoadAdapter(fsys fs.FS, m *Model) (*Adapter, error) {
	a, err := loadAdapter(fsys, m)
	if err != nil {
		return nil, results.Bad(fmt.Errorf("load adapter: %w", err))
	}
	return a, nil
}

func loadAdapter(fsys fs.FS, m *Model) (*Adapter, error) {
	data, err := readFile(fsys, adapterConfigFile)
	if err != nil {
		return nil, err
	}
	var c adapterConfig
	if err := json.Unmarshal(data, &c); err != nil {
		return nil, fmt.Errorf("%s: %w", adapterConfigFile, err)
	}
	switch {
	case c.PeftType != "LORA":
		return nil, fmt.Errorf("%s: peft_type is %q, want LORA", adapterConfigFile, c.PeftType)
	case c.Rank < 1 || c.Rank > maxRank || !(c.Alpha > 0 && c.Alpha < 1e6):
		return nil, fmt.Errorf("%s: rank %d or alpha %v is out of range", adapterConfigFile, c.Rank, c.Alpha)
	}
	if key := c.unsupported(); key != "" {
		return nil, fmt.Errorf("%s: %s asks for a variant of LoRA that is not supported", adapterConfigFile, key)
	}
	data, err = readFile(fsys, adapterFile)
	if err != nil {
		return nil, err
	}
	f, err := safetensors.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", adapterFile, err)
	}
	for _, name := range f.Names() { // before a lie asks for memory
		if shape, _ := f.Shape(name); strings.HasSuffix(name, ".lora_A.weight") && (len(shape) != 2 || shape[0] != c.Rank) {
			return nil, fmt.Errorf("%s: tensor %q has shape %v for rank %d", adapterFile, name, shape, c.Rank)
		}
	}
	a := newAdapter(m.Config, c.Rank, c.Alpha)
	list := a.tensors()
	there, err := present(list, f.Names())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", adapterFile, err)
	}
	if err := readTensors(f, f.Names(), there); err != nil {
		return nil, fmt.Errorf("%s: %w", adapterFile, err)
	}
	a.assign(list)
	return a, nil
}

// present lists the tensors that are among the names: of every layer both A and
// B or neither, and at least one layer.
func present(list []tensor, names []string) (there []tensor, err error) {
	for ; len(list) > 0; list = list[2:] {
		a, b := slices.Contains(names, list[0].name), slices.Contains(names, list[1].name)
		if a != b {
			return nil, fmt.Errorf("one of %q and %q is missing", list[0].name, list[1].name)
		}
		if a {
			there = append(there, list[:2]...)
		}
	}
	if len(there) == 0 {
		return nil, errors.New("no tensor of a linear layer of this model")
	}
	return there, nil
}
