package disk

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"
)

// Where the file system has no locks, host, boot, process id and start time
// decide, and the error says so.
func TestWithoutLocks(t *testing.T) {
	real := fcntl
	fcntl = func(uintptr, int, *unix.Flock_t) error { return unix.ENOLCK }
	defer func() { fcntl = real }()
	path := filepath.Join(t.TempDir(), "lock.json")
	held, err := Lock(path, Self())
	if err != nil || held.Weak() == "" {
		t.Fatalf("%v, weak %q", err, held.Weak())
	}
	if h, err := Writer(path, Self()); err != nil || h != Self() {
		t.Errorf("writer %+v, %v", h, err)
	}
	if _, err := Lock(path, Self()); err == nil || !strings.Contains(err.Error(), "no locks") {
		t.Errorf("twice: %v", err)
	}
	if err := held.Unlock(); err != nil {
		t.Fatal(err)
	}
	gone := Self()
	gone.Start--
	if err := WriteJSON(path, gone); err != nil {
		t.Fatal(err)
	}
	if h, err := Writer(path, Self()); err != nil || h.PID != 0 {
		t.Errorf("writer %+v, %v, who is gone", h, err)
	}
	var won atomic.Int32
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if _, err := Lock(path, Self()); err == nil {
				won.Add(1)
			}
		})
	}
	group.Wait()
	if won.Load() != 1 {
		t.Errorf("%d of 8 got the lock", won.Load())
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}

// Where the file system has no locks, writers of a shared log still append one at a
// time.
func TestSharedLogWithoutLocks(t *testing.T) {
	real := fcntl
	fcntl = func(uintptr, int, *unix.Flock_t) error { return unix.ENOLCK }
	defer func() { fcntl = real }()
	path := filepath.Join(t.TempDir(), "log.jsonl")
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			log, err := OpenShared(path, func([]byte) error { return nil })
			if err != nil {
				t.Error(err)
				return
			}
			for range 10 {
				if err := log.Append(func() ([]any, error) { return []any{struct{}{}}, nil }); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	lines := 0
	if err := ReadLog(path, func([]byte) error { lines++; return nil }); err != nil || lines != 80 {
		t.Errorf("%v, %d lines", err, lines)
	}
}

// The kernel's lock of another open file keeps an append waiting.
func TestAppendWaits(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.jsonl")
	other, err := OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err == nil {
		err = lockFile(other.File)
	}
	if err != nil {
		t.Fatal(err)
	}
	log, err := OpenShared(path, func([]byte) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	var released atomic.Bool
	done := make(chan error)
	go func() {
		done <- log.Append(func() ([]any, error) {
			if !released.Load() {
				t.Error("appended while another file had the lock")
			}
			return []any{struct{}{}}, nil
		})
	}()
	for range 100 {
		runtime.Gosched()
	}
	released.Store(true)
	if err := errors.Join(other.Close(), <-done); err != nil || log.Len() != 1 {
		t.Errorf("%v, %d lines", err, log.Len())
	}
}
