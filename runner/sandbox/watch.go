package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Limits that single processes cannot be held to are watched: memory and number
// of all processes together, and the workspace's size.
const (
	watchEvery = 100 * time.Millisecond
	diskEvery  = 10 // of the above
	maxFiles   = 100_000
)

// limitError is the reason for which an execution was stopped.
type limitError struct{ what string }

func (e *limitError) Error() string { return e.what }

// watch stops the execution when it breaks a limit. The channel is closed when
// ctx has ended and nothing is watched any more.
func (e *execution) watch(ctx context.Context, pid int, stop context.CancelCauseFunc) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		ticker := time.NewTicker(watchEvery)
		defer ticker.Stop()
		for n := 1; ; n++ {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
			if full(e.spec.Workspace) {
				e.full.Store(true)
			}
			err := e.overProcesses(pid)
			if err == nil && n%diskEvery == 0 {
				err = e.overDisk()
			}
			if err != nil {
				stop(err)
				return
			}
		}
	}()
	return done
}

// overProcesses looks at all processes below pid. Some may end meanwhile.
func (e *execution) overProcesses(pid int) error {
	most := e.spec.Limits.Processes + 4 // bubblewrap's own
	pids := descendants(pid, 2*most)
	if len(pids) > most {
		return &limitError{fmt.Sprintf("there are more than %d processes", e.spec.Limits.Processes)}
	}
	var resident int64
	for _, p := range pids {
		resident += statm(p)
	}
	if resident <= e.spec.Limits.Memory {
		return nil
	}
	var shared int64 // pages that processes share count once
	for _, p := range pids {
		shared += proportional(p)
	}
	if shared > e.spec.Limits.Memory {
		return &limitError{fmt.Sprintf("the processes use more than %d MiB of memory", e.spec.Limits.Memory>>20)}
	}
	return nil
}

// overDisk adds up the blocks of the workspace's files, following no link.
func (e *execution) overDisk() error {
	var bytes int64
	files := 0
	err := filepath.WalkDir(e.spec.Workspace, func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // removed meanwhile, or closed by the code
		}
		if files++; files > maxFiles {
			return &limitError{fmt.Sprintf("the workspace has more than %d files", maxFiles)}
		}
		if info, err := d.Info(); err == nil {
			bytes += allocated(info)
		}
		return nil
	})
	var over *limitError
	if errors.As(err, &over) {
		return over
	}
	if bytes > e.spec.Limits.Disk {
		return &limitError{fmt.Sprintf("the workspace has more than %d MiB", e.spec.Limits.Disk>>20)}
	}
	return nil
}

// descendants lists pid and the processes below it, at most limit of them.
func descendants(pid, limit int) []int {
	all := []int{pid}
	for i := 0; i < len(all) && len(all) < limit; i++ {
		tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", all[i]))
		for _, path := range tasks {
			data, _ := os.ReadFile(path)
			for _, field := range strings.Fields(string(data)) {
				if child, err := strconv.Atoi(field); err == nil {
					all = append(all, child)
				}
			}
		}
	}
	return all
}

// statm is the resident memory of a process in bytes, 0 when it is gone.
func statm(pid int) int64 {
	data, _ := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	fields := strings.Fields(string(data))
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize())
}

// proportional is the process's memory in bytes with each shared page divided
// among its users; the resident memory where the system does not tell.
func proportional(pid int) int64 {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return statm(pid)
	}
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, "Pss:"); ok {
			kib, _ := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
			return kib << 10
		}
	}
	return statm(pid)
}
