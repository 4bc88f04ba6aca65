//go:build !linux

package sandbox

import (
	"errors"
	"os"
	"syscall"
)

// Elsewhere than on Linux [New] refuses, and nothing below is reached.

const unfollowed = 0

func mortal(bool) *syscall.SysProcAttr { return nil }

func kill(int) error { return errors.ErrUnsupported }

func inodeOf(string) (uint64, error) { return 0, errors.ErrUnsupported }

func usedOf(string, int64) (bytes, files int64, err error) { return 0, 0, errors.ErrUnsupported }

func (*execution) overDisk(int) error { return nil }

func dataFile(string, []byte) (*os.File, error) { return nil, errors.ErrUnsupported }

func ownKeyring() {}

func keepOpenFiles() {}

func bind(int, Limits) error { return errors.ErrUnsupported }

func intoGroup(*syscall.SysProcAttr, *os.File) {}

type fullCounter struct{}

func newFullCounter(string) *fullCounter { return nil }

func (*fullCounter) full() bool { return false }

func (*fullCounter) close() {}
