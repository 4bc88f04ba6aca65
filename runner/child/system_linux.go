package child

import (
	"os"
	"syscall"
)

// groupOf gives a program a group of its own and the signal that it gets when this
// program ends.
func groupOf(death syscall.Signal) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: death}
}

// signal sends a signal to a process, or to the group with the number below zero.
func signal(process int, s syscall.Signal) { _ = syscall.Kill(process, s) }

// Pair makes the two ends of a socket, of which a program may inherit the second.
func Pair() (ours, theirs *os.File, err error) {
	ends, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	return os.NewFile(uintptr(ends[0]), "ours"), os.NewFile(uintptr(ends[1]), "theirs"), nil
}

// PeakMemory is the most memory that a program which has ended held, in bytes; 0
// when it is not known.
func PeakMemory(state *os.ProcessState) int64 {
	if usage, ok := state.SysUsage().(*syscall.Rusage); ok {
		return int64(usage.Maxrss) << 10
	}
	return 0
}
