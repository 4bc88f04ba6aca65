package cli

import (
	"os"
	"syscall"
	"testing"
)

// mountReadOnly mounts the folder over itself so that root cannot write to it either.
func mountReadOnly(t *testing.T, dir string) {
	t.Helper()
	const bind, remount = syscall.MS_BIND, syscall.MS_BIND | syscall.MS_REMOUNT | syscall.MS_RDONLY
	if err := syscall.Mount(dir, dir, "", bind, ""); err != nil {
		refused(t, err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	if err := syscall.Mount(dir, dir, "", remount, ""); err != nil {
		refused(t, err)
	}
}

// refused skips the test where a container lets its root mount nothing; continuous
// integration must not lose it that way.
func refused(t *testing.T, err error) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(err)
	}
	t.Skipf("root cannot mount here: %v", err)
}
