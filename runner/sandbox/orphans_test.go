package sandbox

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/results/disk"
)

// TestNoOrphans kills a process that starts sandboxes one after the other, at
// random instants. Nothing of them is left; a user's program may leave what the
// next start ends.
func TestNoOrphans(t *testing.T) {
	if workspace := os.Getenv(parentWorkspace); workspace != "" {
		python, err := findPython("python3")
		if err != nil {
			t.Fatal(err)
		}
		bwrap, _, err := findBubblewrap()
		if err != nil {
			t.Fatal(err)
		}
		s := &Sandbox{cfg: Config{Kind: Bubblewrap}, bwrap: bwrap, python: python, uids: os.Geteuid() == 0}
		for {
			s.Run(context.Background(), Spec{Workspace: workspace, Code: "code.py", Timeout: time.Minute})
		}
	}
	t.Setenv("TMPDIR", t.TempDir())
	workspace := t.TempDir()
	if err := os.WriteFile(filepath.Join(workspace, "code.py"), []byte("pass"), 0o644); err != nil {
		t.Fatal(err)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		parent := exec.Command(program, "-test.run=^TestNoOrphans$")
		parent.Env = append(os.Environ(), parentWorkspace+"="+workspace)
		if err := parent.Start(); err != nil {
			t.Fatal(err)
		}
		for len(bubblewraps(parent.Process.Pid)) < 2 { // a monitor, and what it has just begun
		}
		if i%2 == 0 {
			time.Sleep(time.Duration(rand.IntN(300)) * time.Millisecond)
		}
		parent.Process.Kill()
		parent.Wait()
	}
	if os.Geteuid() != 0 {
		disk.SweepScratch(EndOrphans)
	}
	var left []string
	for range 50 { // the kernel takes a while to end a namespace
		if left = processesOf(workspace); len(left) == 0 {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	for _, line := range left {
		t.Errorf("left: %s", line)
	}
	disk.SweepScratch(EndOrphans)
	if dirs, _ := os.ReadDir(os.TempDir()); len(dirs) > 0 {
		t.Errorf("folders are left: %v", dirs)
	}
}

// bubblewraps are those below a process.
func bubblewraps(pid int) (found []int) {
	for _, p := range descendants(pid, 100) {
		if name, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", p)); string(name) == "bwrap\n" {
			found = append(found, p)
		}
	}
	return found
}

// processesOf are the command lines that name the folder.
func processesOf(dir string) (lines []string) {
	all, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, path := range all {
		if line, err := os.ReadFile(path); err == nil && bytes.Contains(line, []byte(dir)) {
			lines = append(lines, filepath.Dir(path)+" "+string(bytes.ReplaceAll(line, []byte{0}, []byte(" "))))
		}
	}
	return lines
}
