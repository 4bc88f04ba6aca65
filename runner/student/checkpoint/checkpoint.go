// Package checkpoint reads facts about a base model that back ends outside this
// process need before they load it. The model is a folder of Hugging Face files,
// given by its path or by its name in the hub's cache.
//
// The package is not for loading weights (package llama does, for small models), and
// it fetches nothing. Invariant: the digest covers the same bytes as the embedded
// student's, so that an exported student keeps its digest.
package checkpoint

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/lfs"
)

// longest bounds the context that is used of a model, in tokens (protocol.md section 7).
const longest = 8_192

const adapterFile = "adapter_model.safetensors"

// Model is a base model on disk.
type Model struct {
	Name    string // in the record
	Folder  string
	Context int    // tokens of prompt and answer together
	Digest  string // sha256 over the base weights and the tokenizer, hexadecimal
}

// Open finds and reads the model: the path of a folder, or a name of the hub such
// as meta-llama/Llama-3.1-8B-Instruct, looked for in the folder cache. It reads
// all of the weights, if they are great only once: the folder kept, unless that is
// empty, has their digests.
func Open(model, cache, kept string) (Model, error) {
	m := Model{Name: filepath.Base(filepath.Clean(model))}
	var err error
	if m.Folder, err = find(model, cache); err != nil {
		return m, err
	}
	if m.Context, err = context(m.Folder); err != nil {
		return m, err
	}
	files, err := digested(m.Folder)
	if err != nil {
		return m, err
	}
	m.Digest, err = keptDigest(files, kept)
	return m, err
}

func find(model, cache string) (string, error) {
	if info, err := os.Stat(model); err == nil && info.IsDir() {
		return filepath.Abs(model)
	}
	held := filepath.Join(cache, "models--"+strings.ReplaceAll(model, "/", "--"))
	revision, err := os.ReadFile(filepath.Join(held, "refs", "main"))
	if err != nil {
		return "", results.Infra(fmt.Errorf("student: the model %q is no folder, and not in %s", model, cache),
			"student.model names a folder, or a model that `hf download` has fetched")
	}
	return filepath.Abs(filepath.Join(held, "snapshots", filepath.Base(strings.TrimSpace(string(revision)))))
}

func context(folder string) (int, error) {
	data, err := os.ReadFile(filepath.Join(folder, "config.json"))
	if err != nil {
		return 0, results.Infra(fmt.Errorf("student: %w", err), "student.model names a folder of Hugging Face files")
	}
	var config struct {
		Positions int `json:"max_position_embeddings"`
	}
	if err := decodeConfig(data, &config); err != nil {
		return 0, results.Bad(fmt.Errorf("student: %s: %w", folder, err))
	}
	if config.Positions < 32 {
		return 0, results.Bad(fmt.Errorf("student: %s: config.json has no usable max_position_embeddings, got %d", folder, config.Positions))
	}
	return min(config.Positions, longest), nil
}

// decodeConfig reads config.json as far as v goes.
func decodeConfig(data []byte, v any) error {
	const name = "config.json"
	if err := lfs.Check(name, data); err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// digested are the files that the digest is over, in their order.
func digested(folder string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.safetensors"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, results.Infra(fmt.Errorf("student: %s holds no weights", folder), "weights must be in the safetensors format")
	}
	slices.Sort(files)
	files = append(files, filepath.Join(folder, "tokenizer.json"))
	for _, path := range files {
		if err := lfs.CheckFile(path); err != nil {
			return nil, results.Bad(fmt.Errorf("student: %w", err))
		}
	}
	return files, nil
}

func digest(files []string) (string, error) {
	sum := sha256.New()
	for _, path := range files {
		if err := add(sum, path); err != nil {
			return "", results.Infra(fmt.Errorf("student: %w", err))
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// CheckAdapter reports whether the folder holds an adapter.
func CheckAdapter(dir string) error {
	for _, name := range []string{"adapter_config.json", adapterFile} {
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); err != nil {
			return results.Bad(fmt.Errorf("adapter: %w", err))
		}
		if err := lfs.CheckFile(path); err != nil {
			return results.Bad(fmt.Errorf("adapter: %w", err))
		}
	}
	return nil
}

// DigestAdapter is the sha256 of the adapter's weights, hexadecimal.
func DigestAdapter(dir string) (string, error) {
	sum := sha256.New()
	if err := add(sum, filepath.Join(dir, adapterFile)); err != nil {
		return "", results.Infra(fmt.Errorf("read the adapter back: %w", err))
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

func add(w io.Writer, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(w, f)
	return err
}

// MostNewTokens is how long an answer may be: half of the context.
func (m Model) MostNewTokens() int { return m.Context / 2 }

// CheckRecipe reports what no back end can do with the model.
func (m Model) CheckRecipe(r results.Recipe) error {
	switch {
	case r.Rank <= 0 || r.Alpha <= 0 || r.LearningRate <= 0 || r.Epochs <= 0 || r.BatchRows <= 0:
		return errors.New("recipe: rank, alpha, learning rate, epochs and batch rows must be positive")
	case r.Precision != "float32" && r.Precision != "bf16":
		return fmt.Errorf("recipe: unknown precision %q: want bf16 or float32", r.Precision)
	case r.CutoffTokens < 16 || r.CutoffTokens > m.Context:
		return fmt.Errorf("recipe: cutoff tokens must be 16 to %d, got %d", m.Context, r.CutoffTokens)
	}
	return nil
}

// CheckDevice reports whether a student on the device can run on this machine.
func CheckDevice(device string) error {
	if device == "cpu" {
		return nil
	}
	if _, err := os.Stat("/dev/nvidiactl"); err != nil {
		return results.Infra(errors.New("student: there is no NVIDIA GPU on this machine"), "student.device: cpu runs it on processors, for models that are small")
	}
	return nil
}
