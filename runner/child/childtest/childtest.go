// Package childtest looks at processes for tests. It is for nothing else.
package childtest

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// PIDs is the variable with the file for the numbers of processes, in the program
// that [KilledLeavesNothing] starts.
const PIDs = "CHILDTEST_PIDS"

// KilledLeavesNothing runs the calling test in a program of its own, where [PIDs]
// is set, waits until there are as many numbers in that file, kills the
// program as nothing else could, and sees the processes of these numbers end.
func KilledLeavesNothing(t *testing.T, processes int) {
	t.Helper()
	path := t.TempDir() + "/pids"
	program := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	program.Env = append(program.Environ(), PIDs+"="+path, "TMPDIR="+t.TempDir())
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	var pids []string
	within(30*time.Second, func() bool {
		data, _ := os.ReadFile(path) // not there yet
		pids = strings.Fields(string(data))
		return len(pids) >= processes
	})
	_ = program.Process.Kill()
	_ = program.Wait() // it was killed
	if len(pids) != processes {
		t.Fatalf("processes %q, want %d", pids, processes)
	}
	for _, pid := range pids {
		n, err := strconv.Atoi(pid)
		if err != nil {
			t.Fatal(err)
		}
		if !Gone(n) {
			t.Errorf("process %d outlives the program", n)
			_ = syscall.Kill(n, syscall.SIGKILL)
		}
	}
}

// Gone waits until the process has ended; who adopted it may not have waited for
// it yet.
func Gone(pid int) bool {
	return within(10*time.Second, func() bool {
		state, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		return err != nil || strings.Contains(string(state), ") Z ")
	})
}

func within(limit time.Duration, is func() bool) bool {
	const pause = 10 * time.Millisecond
	for range limit / pause {
		if is() {
			return true
		}
		time.Sleep(pause)
	}
	return false
}
