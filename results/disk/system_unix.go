//go:build unix

package disk

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// noFollow opens no link.
const noFollow = unix.O_NOFOLLOW

// second is a second descriptor of an open file, which keeps its lock when the file is
// closed to be renamed.
func second(f *os.File) (release func(), err error) {
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	return func() { unix.Close(fd) }, nil
}

// ofThisUser reports whether the file belongs to the user of this process.
func ofThisUser(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && st.Uid == uint32(os.Geteuid())
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
