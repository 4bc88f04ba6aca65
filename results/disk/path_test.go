package disk_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/autodatabench/autodatabench/results/disk"
)

func TestRealPath(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	at := func(name string) string { return filepath.Join(dir, name) }
	if err := errors.Join(os.MkdirAll(at("a/b"), 0o700), os.Symlink(at("a"), at("link")), os.Symlink("nowhere", at("dangling"))); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"a": "a", "link": "a", "link/b": "a/b", "link/b/new/newer": "a/b/new/newer", "a/../link/b": "a/b", "dangling": "dangling", "new": "new",
	} {
		if got, err := disk.RealPath(at(path)); err != nil || got != at(want) {
			t.Errorf("%s: %s, %v, want %s", path, got, err, at(want))
		}
	}
}

func TestWithin(t *testing.T) {
	for _, tt := range []struct {
		path, dir string
		want      bool
	}{{"/a/b", "/a", true}, {"/a", "/a", true}, {"/a", "/a/b", false}, {"/ab", "/a", false}, {"/a/..b", "/a", true}, {"/", "/", true}} {
		if got := disk.Within(tt.path, tt.dir); got != tt.want {
			t.Errorf("%s in %s: %v", tt.path, tt.dir, got)
		}
	}
}
