//go:build unix

package disk

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// waitFor takes the lock of an open file, after whoever has it now.
func waitFor(f *os.File) error { return unix.Flock(int(f.Fd()), unix.LOCK_EX) }

// tryOwn takes the lock that waitFor takes; it is errHeld when another open file has it.
func tryOwn(f *os.File) error {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return errHeld
	}
	return err
}

// keepOwned keeps the lock of tryOwn while the file is closed to be renamed, by a
// second descriptor.
func keepOwned(f *os.File) (done func(), err error) {
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	return func() { unix.Flock(fd, unix.LOCK_UN); unix.Close(fd) }, nil
}

// openLeftover opens a file or folder to try its lock; a link or a pipe it does not
// follow or wait for.
func openLeftover(path string) (*os.File, error) {
	flags := os.O_RDWR // which a lock takes on some file systems
	if info, err := os.Lstat(path); err == nil && info.IsDir() {
		flags = os.O_RDONLY | unix.O_DIRECTORY
	}
	return os.OpenFile(path, flags|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
}

func ofThisUser(f *os.File) bool {
	var st unix.Stat_t
	return unix.Fstat(int(f.Fd()), &st) == nil && int(st.Uid) == os.Geteuid()
}

// noProcess reports that no process of this machine has the number.
func noProcess(pid int) bool { return errors.Is(unix.Kill(pid, 0), unix.ESRCH) }

// MayWrite reports whether files can be made in the folder, or the folder itself.
func MayWrite(dir string) bool {
	err := unix.Access(dir, unix.W_OK)
	return err == nil || errors.Is(err, unix.ENOENT)
}

func free(path string) (uint64, error) {
	var st unix.Statfs_t
	err := unix.Statfs(path, &st)
	return st.Bavail * uint64(st.Bsize), err
}
