package sandbox

import (
	"io/fs"
	"syscall"
)

// unfollowed opens no link, and does not wait for the other end of a pipe.
const unfollowed = syscall.O_NOFOLLOW | syscall.O_NONBLOCK

// mortal gives a process a group of its own and ends it with this program; first
// makes it the first process of a namespace, which the kernel ends with it.
func mortal(first bool) *syscall.SysProcAttr {
	attributes := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if first {
		attributes.Cloneflags = syscall.CLONE_NEWPID
	}
	return attributes
}

// kill ends a process, or the group with the number below zero.
func kill(process int) error { return syscall.Kill(process, syscall.SIGKILL) }

func inodeOf(path string) (uint64, error) {
	var st syscall.Stat_t
	if err := syscall.Lstat(path, &st); err != nil {
		return 0, &fs.PathError{Op: "lstat", Path: path, Err: err}
	}
	return st.Ino, nil
}
