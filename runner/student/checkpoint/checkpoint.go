// Package checkpoint reads facts about a base model that back ends outside this
// process need before they load it. The model is a folder of Hugging Face files,
// given by its path or by its name in the hub's cache.
//
// The package is not for loading weights (package llama does, for small models), and
// it fetches nothing. Invariant: the digest covers everything that decides what a back
// end trains and how it asks: weights, configuration, tokenizer and chat template.
package checkpoint

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
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
	Dated   string // the day that the chat template has for today, where it asks for one
	Digest  string // sha256 over the base weights and everything that decides how it is asked, hexadecimal
}

// Open finds and reads the model: the path of a folder, or a name of the hub such
// as meta-llama/Llama-3.1-8B-Instruct, looked for in the folder cache. It reads
// all of the weights, if they are great only once: the folder kept, unless that is
// empty, has their digests. A model whose chat template writes today's date is given in
// a folder beside kept, with a fixed one.
func Open(model, cache, kept string) (Model, error) { return open(model, cache, kept, true) }

// OpenRented is [Open] for a model whose weights are at a service: its digest is over
// what decides how it is asked.
func OpenRented(model, cache, kept string) (Model, error) { return open(model, cache, kept, false) }

func open(model, cache, kept string, weights bool) (Model, error) {
	m := Model{Name: filepath.Base(filepath.Clean(model))}
	var err error
	if m.Folder, err = find(model, cache); err != nil {
		return m, err
	}
	if m.Context, err = context(m.Folder); err != nil {
		return m, err
	}
	if err := m.fixDate(kept); err != nil {
		return m, err
	}
	files, err := digested(m.Folder, weights)
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

// deciding are the files beside the weights that decide what is trained and how it is
// asked. A model has some of them.
var deciding = []string{
	"config.json", "generation_config.json", templateFile, "chat_template.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
	"tokenizer.json", "tokenizer.model", "vocab.json", "merges.txt",
}

// digested are the files that the digest is over, in their order.
func digested(folder string, weights bool) ([]string, error) {
	var files []string
	if weights {
		var err error
		if files, err = filepath.Glob(filepath.Join(folder, "*.safetensors")); err != nil {
			return nil, err
		}
	}
	if weights && len(files) == 0 {
		return nil, results.Infra(fmt.Errorf("student: %s holds no weights", folder), "weights must be in the safetensors format")
	}
	slices.Sort(files)
	vocabulary := false
	for _, name := range deciding {
		path := filepath.Join(folder, name)
		if _, err := os.Stat(path); err == nil {
			files = append(files, path)
			vocabulary = vocabulary || name == "tokenizer.json" || name == "tokenizer.model" || name == "vocab.json"
		}
	}
	if !vocabulary {
		return nil, results.Infra(fmt.Errorf("student: %s has no tokenizer.json", folder), "fetch all files of the model, with its tokenizer")
	}
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
		of, err := disk.DigestFile(path)
		if err != nil {
			return "", results.Infra(fmt.Errorf("student: %w", err))
		}
		fmt.Fprintf(sum, "%s %s\n", of, filepath.Base(path))
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
