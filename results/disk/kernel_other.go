//go:build !linux

package disk

import (
	"errors"
	"fmt"
	"os"
	"time"
)

// Trials are written on Linux alone, so no other system needs the lock of a folder's
// writer. Nor could it see the lock that a Linux machine holds on a folder that both
// share: there the fields of the [Holder] decide, and a writer on another host counts
// as alive. Temporary files have no owner, so they are not swept.

// lockFile refuses.
func lockFile(*os.File) error {
	return fmt.Errorf("only Linux writes trials: %w", errors.ErrUnsupported)
}

// fileIsLocked cannot tell.
func fileIsLocked(*os.File) (bool, error) { return false, errCannotTell }

var errCannotTell = errors.New("this system does not see the locks of Linux")

// unsupported reports whether a lock cannot be asked for.
func unsupported(err error) bool { return errors.Is(err, errCannotTell) }

// processState would be the state and the start of a process.
func processState(string) (state byte, start int64) { return 0, 0 }

// Slept is not known here.
func Slept() time.Duration { return 0 }
