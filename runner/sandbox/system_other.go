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

func allocated(info os.FileInfo) int64 { return info.Size() }
