package checkpoint

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestGreatWeightsAreReadOnce(t *testing.T) {
	_, dir := exported(t)
	weights, kept := filepath.Join(dir, "model.safetensors"), filepath.Join(t.TempDir(), "digests")
	digestOf := func() string {
		t.Helper()
		m, err := Open(dir, "", kept)
		if err != nil {
			t.Fatal(err)
		}
		return m.Digest
	}
	digestOf()
	if _, err := os.Stat(kept); !os.IsNotExist(err) {
		t.Errorf("the digest of small weights is kept: %v", err)
	}
	if err := os.Truncate(weights, worthKeeping); err != nil {
		t.Fatal(err)
	}
	read := digestOf()
	files, err := filepath.Glob(filepath.Join(kept, "*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("kept %q, %v", files, err)
	}
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(files[0], []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	known := strings.Repeat("ab", 32)
	if write(known); digestOf() != known {
		t.Error("weights that are known were read again")
	}
	if write("torn"); digestOf() != read {
		t.Error("a torn file was taken for a digest")
	}
	write(known)
	if err := os.Chtimes(weights, time.Time{}, time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	if digestOf() != read {
		t.Error("weights that were touched were not read again")
	}
}
