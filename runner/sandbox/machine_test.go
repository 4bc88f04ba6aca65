package sandbox

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

// TestKilledByTheSystem tells code that the machine killed from code that killed
// itself, by the machine's count.
func TestKilledByTheSystem(t *testing.T) {
	for name, c := range map[string]struct {
		kills int64 // while the code runs
		known bool
		fault bool
	}{"by itself": {0, true, false}, "for want of memory": {1, true, true}, "by whom is not known": {0, false, true}} {
		var count atomic.Int64
		s, err := New(Config{Kind: None, OOMKills: func() (int64, bool) { return count.Add(c.kills), c.known }})
		if err != nil {
			t.Fatal(err)
		}
		for code, fault := range map[string]bool{"import os\nos.kill(os.getpid(), 9)": c.fault, "raise SystemExit(1)": false} {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, CodeFile), []byte(code), 0o644); err != nil {
				t.Fatal(err)
			}
			r, err := s.Run(context.Background(), Spec{Workspace: dir, Code: CodeFile, Timeout: time.Minute})
			var known *results.Error
			if got := errors.As(err, &known) && known.Kind == results.Infrastructure; got != fault || err != nil && !got {
				t.Errorf("%s: %q: %+v, %v", name, code, r, err)
			}
		}
	}
}

// TestKernelMemoryRose is a fault of the machine where little is left and the rise is
// beyond the limit, and nothing else.
func TestKernelMemoryRose(t *testing.T) {
	before := kernelMemoryNow()
	if before.bytes == 0 {
		t.Error("nothing is measured")
	}
	for name, c := range map[string]struct {
		rise  int64
		short bool
		fault bool
	}{"little": {1 << 20, true, false}, "much, and there is more": {3 << 30, false, false}, "much": {3 << 30, true, true}} {
		var fault *results.Error
		err := kernelMemory{bytes: before.bytes + c.rise, short: c.short}.rose(before, 2<<30)
		if got := errors.As(err, &fault) && fault.Kind == results.Infrastructure; got != c.fault {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSubmissionOfASickMachine has no descriptor left for the submission.
func TestSubmissionOfASickMachine(t *testing.T) {
	if err := ofMachine(&os.PathError{Op: "open", Path: "x", Err: syscall.EMFILE}, "it cannot be opened"); !errors.Is(err, syscall.EMFILE) {
		t.Error(err)
	}
	if err := ofMachine(os.ErrPermission, "it cannot be opened"); err.Error() != "it cannot be opened" {
		t.Error(err)
	}
}

// TestFullIsMeasured looks at a disk that has space.
func TestFullIsMeasured(t *testing.T) {
	if free, err := disk.Free(t.TempDir()); err != nil || free == 0 || full(t.TempDir()) {
		t.Errorf("%d bytes free, %v", free, err)
	}
}
