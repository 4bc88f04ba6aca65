package sandbox

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestEnvironment gives code a virtual environment below the host's temporary folder: its
// packages can be imported and not changed, a copy of this program in it is covered, and
// its digest tells it from another.
func TestEnvironment(t *testing.T) {
	dir, err := os.MkdirTemp("/tmp", "adb-venv-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("python3", "-m", "venv", "--without-pip", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	packages, err := filepath.Glob(filepath.Join(dir, "lib", "python3*", "site-packages"))
	if err != nil || len(packages) != 1 {
		t.Fatal(packages, err)
	}
	write := func(name string, data []byte) string {
		t.Helper()
		path := filepath.Join(packages[0], name)
		if err := os.WriteFile(path, data, 0o755); err != nil {
			t.Fatal(err)
		}
		return path
	}
	module := write("given.py", []byte("answer = 41\n"))
	own, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(own)
	if err != nil {
		t.Fatal(err)
	}
	clone := write("clone", program)
	s, err := New(Config{Environment: dir})
	if err != nil {
		t.Fatal(err)
	}
	r, _ := run(t, s, fmt.Sprintf(`
import given, os, sys
print(given.answer, os.path.getsize(%q), sys.prefix == %q)
try: open(%q, "a"); print("written")
except OSError: print("read-only")`, clone, dir, module), Spec{})
	if string(r.Output) != "41 0 True\nread-only\n" || !strings.HasPrefix(r.Held.Environment, "sha256:") || r.Held.Environment != s.EnvironmentDigest() {
		t.Errorf("%s, held by %+v", r.Output, r.Held)
	}
	write("given.py", []byte("answer = 42\n"))
	if _, digest, _, err := openEnvironment(dir); err != nil || digest == s.EnvironmentDigest() {
		t.Errorf("a changed environment: %s, %v", digest, err)
	}
	if _, err := New(Config{Environment: t.TempDir()}); err == nil || !strings.Contains(err.Error(), "pyvenv.cfg") {
		t.Errorf("no environment: %v", err)
	}
}
