package disk_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/results/disk"
)

// scratchVariable tells a second process of the test to leave temporary files there.
const scratchVariable = "SCRATCH_TEST_FOLDER"

// TestLeaves is what the second process runs until it is killed: it owns a
// temporary folder, a temporary file and a file that is half written.
func TestLeaves(t *testing.T) {
	root := os.Getenv(scratchVariable)
	if root == "" {
		return
	}
	dir, _, err := disk.Scratch("test-")
	if err != nil {
		t.Fatal(err)
	}
	log, err := disk.ScratchFile("test-")
	if err != nil {
		t.Fatal(err)
	}
	disk.Break(func(op disk.Op, path string) error {
		if op == disk.RenameTo {
			fmt.Println(dir, log)
			time.Sleep(time.Minute)
		}
		return nil
	})
	t.Fatal(disk.WriteFile(filepath.Join(root, "trials", "file"), []byte("content")))
}

// What a process made is left alone while it lives, and removed when it was killed.
// What has no mark of its owner stays.
func TestSweep(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	root := t.TempDir()
	old := []string{filepath.Join(os.TempDir(), "adb-run-123", "file"), filepath.Join(root, ".new-123"), filepath.Join(root, "jobs", ".new-locked-1")}
	for _, path := range old {
		if err := disk.WriteFile(path, nil); err != nil {
			t.Fatal(err)
		}
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "-test.run=^TestLeaves$")
	cmd.Env = append(os.Environ(), scratchVariable+"="+root)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	said, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("%q: %v", said, err)
	}
	made := strings.Fields(said)
	written, _ := filepath.Glob(filepath.Join(root, "trials", ".new-locked-*"))
	made = append(made, written...)
	if len(made) != 3 {
		t.Fatalf("made %q", made)
	}
	for _, lives := range []bool{true, false} {
		if !lives {
			cmd.Process.Kill()
			cmd.Wait()
		}
		var told []string
		disk.SweepScratch(func(path string) { told = append(told, path) })
		disk.Sweep(root, "jobs")
		for _, path := range made {
			if disk.Exists(path) != lives {
				t.Errorf("its maker lives: %v, and %s is there: %v", lives, path, !lives)
			}
		}
		if (len(told) == 0) != lives {
			t.Errorf("its maker lives: %v, told of %q", lives, told)
		}
	}
	for _, path := range old {
		if !disk.Exists(path) {
			t.Errorf("%s was removed", path)
		}
	}
}

// A sweep beside writers takes nothing from them.
func TestSweepBesideWriters(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	root := t.TempDir()
	done := make(chan struct{})
	var writers, sweeper sync.WaitGroup
	sweeper.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
				disk.Sweep(root)
				disk.SweepScratch(func(string) {})
			}
		}
	})
	for i := range 4 {
		writers.Go(func() {
			for range 50 {
				if err := disk.WriteFile(filepath.Join(root, fmt.Sprint(i)), []byte("content")); err != nil {
					t.Error(err)
				}
				dir, remove, err := disk.Scratch("")
				if err != nil {
					t.Error(err)
					continue
				}
				if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
					t.Error(err)
				}
				remove()
			}
		})
	}
	writers.Wait()
	close(done)
	sweeper.Wait()
	if left, _ := os.ReadDir(os.TempDir()); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}
