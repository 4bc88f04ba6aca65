package disk_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

func me() disk.Holder { return disk.Holder{Host: "here", PID: os.Getpid(), BootID: "boot-2"} }

// leave puts a lock file of a version-1 program there, which knew no lock of the
// kernel.
func leave(t *testing.T, path string, h disk.Holder) {
	t.Helper()
	if err := disk.WriteJSON(path, h); err != nil {
		t.Fatal(err)
	}
}

// deadPID is the id of a process that has ended and was waited for.
func deadPID(t *testing.T) int {
	t.Helper()
	cmd := exec.Command("true")
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	return cmd.Process.Pid
}

// zombie is the id of a process that has ended and is not waited for before the
// test's end.
func zombie(t *testing.T) int {
	t.Helper()
	cmd := exec.Command("true")
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Wait() })
	if _, err := io.ReadAll(out); err != nil { // until it has ended
		t.Fatal(err)
	}
	stat := fmt.Sprintf("/proc/%d/stat", cmd.Process.Pid)
	for range 1000 {
		if data, _ := os.ReadFile(stat); strings.Contains(string(data), ") Z ") {
			return cmd.Process.Pid
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatal("the process does not end")
	return 0
}

func TestLock(t *testing.T) {
	live, gone := os.Getppid(), deadPID(t)
	for _, tt := range []struct {
		name   string
		holder disk.Holder
		want   string // part of the error; empty when the lock is had
	}{
		{"live", disk.Holder{Host: "here", PID: live, BootID: "boot-2"}, "is writing there"},
		{"init, not ours to signal", disk.Holder{Host: "here", PID: 1, BootID: "boot-2"}, "process 1 on here is writing there"},
		{"gone", disk.Holder{Host: "here", PID: gone, BootID: "boot-2"}, ""},
		{"this process's number, in a container that was restarted", disk.Holder{Host: "here", PID: os.Getpid(), BootID: "boot-2"}, ""},
		{"live, with its start time", disk.Holder{Host: "here", PID: os.Getpid(), BootID: "boot-2", Start: disk.Self().Start}, "is writing there"},
		{"live, but another process had the number", disk.Holder{Host: "here", PID: live, BootID: "boot-2", Start: 1}, ""},
		{"a zombie", disk.Holder{Host: "here", PID: zombie(t), BootID: "boot-2"}, ""},
		{"killed on any host while it held the kernel's lock", disk.Holder{Host: "there", PID: live, BootID: "boot-1", Kernel: true}, ""},
		{"before the machine was restarted", disk.Holder{Host: "here", PID: live, BootID: "boot-1"}, ""},
		{"gone, but on another host", disk.Holder{Host: "there", PID: gone, BootID: "boot-2"}, "on there is writing there"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "run-1")
			leave(t, lockOf(dir), tt.holder)
			lock, err := disk.Lock(lockOf(dir), me())
			if tt.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				if err := lock.Unlock(); err != nil {
					t.Error(err)
				}
				checkEmpty(t, dir)
				return
			}
			var fault *results.Error
			if !errors.As(err, &fault) || fault.Kind != results.Infrastructure || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("error is %v, want an infrastructure error with %q", err, tt.want)
			}
			if !strings.Contains(fault.Hint, dir) {
				t.Errorf("the hint %q does not name the file", fault.Hint)
			}
		})
	}
}

func TestUnlockAndLockAgain(t *testing.T) {
	dir := t.TempDir()
	for range 3 {
		lock, err := disk.Lock(lockOf(dir), me())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := disk.Lock(lockOf(dir), me()); err == nil {
			t.Fatal("the same process locked twice")
		}
		if err := lock.Unlock(); err != nil {
			t.Fatal(err)
		}
		if err := lock.Unlock(); err == nil {
			t.Error("unlocked twice")
		}
		checkEmpty(t, dir)
	}
}

func TestUnlockLeavesAnothersLock(t *testing.T) {
	dir := t.TempDir()
	old, err := disk.Lock(lockOf(dir), me())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(lockOf(dir)); err != nil { // by a user, in spite of the hint
		t.Fatal(err)
	}
	if _, err := disk.Lock(lockOf(dir), me()); err != nil {
		t.Fatal(err)
	}
	if err := old.Unlock(); err == nil || !strings.Contains(err.Error(), "took it over") {
		t.Errorf("error is %v", err)
	}
	if _, err := disk.Lock(lockOf(dir), me()); err == nil {
		t.Error("the lock was lost")
	}
}

func TestLockFileOfUnknownContent(t *testing.T) {
	for _, content := range []string{"", "{", `{"host":"here"}`, `{"host":"here","pid":0}`, `{"host":"here","pid":-1}`, "[]"} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "lock.json"), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := disk.Lock(lockOf(dir), me())
		var fault *results.Error
		if !errors.As(err, &fault) || fault.Kind != results.Infrastructure {
			t.Errorf("content %q: error is %v", content, err)
		}
	}
}

// Of many who find the lock of a process that is gone, one gets it.
func TestTakeOverHasOneWinner(t *testing.T) {
	stale := disk.Holder{Host: "here", PID: deadPID(t), BootID: "boot-2"}
	for range 20 {
		dir := t.TempDir()
		leave(t, lockOf(dir), stale)
		var won atomic.Int32
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				if _, err := disk.Lock(lockOf(dir), me()); err == nil {
					won.Add(1)
				}
			})
		}
		group.Wait()
		if won.Load() != 1 {
			t.Fatalf("%d of 8 got the lock", won.Load())
		}
	}
}

func checkEmpty(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		t.Errorf("%s was left behind", e.Name())
	}
}

// Writer names who holds the lock, and nobody when that process is gone.
func TestWriter(t *testing.T) {
	dir := t.TempDir()
	writer := func() disk.Holder {
		t.Helper()
		h, err := disk.Writer(lockOf(dir), me())
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	if h := writer(); h != (disk.Holder{}) {
		t.Errorf("no lock: %v", h)
	}
	held, err := disk.Lock(lockOf(dir), me())
	if err != nil {
		t.Fatal(err)
	}
	want := me()
	want.Kernel = true
	if h := writer(); h != want {
		t.Errorf("writer is %v, want %v", h, want)
	}
	if err := held.Unlock(); err != nil {
		t.Fatal(err)
	}
	gone := me()
	gone.PID = deadPID(t)
	leave(t, lockOf(dir), gone)
	if h := writer(); h != (disk.Holder{}) {
		t.Errorf("writer is %v, which is gone", h)
	}
	elsewhere := disk.Holder{Host: "there", PID: 1, BootID: "boot-9"}
	if h, err := disk.Writer(lockOf(dir), elsewhere); err != nil || h != gone {
		t.Errorf("from another host: %v, %v; want the holder, since nobody can tell", h, err)
	}
}

func lockOf(dir string) string { return filepath.Join(dir, "lock.json") }
