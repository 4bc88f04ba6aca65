//go:build unix

package cli

import (
	"syscall"
	"time"
)

// usedTime is what this process and its ended children have used of all
// processors; 0 where the system does not tell.
func usedTime() (used time.Duration) {
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if syscall.Getrusage(who, &u) != nil {
			return 0
		}
		used += time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	return used
}
