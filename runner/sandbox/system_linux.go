package sandbox

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
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

// dataFile is an open file in memory with the data, read from its beginning.
func dataFile(name string, data []byte) (*os.File, error) {
	fd, err := unix.MemfdCreate(name, unix.MFD_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("memfd_create", err)
	}
	file := os.NewFile(uintptr(fd), name)
	_, err = file.Write(data)
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// intoGroup makes a process a member of a control group of version 2 from its birth.
func intoGroup(attributes *syscall.SysProcAttr, folder *os.File) {
	attributes.UseCgroupFD, attributes.CgroupFD = true, int(folder.Fd())
}

// ownKeyring gives the calling thread, and what it starts, a session keyring of its own:
// the login session's holds keys of its user. A kernel without keys has none to keep.
func ownKeyring() {
	const join = 1
	_, _, _ = unix.Syscall(unix.SYS_KEYCTL, join, 0, 0)
}

// keepOpenFiles keeps what this program's caller left open from processes that it starts.
func keepOpenFiles() {
	open, _ := os.ReadDir("/proc/self/fd")
	for _, entry := range open {
		if fd, err := strconv.Atoi(entry.Name()); err == nil && fd > 2 {
			unix.CloseOnExec(fd)
		}
	}
}

// bind sets limits of a process of the sandbox. None is above what this program itself is
// held to.
func bind(pid int, l Limits) error {
	for what, most := range map[int]uint64{
		unix.RLIMIT_AS: uint64(l.Memory), unix.RLIMIT_FSIZE: uint64(l.FileSize), unix.RLIMIT_NOFILE: uint64(l.OpenFiles), unix.RLIMIT_NPROC: uint64(l.Processes), unix.RLIMIT_CPU: uint64(time.Duration(l.CPUs)*l.time/time.Second) + 1,
		unix.RLIMIT_CORE: 0, unix.RLIMIT_MSGQUEUE: 0, unix.RLIMIT_MEMLOCK: 64 << 10,
	} {
		var old unix.Rlimit
		if err := unix.Prlimit(pid, what, nil, &old); err != nil {
			return err
		}
		most = min(most, old.Max)
		if err := unix.Prlimit(pid, what, &unix.Rlimit{Cur: most, Max: most}, nil); err != nil {
			return err
		}
	}
	return nil
}

// fullCounter counts how often the memory of a group of version 1 was full, with nothing
// left to give back.
type fullCounter struct {
	fd  int
	was atomic.Bool
}

// newFullCounter is nil where the kernel does not count.
func newFullCounter(dir string) *fullCounter {
	control, err := os.Open(filepath.Join(dir, "memory.oom_control"))
	if err != nil {
		return nil
	}
	defer control.Close()
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return nil
	}
	if set(dir, "cgroup.event_control", fmt.Sprintf("%d %d", fd, control.Fd())) != nil {
		unix.Close(fd)
		return nil
	}
	return &fullCounter{fd: fd}
}

// full reports whether the memory was full at some time.
func (c *fullCounter) full() bool {
	if n, _ := unix.Read(c.fd, make([]byte, 8)); n > 0 {
		c.was.Store(true)
	}
	return c.was.Load()
}

func (c *fullCounter) close() { unix.Close(c.fd) }
