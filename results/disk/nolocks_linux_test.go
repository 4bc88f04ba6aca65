package disk

import (
	"os"
	"path/filepath"
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
