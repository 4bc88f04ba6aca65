// Package disktest makes the disk fail under a test: at the n-th operation, in
// every way a disk fails. It is not for the program.
package disktest

import (
	"fmt"
	"sync"
	"syscall"
	"testing"

	"github.com/autodatabench/autodatabench/results/disk"
)

// Errors are the ways in which an operation fails: no space, a broken device,
// and, of a write, half of the bytes before the space ends.
func Errors() []error { return []error{syscall.ENOSPC, syscall.EIO, disk.ErrShort} }

// Sweep runs attempt with its first operation on the disk failing, then with its
// second, and so on, in every way, until an attempt has fewer operations; that
// one, without a fault, ends the sweep. attempt returns what it came to, which
// check judges; failed is what was made to fail, nil for the last. Tests that
// sweep are not parallel: the fault holds for the process.
func Sweep(t *testing.T, attempt func(t *testing.T) error, check func(t *testing.T, failed, err error)) {
	t.Helper()
	for _, fault := range Errors() {
		for n := 1; ; n++ {
			var hit error
			t.Run(fmt.Sprintf("%s at %d", fault, n), func(t *testing.T) {
				var err error
				hit, err = failAt(n, fault, func() error { return attempt(t) })
				check(t, hit, err)
			})
			if hit == nil {
				break
			}
		}
	}
}

// failAt does f with its n-th operation failing; hit is nil when f had fewer.
func failAt(n int, fault error, f func() error) (hit, err error) {
	var mu sync.Mutex
	done := 0
	mend := disk.Break(func(op disk.Op, path string) error {
		mu.Lock()
		defer mu.Unlock()
		if done++; done != n {
			return nil
		}
		hit = fmt.Errorf("%s %s: %w", op, path, fault)
		return fault
	})
	defer mend()
	err = f()
	return hit, err
}
