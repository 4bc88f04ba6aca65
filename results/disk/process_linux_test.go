package disk_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/results/disk"
)

// lockVariable tells a second process of the test which lock to take.
const lockVariable = "LOCK_TEST_PATH"

// TestHolds is what the second process runs: it says what became of its Lock and,
// when it has the lock, holds it until it is killed.
func TestHolds(t *testing.T) {
	path := os.Getenv(lockVariable)
	if path == "" {
		return
	}
	if _, err := disk.Lock(path, disk.Self()); err != nil {
		fmt.Println("refused:", err)
		return
	}
	fmt.Println("locked")
	time.Sleep(time.Minute)
}

// locking starts a process that locks the path, behind the words of wrapper, and
// returns what came of it.
func locking(t *testing.T, path string, wrapper ...string) (cmd *exec.Cmd, said string) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	words := append(wrapper, program, "-test.run=^TestHolds$")
	cmd = exec.Command(words[0], words[1:]...)
	cmd.Env = append(os.Environ(), lockVariable+"="+path)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	said, err = bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("%q: %v", said, err)
	}
	return cmd, strings.TrimSpace(said)
}

// Of two processes one has the lock, until it is killed: also while nobody has
// waited for it.
func TestTwoProcesses(t *testing.T) {
	path := lockOf(t.TempDir())
	first, said := locking(t, path)
	if said != "locked" {
		t.Fatal(said)
	}
	if h, err := disk.Writer(path, disk.Self()); err != nil || h.PID != first.Process.Pid || h.Start == 0 {
		t.Errorf("writer: %+v, %v", h, err)
	}
	if _, said := locking(t, path); !strings.Contains(said, fmt.Sprintf("process %d on", first.Process.Pid)) {
		t.Error(said)
	}
	if err := first.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	waitFree(t, path)
	if _, said := locking(t, path); said != "locked" {
		t.Errorf("after the first was killed: %s", said)
	}
}

// waitFree waits until the kernel has ended a process that was killed.
func waitFree(t *testing.T, path string) {
	t.Helper()
	for range 1000 {
		h, err := disk.Writer(path, disk.Self())
		if err != nil {
			t.Fatal(err)
		}
		if h.PID == 0 {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("the lock of a killed process is held")
}

// namespace begins a command that runs as process 1 of a container's kind of
// process namespace.
func namespace(t *testing.T) []string {
	t.Helper()
	words := []string{"unshare", "--pid", "--fork", "--mount-proc", "--kill-child"}
	if os.Geteuid() != 0 {
		words = []string{"unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc", "--kill-child"}
	}
	if out, err := exec.Command(words[0], append(words[1:], "true")...).CombinedOutput(); err != nil {
		t.Skipf("no process namespaces here: %v: %s", err, out)
	}
	return words
}

// Two containers with one host name and one process number: one of them has the
// lock, and the other one after it, restarted or not.
func TestTwoNamespaces(t *testing.T) {
	inside := namespace(t)
	path := lockOf(t.TempDir())
	first, said := locking(t, path, inside...)
	if said != "locked" {
		t.Fatal(said)
	}
	if _, said := locking(t, path, inside...); !strings.Contains(said, "process 1 on") {
		t.Errorf("a second process 1: %s", said)
	}
	if _, said := locking(t, path); !strings.Contains(said, "process 1 on") {
		t.Errorf("from outside: %s", said)
	}
	first.Process.Kill()
	waitFree(t, path)
	if _, said := locking(t, path, inside...); said != "locked" {
		t.Errorf("after the first was killed: %s", said)
	}
}

// A process of an older program in a container left a lock that names number 1,
// which the resuming process has now.
func TestOldLockInARestartedContainer(t *testing.T) {
	inside := namespace(t)
	path := lockOf(t.TempDir())
	old := disk.Self()
	old.PID, old.Start = 1, 0
	leave(t, path, old)
	if _, said := locking(t, path, inside...); said != "locked" {
		t.Error(said)
	}
}

// A process that a killed one has begun to start does not keep its lock.
func TestChildrenDoNotHold(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock.json")
	held, err := disk.Lock(path, disk.Self())
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command("sleep", "60")
	child.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { child.Process.Kill(); child.Wait() }()
	if err := held.Unlock(); err != nil {
		t.Fatal(err)
	}
	again, err := disk.Lock(path, disk.Self())
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Unlock(); err != nil {
		t.Error(err)
	}
}
