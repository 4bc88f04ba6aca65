package lfs

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPointerIsNamed(t *testing.T) {
	const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 3940808\n"
	for text, want := range map[string]bool{pointer: true, "": false, pointer[:20]: false, " " + pointer: false, "{}": false} {
		path := filepath.Join(t.TempDir(), "model.safetensors")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, err := range []error{Check(path, []byte(text)), CheckFile(path)} {
			if errors.Is(err, ErrPointer) != want || want && !strings.Contains(err.Error(), path) {
				t.Errorf("%q: %v", text, err)
			}
		}
	}
	if err := CheckFile(filepath.Join(t.TempDir(), "none")); err != nil {
		t.Error(err)
	}
}
