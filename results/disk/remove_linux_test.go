package disk

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// TestRemoveForced removes what an ordinary user's code may leave: closed folders, paths
// that are too long and folders deeper than there are descriptors.
func TestRemoveForced(t *testing.T) {
	if os.Getenv("REMOVE_IN") == "" {
		dir := t.TempDir()
		if err := os.Chmod(dir, 0o777); err != nil {
			t.Fatal(err)
		}
		program := filepath.Join(dir, "test")
		self, err := os.ReadFile("/proc/self/exe")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(program, self, 0o755); err != nil {
			t.Fatal(err)
		}
		for at := dir; at != "/"; at = filepath.Dir(at) { // for the user to reach
			if info, err := os.Stat(at); err == nil && os.Geteuid() == 0 && info.Mode().Perm()&0o001 == 0 {
				if err := os.Chmod(at, info.Mode().Perm()|0o011); err != nil {
					t.Fatal(err)
				}
			}
		}
		cmd := exec.Command(program, "-test.run=^TestRemoveForced$", "-test.v")
		cmd.Env = append(os.Environ(), "REMOVE_IN="+dir)
		if os.Geteuid() == 0 {
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		}
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
		return
	}
	top := filepath.Join(os.Getenv("REMOVE_IN"), "top")
	if err := os.MkdirAll(filepath.Join(top, "closed", "below", "more"), 0o700); err != nil {
		t.Fatal(err)
	}
	home, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chdir(top); err != nil {
		t.Fatal(err)
	}
	for range 3_000 {
		if err := os.Mkdir("deep", 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chdir("deep"); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chdir(home); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"closed/below/more", "closed/below", "closed", "deep", ""} {
		if err := os.Chmod(filepath.Join(top, path), 0); err != nil {
			t.Fatal(err)
		}
	}
	if err := RemoveForced(top); err != nil || Exists(top) {
		t.Errorf("left: %v", err)
	}
}
