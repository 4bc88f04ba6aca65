//go:build chaos

package chaos

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

// memory is a folder on a disk that needs no waiting, where there is one.
func memory(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "cx")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// TestDisk lets each operation on the disk fail in turn, alone or with all after it,
// in a trial within this process. On a disk that works again the trial comes to the
// same result.
func TestDisk(t *testing.T) {
	log.SetOutput(io.Discard) // of net/http, whose connections break
	t.Setenv("TMPDIR", memory(t))
	whole := newInProcess(t, memory(t), 1)
	operations := 0
	mend := disk.Break(func(disk.Op, string) error { operations++; return nil })
	err := whole.run(t.Context())
	mend()
	if err != nil {
		t.Fatal(err)
	}
	want, err := outcomeOf(whole.dir())
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range []struct {
		name  string
		err   error
		stays bool
	}{
		{"no space at one operation", syscall.ENOSPC, false},
		{"no space from one operation on", syscall.ENOSPC, true},
		{"half a write, then no space", disk.ErrShort, false},
		{"a broken device at one operation", syscall.EIO, false},
		{"a broken device from one operation on", syscall.EIO, true},
	} {
		t.Run(fault.name, func(t *testing.T) {
			begin, bad := time.Now(), 0
			step := number(t, "CHAOS_STEP", 1)
			tried := 0
			for n := 1; n <= operations; n += step {
				tried++
				ok := t.Run(fmt.Sprint("operation ", n), func(t *testing.T) { failing(t, n, fault.err, fault.stays, want) })
				if !ok {
					bad++
				}
			}
			row(fault.name, "same results after it", fmt.Sprintf("%d of %d of %d operations", tried-bad, tried, operations), time.Since(begin))
		})
	}
}

// failing runs a trial whose n-th operation fails, and then on a disk that works.
func failing(t *testing.T, n int, fault error, stays bool, want []string) {
	p := newInProcess(t, memory(t), 1)
	var mu sync.Mutex
	done, hit := 0, ""
	mend := disk.Break(func(op disk.Op, path string) error {
		mu.Lock()
		defer mu.Unlock()
		if done++; done < n || done > n && !stays {
			return nil
		}
		if hit == "" {
			hit = fmt.Sprintf("%s %s", op, filepath.Base(path))
		}
		return fault
	})
	first := p.run(t.Context())
	mend()
	for range 3 { // a platform's fault may ask for another resume
		if err := p.run(t.Context()); err == nil {
			break
		} else {
			t.Logf("resume: %v", err)
		}
	}
	got, err := outcomeOf(p.dir())
	if err != nil {
		t.Fatalf("%s fails (%v): %v", hit, first, err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s fails (%v): other results (-whole +failed):\n%s", hit, first, diff)
	}
	p.env.Root.Sweep()
	filepath.WalkDir(string(p.env.Root), func(path string, d os.DirEntry, err error) error {
		if err == nil && disk.Unfinished(d.Name()) {
			t.Errorf("%s fails: %s is left", hit, path)
		}
		return nil
	})
}

var errCancelled = errors.New("cancelled")

// TestOneOfEight cancels one of eight trials that run at a time: the others are not
// touched, and it goes on later.
func TestOneOfEight(t *testing.T) {
	begin, root := time.Now(), memory(t)
	cancelled, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	errs := make([]error, 8)
	var group sync.WaitGroup
	for i := range errs {
		group.Go(func() {
			ctx, p := t.Context(), newInProcess(t, root, i+1)
			if i == 3 {
				ctx = cancelled
				steps := 0
				p.env.Report = func(results.TrialID, string, *results.Trial) {
					if steps++; steps == 3 {
						cancel(errCancelled)
					}
				}
			}
			errs[i] = p.run(ctx)
		})
	}
	group.Wait()
	seen := "one ended early and went on; seven are scored"
	for i, err := range errs {
		if i == 3 != errors.Is(err, errCancelled) || i != 3 && err != nil {
			seen = fmt.Sprintf("trial %d: %v", i+1, err)
			t.Error(seen)
		}
		p := newInProcess(t, root, i+1)
		if err := p.run(t.Context()); err != nil {
			t.Error(err)
		}
		got, err := outcomeOf(p.dir())
		alone := newInProcess(t, memory(t), i+1)
		if failed := alone.run(t.Context()); err != nil || failed != nil {
			t.Fatal(err, failed)
		}
		if want, err := outcomeOf(alone.dir()); err != nil || cmp.Diff(want, got) != "" {
			seen = fmt.Sprintf("trial %d has other results", i+1)
			t.Errorf("%s: %v %s", seen, err, cmp.Diff(want, got))
		}
	}
	row("one of eight trials cancelled", "the others are not touched", seen, time.Since(begin))
}

// TestThreeHundred runs 300 trials, eight at a time, counts the descriptors that are open
// meanwhile, and asks the system for the most memory that was in use.
func TestThreeHundred(t *testing.T) {
	begin, root := time.Now(), memory(t)
	forgetPeak(t)
	var next, most atomic.Int64
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for run := int(next.Add(1)); run <= 300; run = int(next.Add(1)) {
				if err := newInProcess(t, root, run).run(t.Context()); err != nil {
					t.Error(err)
				}
				open, _ := os.ReadDir("/proc/self/fd")
				most.Store(max(most.Load(), int64(len(open))))
			}
		})
	}
	group.Wait()
	after, _ := os.ReadDir("/proc/self/fd")
	mib := peak(t)
	seen := fmt.Sprintf("%d MiB, %d open files, %d at the end", mib, most.Load(), len(after))
	if mib > 200 || most.Load() > 200 || len(after) > 30 {
		t.Error(seen)
	}
	row("300 trials, 8 at a time", "200 MiB, 200 open files, then 30", seen, time.Since(begin))
}

// forgetPeak lets [peak] count from now on (proc_pid_clear_refs(5)).
func forgetPeak(t *testing.T) {
	t.Helper()
	debug.FreeOSMemory()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		t.Logf("the peak is that of all tests: %v", err)
	}
}

// peak is the most memory that was resident, in MiB.
func peak(t *testing.T) (mib int) {
	t.Helper()
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(data), "VmHWM:")
	if _, err := fmt.Sscan(rest, &mib); err != nil {
		t.Fatal(err)
	}
	return mib >> 10
}
