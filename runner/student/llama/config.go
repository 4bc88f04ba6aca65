package llama

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
)

// Config is the shape of a Llama, under Hugging Face's names.
type Config struct {
	VocabSize     int     `json:"vocab_size"`
	Hidden        int     `json:"hidden_size"`
	Intermediate  int     `json:"intermediate_size"`
	Layers        int     `json:"num_hidden_layers"`
	Heads         int     `json:"num_attention_heads"`
	KVHeads       int     `json:"num_key_value_heads"`
	HeadDim       int     `json:"head_dim"`
	MaxPositions  int     `json:"max_position_embeddings"`
	NormEps       float64 `json:"rms_norm_eps"`
	RopeTheta     float64 `json:"rope_theta"`
	TieEmbeddings bool    `json:"tie_word_embeddings"`
	BOS           TokenID `json:"bos_token_id"`
	EOS           TokenID `json:"eos_token_id"`
}

// TokenID is a token's number. In a file it may be a list, of which the last is
// taken (Llama 3 Instruct lists the end of a turn last), or null for none, 0.
type TokenID int

// UnmarshalJSON accepts a number, a list of numbers or null.
func (t *TokenID) UnmarshalJSON(data []byte) error {
	var list []int
	if json.Unmarshal(data, &list) == nil {
		*t = 0
		if len(list) > 0 {
			*t = TokenID(list[len(list)-1])
		}
		return nil
	}
	return json.Unmarshal(data, (*int)(t))
}

// maxContext bounds the rotary tables, and with them the length of a row.
const maxContext = 8192

// Context is the longest row, in tokens.
func (c Config) Context() int { return min(c.MaxPositions, maxContext) }

// Validate reports the first field that makes no model.
func (c Config) Validate() error {
	for _, f := range []struct {
		name       string
		value, max int
	}{
		{"vocab_size", c.VocabSize, 1 << 20}, {"hidden_size", c.Hidden, 1 << 14},
		{"intermediate_size", c.Intermediate, 1 << 16}, {"num_hidden_layers", c.Layers, 1 << 8},
		{"num_attention_heads", c.Heads, 1 << 8}, {"num_key_value_heads", c.KVHeads, 1 << 8},
		{"head_dim", c.HeadDim, 1 << 10}, {"max_position_embeddings", c.MaxPositions, 1 << 24},
	} {
		if f.value <= 0 || f.value > f.max {
			return fmt.Errorf("%s: %d is not between 1 and %d", f.name, f.value, f.max)
		}
	}
	switch {
	case c.Heads%c.KVHeads != 0:
		return fmt.Errorf("num_key_value_heads: %d does not divide num_attention_heads %d", c.KVHeads, c.Heads)
	case c.HeadDim%2 != 0:
		return fmt.Errorf("head_dim: %d is odd", c.HeadDim)
	case !(c.NormEps > 0) || !(c.RopeTheta > 0):
		return errors.New("rms_norm_eps and rope_theta: must be positive")
	case c.size() > math.MaxInt32:
		return fmt.Errorf("%d weights are too many for this package", c.size())
	}
	return nil
}

// rotary is transformers' rope_parameters (5) or rope_scaling (4).
type rotary struct {
	Theta   float64 `json:"rope_theta,omitempty"`
	Type    string  `json:"rope_type,omitempty"`
	OldType string  `json:"type,omitempty"`
}

func (r rotary) plain() bool {
	return (r.Type == "" || r.Type == "default") && (r.OldType == "" || r.OldType == "default")
}

// parseConfig reads config.json; what Llama's file may leave out gets the
// default of transformers.
func parseConfig(data []byte) (Config, error) {
	var file struct {
		Config
		ModelType     string `json:"model_type"`
		Activation    string `json:"hidden_act"`
		AttentionBias bool   `json:"attention_bias"`
		MLPBias       bool   `json:"mlp_bias"`
		Quantization  any    `json:"quantization_config"`
		Rope          rotary `json:"rope_parameters"`
		Scaling       rotary `json:"rope_scaling"`
	}
	file.NormEps, file.MaxPositions = 1e-6, 2048
	if err := json.Unmarshal(data, &file); err != nil {
		return Config{}, err
	}
	switch {
	case file.ModelType != "llama":
		return Config{}, fmt.Errorf("model_type is %q, want llama", file.ModelType)
	case file.Activation != "" && file.Activation != "silu":
		return Config{}, fmt.Errorf("hidden_act %q is not supported", file.Activation)
	case file.AttentionBias || file.MLPBias:
		return Config{}, errors.New("biases are not supported")
	case file.Quantization != nil:
		return Config{}, errors.New("quantised weights are not supported")
	case !file.Rope.plain() || !file.Scaling.plain():
		return Config{}, errors.New("scaled rotary positions are not supported")
	}
	c := file.Config
	if file.Rope.Theta != 0 {
		c.RopeTheta = file.Rope.Theta
	}
	if c.RopeTheta == 0 {
		c.RopeTheta = 10_000
	}
	if c.KVHeads == 0 {
		c.KVHeads = c.Heads
	}
	if c.HeadDim == 0 && c.Heads > 0 {
		c.HeadDim = c.Hidden / c.Heads
	}
	return c, c.Validate()
}

// marshal writes config.json for transformers 4 and 5.
func (c Config) marshal() ([]byte, error) {
	return json.MarshalIndent(struct {
		Architectures []string `json:"architectures"`
		ModelType     string   `json:"model_type"`
		Activation    string   `json:"hidden_act"`
		AttentionBias bool     `json:"attention_bias"`
		MLPBias       bool     `json:"mlp_bias"`
		DType         string   `json:"torch_dtype"`
		Rope          rotary   `json:"rope_parameters"`
		Config
	}{
		Architectures: []string{"LlamaForCausalLM"}, ModelType: "llama", Activation: "silu", DType: "float32",
		Rope: rotary{Theta: c.RopeTheta, Type: "default"}, Config: c,
	}, "", "  ")
}

func (c Config) attentionScale() float32 { return float32(1 / math.Sqrt(float64(c.HeadDim))) }
