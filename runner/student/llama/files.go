package llama

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/lfs"
	"github.com/autodatabench/autodatabench/runner/student/llama/bpe"
	"github.com/autodatabench/autodatabench/runner/student/llama/safetensors"
)

// The files of a model's folder and of an adapter's.
const (
	configFile        = "config.json"
	weightsFile       = "model.safetensors"
	indexFile         = "model.safetensors.index.json" // of a model in several files
	tokenizerFile     = "tokenizer.json"
	adapterConfigFile = "adapter_config.json"
	adapterFile       = "adapter_model.safetensors"
)

// maxModelFile bounds what is read into memory, in bytes.
const maxModelFile = 8 << 30

// Load reads a model and its tokenizer from config.json, model.safetensors and
// tokenizer.json, as transformers writes them. Tensors that a Llama of the
// config does not have are an error, as are missing ones; rotary buffers of old
// checkpoints are passed over.
func Load(fsys fs.FS) (*Model, *Tokenizer, error) {
	m, tok, err := load(fsys)
	if err != nil {
		return nil, nil, results.Bad(fmt.Errorf("load model: %w", err))
	}
	return m, tok, nil
}

func load(fsys fs.FS) (*Model, *Tokenizer, error) {
	data, err := readFile(fsys, configFile)
	if err != nil {
		return nil, nil, err
	}
	config, err := parseConfig(data)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", configFile, err)
	}
	data, err = readFile(fsys, tokenizerFile)
	if err != nil {
		return nil, nil, err
	}
	tok, err := bpe.Parse(data)
	if err != nil {
		return nil, nil, err
	}
	if tok.Size() > config.VocabSize || !tok.CanChat() {
		return nil, nil, fmt.Errorf("%s: %d tokens for a vocabulary of %d, or without the chat format's special tokens",
			tokenizerFile, tok.Size(), config.VocabSize)
	}
	if _, err := fs.Stat(fsys, indexFile); err == nil {
		return nil, nil, fmt.Errorf("%s: weights in several files are not supported; save them as one (transformers: save_pretrained with max_shard_size)", indexFile)
	}
	data, err = readFile(fsys, weightsFile)
	if err != nil {
		return nil, nil, err
	}
	m, err := parseWeights(config, data)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", weightsFile, err)
	}
	return m, tok, nil
}

// parseWeights compares sizes before it allocates, so that a config cannot ask
// for more memory than the weights' file backs.
func parseWeights(c Config, data []byte) (*Model, error) {
	f, err := safetensors.Parse(data)
	if err != nil {
		return nil, err
	}
	if c.size() > len(data)/2 {
		return nil, fmt.Errorf("%d weights in %d bytes", c.size(), len(data))
	}
	m := allocate(c)
	m.rope = newRope(c)
	names := slices.DeleteFunc(f.Names(), rotaryBuffer)
	if c.TieEmbeddings { // some writers store the tied head too
		names = slices.DeleteFunc(names, func(n string) bool { return n == "lm_head.weight" })
	}
	return m, readTensors(f, names, m.tensors())
}

// rotaryBuffer reports whether a tensor is one of the tables of rotary frequencies
// that transformers stored before version 4.32. They follow from the config.
func rotaryBuffer(name string) bool { return strings.HasSuffix(name, ".self_attn.rotary_emb.inv_freq") }

// readTensors fills the tensors with finite numbers and reports names beyond them.
func readTensors(f *safetensors.File, names []string, want []tensor) error {
	for _, t := range want {
		if err := f.Read(t.name, t.shape, t.data); err != nil {
			return err
		}
		if i := slices.IndexFunc(t.data, notFinite); i >= 0 {
			return fmt.Errorf("tensor %q holds %v", t.name, t.data[i])
		}
		names = slices.DeleteFunc(names, func(n string) bool { return n == t.name })
	}
	if len(names) > 0 {
		return fmt.Errorf("%d tensors too many, among them %q", len(names), names[0])
	}
	return nil
}

// notFinite reports whether v is an infinity or no number: only then is v-v not 0.
func notFinite(v float32) bool { return v-v != 0 }

// Save writes the model's folder for this package, transformers and vLLM,
// creating dir. A chat template makes them speak the same format.
func (m *Model) Save(dir string, tok *Tokenizer) error {
	weights, err := safetensors.Marshal(exported(m.tensors()))
	if err != nil {
		return err
	}
	config, err := m.Config.marshal()
	if err != nil {
		return fmt.Errorf("%s: %w", configFile, err)
	}
	tokenizer, err := tok.Marshal()
	if err != nil {
		return err
	}
	settings, err := json.MarshalIndent(map[string]any{
		"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": m.Config.Context(),
		"bos_token": bpe.BeginOfText, "eos_token": bpe.EndOfTurn, "pad_token": bpe.EndOfText,
		"clean_up_tokenization_spaces": false, "chat_template": chatTemplate,
	}, "", "  ")
	if err != nil {
		return fmt.Errorf("tokenizer settings: %w", err)
	}
	generation, err := json.MarshalIndent(map[string]any{"bos_token_id": m.Config.BOS, "eos_token_id": m.Config.EOS}, "", "  ")
	if err != nil {
		return fmt.Errorf("generation settings: %w", err)
	}
	return writeFiles(dir, []fileContent{
		{configFile, config}, {tokenizerFile, tokenizer}, {"tokenizer_config.json", settings},
		{"generation_config.json", generation}, {weightsFile, weights},
	})
}

// chatTemplate is [bpe.Tokenizer.ChatPrompt] in Jinja.
const chatTemplate = "{{ bos_token }}{% for message in messages %}" +
	"{{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n' + message['content'] + '<|eot_id|>' }}" +
	"{% endfor %}{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}"

func exported(tensors []tensor) []safetensors.Tensor {
	out := make([]safetensors.Tensor, len(tensors))
	for i, t := range tensors {
		out[i] = safetensors.Tensor{Name: t.name, Shape: t.shape, Data: t.data}
	}
	return out
}

type fileContent struct {
	name string
	data []byte
}

// writeFiles replaces each file of dir whole or not at all.
func writeFiles(dir string, files []fileContent) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return results.Infra(err)
	}
	for _, f := range files {
		path := filepath.Join(dir, f.name)
		if err := os.WriteFile(path+".part", f.data, 0o644); err != nil {
			return results.Infra(errors.Join(err, os.Remove(path+".part")))
		}
		if err := os.Rename(path+".part", path); err != nil {
			return results.Infra(err)
		}
	}
	return nil
}

// readFile reads a regular file of bounded size.
func readFile(fsys fs.FS, name string) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxModelFile {
		return nil, fmt.Errorf("%s: not a regular file of at most %d bytes", name, int64(maxModelFile))
	}
	data := make([]byte, 0, info.Size()+1)
	for {
		n, err := f.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		switch {
		case err == io.EOF:
			return data, lfs.Check(name, data)
		case err != nil:
			return nil, fmt.Errorf("read %s: %w", name, err)
		case len(data) == cap(data):
			return nil, fmt.Errorf("%s grew while it was read", name)
		}
	}
}
