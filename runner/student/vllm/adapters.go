package vllm

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/runner/teacher"
)

// adapterFiles are what makes an adapter, as student.Trainer leaves it.
var adapterFiles = []string{"adapter_config.json", "adapter_model.safetensors"}

// contentHash names an adapter by its files.
func contentHash(dir string) (string, error) {
	sum := sha256.New()
	for _, name := range adapterFiles {
		digest, err := disk.DigestFile(filepath.Join(dir, name))
		if err != nil {
			return "", results.Bad(fmt.Errorf("adapter: %w", err))
		}
		sum.Write([]byte(digest))
	}
	return hex.EncodeToString(sum.Sum(nil))[:24], nil
}

// load makes the adapter known to the server and returns the model name that
// chooses it; unload takes it back.
func (g *Generator) load(ctx context.Context, url, dir string) (name string, unload func(), err error) {
	hash, err := contentHash(dir)
	if err != nil {
		return "", nil, err
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return "", nil, err
	}
	if g.Adapters == Folder {
		return g.lay(dir)
	}
	e := g.endpoint(url)
	const names = 3 // of which others may have taken some
	for range names {
		name := fmt.Sprintf("adb-%s-%s-%d", hash, g.Session, g.names.Add(1))
		_, err = e.Post(ctx, "/load_lora_adapter", 0, map[string]string{"lora_name": name, "lora_path": dir})
		if err == nil {
			return name, func() { g.unload(ctx, e, name) }, nil
		}
		if !taken(err) {
			break
		}
	}
	if ctx.Err() != nil {
		return "", nil, context.Cause(ctx)
	}
	return "", nil, g.explainLoad(url, dir, err)
}

// taken reports the refusal of a name that is loaded already. A first try whose
// answer was lost may have loaded it.
func taken(err error) bool {
	call := teacher.AsCallError(err)
	return call.Status == http.StatusBadRequest && strings.Contains(call.Err.Error(), "already")
}

// explainLoad says why an adapter could not be loaded and what to do.
func (g *Generator) explainLoad(url, dir string, err error) error {
	call := teacher.AsCallError(err)
	failed := fmt.Errorf("student at %s: load adapter %s: %w", url, dir, call.Err)
	switch {
	case call.Status == http.StatusNotFound && findsNone(call.Err.Error(), dir):
		return results.Infra(failed, "the server must see the folder under the same path: run it on this machine or share the file system")
	case call.Status == http.StatusNotFound, call.Status == http.StatusMethodNotAllowed:
		return results.Bad(fmt.Errorf("student at %s: the server takes no adapters at run time (it answered %d)", url, call.Status),
			takesNone)
	case call.Status >= 400 && call.Status < 500 && !call.Retryable:
		return results.Bad(failed)
	case call.Retryable:
		return &lostError{false, results.Infra(failed, "is the server up?")}
	}
	return results.Infra(failed)
}

// unload takes the adapter from the server, whether or not ctx has ended. What
// the server says does not matter: an adapter that it does not know is gone, and
// a name that stays is never used again.
func (g *Generator) unload(ctx context.Context, e teacher.Endpoint, name string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	e.Retry.Tries = 2
	_, _ = e.Post(ctx, "/unload_lora_adapter", 0, map[string]string{"lora_name": name})
}

// lay makes a folder that a server takes for a model with an adapter in it: the
// adapter's files and links to the base's. The folder is new each time, so that
// no server has seen its name.
func (g *Generator) lay(dir string) (name string, unload func(), err error) {
	base, err := filepath.Abs(g.Model)
	if err != nil {
		return "", nil, err
	}
	entries, err := os.ReadDir(base)
	if err != nil {
		return "", nil, results.Bad(fmt.Errorf("student: %w", err), "student.model must be the folder that the server loads")
	}
	at, remove, err := disk.Scratch("adapter-")
	if err != nil {
		return "", nil, results.Infra(err)
	}
	for _, entry := range entries {
		if entry.IsDir() || strings.HasPrefix(entry.Name(), "adapter_") {
			continue
		}
		err = errors.Join(err, os.Symlink(filepath.Join(base, entry.Name()), filepath.Join(at, entry.Name())))
	}
	for _, file := range adapterFiles {
		err = errors.Join(err, os.Symlink(filepath.Join(dir, file), filepath.Join(at, file)))
	}
	if err != nil {
		remove()
		return "", nil, results.Infra(fmt.Errorf("lay out the adapter: %w", err))
	}
	return at, func() { _ = remove() }, nil // what is left, a later program removes
}

// samples refuses a sampling that a server would silently not follow: where
// transformers serves, a temperature counts only if the model's generation
// config says that it samples.
func (g *Generator) samples(s results.Sampling) error {
	if g.Adapters != Folder || s.Temperature == 0 {
		return nil
	}
	data, err := os.ReadFile(filepath.Join(g.Model, "generation_config.json"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return results.Infra(err)
	}
	var config struct {
		DoSample bool `json:"do_sample"`
	}
	if json.Unmarshal(data, &config) == nil && config.DoSample {
		return nil
	}
	return results.Bad(fmt.Errorf("student: transformers serve would ignore the temperature %g", s.Temperature),
		`ask at temperature 0, or write "do_sample": true into the model's generation_config.json`)
}
