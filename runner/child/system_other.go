//go:build !linux

package child

import (
	"errors"
	"os"
	"syscall"
)

func groupOf(syscall.Signal) *syscall.SysProcAttr { return nil }

func signal(int, syscall.Signal) {}

// Pair makes the two ends of a socket, of which a program may inherit the second.
func Pair() (ours, theirs *os.File, err error) { return nil, nil, errors.ErrUnsupported }

// PeakMemory is the most memory that a program which has ended held, in bytes; 0
// when it is not known.
func PeakMemory(*os.ProcessState) int64 { return 0 }
