package sandbox

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

// fullBelow is how little space on the workspace's disk, in bytes, counts as none:
// code that wrote then may have left less than it meant to.
const fullBelow = 8 << 20

// full reports a disk with no space for the workspace.
func full(workspace string) bool {
	free, err := disk.Free(workspace)
	return err == nil && free < fullBelow
}

// oomKills is how many processes this machine has ever killed for want of memory;
// known is false where the system does not count them.
func oomKills() (n int64, known bool) {
	data, err := os.ReadFile("/proc/vmstat")
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(data)) {
		if count, ok := strings.CutPrefix(line, "oom_kill "); ok {
			n, err := strconv.ParseInt(strings.TrimSpace(count), 10, 64)
			return n, err == nil
		}
	}
	return 0, false
}

// machineFault tells an end of the code that the machine is to blame for. Code that
// was killed, and not by us, may have killed itself: the machine's own count tells.
func (e *execution) machineFault(exit int, stopped bool) error {
	if e.full.Load() || full(e.spec.Workspace) {
		return results.Infra(fmt.Errorf("the disk of the workspace was full while the code ran: %w", syscall.ENOSPC), "free space where temporary files go (TMPDIR), then resume")
	}
	if exit != killed || stopped {
		return nil
	}
	now, known := e.s.oomKills()
	if e.group != nil && e.s.cfg.OOMKills == nil { // that of another execution is none of this one's
		if killed, _ := e.group.killed(); !killed {
			return nil
		}
	}
	if known && e.oomKnown && now == e.oomBefore {
		return nil
	}
	return results.Infra(errors.New("the code was killed by the system, which was short of memory"), "run fewer trials at a time, or give the machine more memory, then resume")
}

// leastAvailable is the share of the machine's memory below which it is short of it.
const leastAvailable = 20 // 1 of so many

// kernelMemory is the machine's memory in segments, files in memory and the kernel's own
// objects, in bytes, and whether little of the machine's memory is left.
type kernelMemory struct {
	bytes int64
	short bool
}

func kernelMemoryNow() kernelMemory {
	const file = "/proc/meminfo"
	total, available := count(file, "MemTotal:"), count(file, "MemAvailable:")
	return kernelMemory{bytes: (count(file, "Shmem:") + count(file, "SUnreclaim:")) << 10, short: available < total/leastAvailable}
}

// rose is the last line where there are no control groups: memory that no process shows
// rose beyond the limit, and the machine is about to kill processes. Who holds it cannot be
// told, so the code is not to blame.
func (m kernelMemory) rose(before kernelMemory, limit int64) error {
	if !m.short || m.bytes-before.bytes <= limit {
		return nil
	}
	return results.Infra(fmt.Errorf("the machine is short of memory: while the code ran, the kernel's own rose by %d MiB", (m.bytes-before.bytes)>>20),
		"run fewer trials at a time, or give the machine more memory, then resume")
}

func (s *Sandbox) oomKills() (int64, bool) {
	if s.cfg.OOMKills != nil {
		return s.cfg.OOMKills()
	}
	return oomKills()
}
