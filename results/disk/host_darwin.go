package disk

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// waitForFile takes the lock of an open file as soon as nobody else has it.
func waitForFile(f *os.File) error { return unix.Flock(int(f.Fd()), unix.LOCK_EX) }

func bootID() string {
	id, _ := unix.Sysctl("kern.bootsessionuuid") // empty where it is not told
	return id
}

// Changed is when the file, its name or its rights last changed, in nanoseconds.
func Changed(info fs.FileInfo) int64 {
	if sys, ok := info.Sys().(*syscall.Stat_t); ok {
		return sys.Ctimespec.Nano()
	}
	return info.ModTime().UnixNano()
}

// syncNames makes the names in a folder durable, or the contents of a file, where the
// file system can: a share of another machine may refuse it for folders.
func syncNames(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	synced := d.Sync()
	if errors.Is(synced, unix.ENOTSUP) || errors.Is(synced, unix.EINVAL) {
		synced = nil
	}
	return errors.Join(synced, d.Close())
}
