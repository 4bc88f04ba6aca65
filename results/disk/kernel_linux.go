package disk

import (
	"errors"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// fcntl asks the kernel; a test puts a file system without locks in its place.
var fcntl = unix.FcntlFlock

// lockFile takes the kernel's lock on an open file, which holds it until it is
// closed: at the latest when the process ends, however it ends. The lock belongs
// to the open file and not to the process, so process numbers play no part in it,
// and file systems that several machines share pass it on (NFS 4). It is errHeld
// when another open file has the lock.
func lockFile(f *os.File) error {
	err := fcntl(f.Fd(), unix.F_OFD_SETLK, whole())
	if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EACCES) {
		return errHeld
	}
	return err
}

// waitForFile takes the lock like lockFile as soon as nobody else has it. Where the
// file system has no such locks, flock does it: some have that within a machine.
func waitForFile(f *os.File) error {
	for {
		err := fcntl(f.Fd(), unix.F_OFD_SETLKW, whole())
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case unsupported(err):
			return unix.Flock(int(f.Fd()), unix.LOCK_EX)
		}
		return err
	}
}

// fileIsLocked tells whether another open file holds the lock.
func fileIsLocked(f *os.File) (bool, error) {
	range_ := whole()
	err := fcntl(f.Fd(), unix.F_OFD_GETLK, range_)
	return err == nil && range_.Type != unix.F_UNLCK, err
}

func whole() *unix.Flock_t {
	return &unix.Flock_t{Type: unix.F_WRLCK, Whence: io.SeekStart}
}

// unsupported reports whether the file system has no locks.
func unsupported(err error) bool {
	for _, code := range []error{unix.ENOLCK, unix.EOPNOTSUPP, unix.ENOSYS, unix.EINVAL} {
		if errors.Is(err, code) {
			return true
		}
	}
	return false
}

// Slept is for how long the machine has slept since its start: one clock of the kernel
// counts meanwhile, and the other does not. What counts is read first, so that a pause
// between the two looks like no sleep.
func Slept() time.Duration {
	var all, awake unix.Timespec
	if unix.ClockGettime(unix.CLOCK_BOOTTIME, &all) != nil || unix.ClockGettime(unix.CLOCK_MONOTONIC, &awake) != nil {
		return 0
	}
	return time.Duration(all.Nano() - awake.Nano())
}
