package checkpoint

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/lfs"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/runner/student/embedded"
	"github.com/autodatabench/autodatabench/runner/student/llama/safetensors"
)

func exported(t *testing.T) (*embedded.Student, string) {
	t.Helper()
	s, err := embedded.New()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "small")
	if err := s.Export(dir); err != nil {
		t.Fatal(err)
	}
	return s, dir
}

func TestOpenFolder(t *testing.T) {
	s, dir := exported(t)
	m, err := Open(dir, "/nowhere", "")
	if err != nil {
		t.Fatal(err)
	}
	if m.Name != "small" || m.Context != 512 || m.MostNewTokens() != s.MostNewTokens() {
		t.Errorf("%+v, the student is %+v", m, s.Identity())
	}
	if err := m.CheckRecipe(results.Mini().Recipe); err != nil {
		t.Error(err)
	}
	if err := m.CheckRecipe(results.Paper().Recipe); err == nil {
		t.Error("a cut-off beyond the context was accepted")
	}
}

func TestOpenFromTheHubsCache(t *testing.T) {
	_, dir := exported(t)
	cache := t.TempDir()
	held := filepath.Join(cache, "models--meta--small")
	for _, folder := range []string{"refs", "snapshots"} {
		if err := os.MkdirAll(filepath.Join(held, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.Symlink(dir, filepath.Join(held, "snapshots", "abc")), os.WriteFile(filepath.Join(held, "refs", "main"), []byte("abc\n"), 0o644)); err != nil {
		t.Fatal(err)
	}
	if m, err := Open("meta/small", cache, ""); err != nil || m.Name != "small" || m.Context != 512 {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestOpenSaysWhatIsMissing(t *testing.T) {
	kind := func(err error) results.Kind {
		var fault *results.Error
		if !errors.As(err, &fault) {
			return ""
		}
		return fault.Kind
	}
	if _, err := Open("meta/none", t.TempDir(), ""); kind(err) != results.Infrastructure {
		t.Errorf("no model: %v", err)
	}
	for name, spoil := range map[string]func(dir string) error{
		"config.json":       func(dir string) error { return os.Remove(filepath.Join(dir, "config.json")) },
		"model.safetensors": func(dir string) error { return os.Remove(filepath.Join(dir, "model.safetensors")) },
		"tokenizer.json":    func(dir string) error { return os.Remove(filepath.Join(dir, "tokenizer.json")) },
		"positions":         func(dir string) error { return os.WriteFile(filepath.Join(dir, "config.json"), []byte("{}"), 0o644) },
	} {
		_, dir := exported(t)
		if err := spoil(dir); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir, "", ""); kind(err) == "" {
			t.Errorf("%s: %v, want an error that says whose fault it is", name, err)
		}
	}
}

func TestCheckWeights(t *testing.T) {
	write := func(values ...float32) string {
		data, err := safetensors.Marshal([]safetensors.Tensor{{Name: "a", Shape: []int{len(values)}, Data: values}})
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, adapterFile), data, 0o644); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	zero := float32(0)
	if n, err := CheckWeights(write(1, 2, 3)); n != 3 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if _, err := CheckWeights(write(1, 1/zero)); !errors.Is(err, student.ErrDiverged) {
		t.Errorf("an infinite weight: %v", err)
	}
	if _, err := CheckWeights(t.TempDir()); err == nil {
		t.Error("no file was accepted")
	}
	if err := CheckAdapter(t.TempDir()); err == nil {
		t.Error("an empty folder was taken for an adapter")
	}
}

func TestReadShape(t *testing.T) {
	_, dir := exported(t)
	if s, err := ReadShape(dir, ""); err != nil || s.Hidden <= 0 || s.Layers <= 0 || s.Intermediate <= s.Hidden || s.Vocabulary > 1024 {
		t.Errorf("%+v, %v", s, err)
	}
	for _, config := range []string{"{}", "[", `{"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": -2, "vocab_size": 100}`} {
		if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte(config), 0o644); err != nil {
			t.Fatal(err)
		}
		if s, err := ReadShape(dir, ""); err == nil {
			t.Errorf("%s gives %+v", config, s)
		}
	}
}

// TestPointersAreNamed: what a clone without Git LFS has is not taken for weights.
func TestPointersAreNamed(t *testing.T) {
	pointer := []byte("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 3940808\n")
	for _, name := range []string{"config.json", "model.safetensors", "tokenizer.json"} {
		_, dir := exported(t)
		if err := os.WriteFile(filepath.Join(dir, name), pointer, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir, "", ""); !errors.Is(err, lfs.ErrPointer) {
			t.Errorf("%s: %v", name, err)
		}
	}
	dir := t.TempDir()
	for _, name := range []string{"adapter_config.json", adapterFile} {
		if err := os.WriteFile(filepath.Join(dir, name), pointer, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := CheckAdapter(dir); !errors.Is(err, lfs.ErrPointer) {
		t.Errorf("adapter: %v", err)
	}
	if _, err := CheckWeights(dir); !errors.Is(err, lfs.ErrPointer) {
		t.Errorf("weights of an adapter: %v", err)
	}
}
