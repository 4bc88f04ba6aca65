package sandbox

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/autodatabench/autodatabench/results"
)

// Limits that single processes cannot be held to are watched: memory and number
// of all processes together, and the workspace's size.
const (
	watchEvery = 100 * time.Millisecond
	diskEvery  = 10 // of the above
	maxFiles   = 100_000
)

// limitError is the limit for which an execution was stopped.
type limitError struct {
	limit results.Limit
	what  string
}

func (e *limitError) Error() string { return e.what }

func memoryError(l Limits) error {
	return &limitError{results.MemoryLimit, fmt.Sprintf("the processes use more than %d MiB of memory", l.Memory>>20)}
}

// watch stops the execution when it breaks a limit. The channel is closed when
// ctx has ended and nothing is watched any more.
func (e *execution) watch(ctx context.Context, pid int, stop context.CancelCauseFunc) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		ticker := time.NewTicker(watchEvery)
		defer ticker.Stop()
		var before kernelMemory
		if e.group == nil {
			before = kernelMemoryNow()
		}
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
				err = e.overDisk(pid)
			}
			if err == nil && e.group == nil {
				err = kernelMemoryNow().rose(before, e.spec.Limits.Memory)
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
	if e.group != nil {
		if err := e.group.over(e.spec.Limits); err != nil {
			return err
		}
	}
	most := e.spec.Limits.Processes + own
	pids := descendants(pid, 2*most)
	threads := 0
	var resident int64
	for _, p := range pids {
		n, bytes := resources(p)
		threads += n
		resident += bytes
	}
	if threads > most {
		return &limitError{results.ProcessesLimit, fmt.Sprintf("there are more than %d processes and threads", e.spec.Limits.Processes)}
	}
	held, files := inMemory(pids, e.s.cfg.Kind, e.spec.Limits.Tmp)
	if files > maxFiles {
		return &limitError{results.MemoryLimit, fmt.Sprintf("the temporary folders have more than %d files", maxFiles)}
	}
	if resident+held <= e.spec.Limits.Memory {
		return nil
	}
	var private, mapped int64 // pages that processes share count once
	for _, p := range pids {
		all, files := proportional(p)
		private, mapped = private+all-files, mapped+files
	}
	if private+max(mapped, held) > e.spec.Limits.Memory {
		return memoryError(e.spec.Limits)
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

// state is the letter of a process's or a thread's folder; empty if that cannot be read.
// The name before it is the code's choice.
func state(dir string) string {
	data, _ := os.ReadFile(dir + "/stat")
	text := string(data)
	end := strings.LastIndex(text, ") ")
	if end < 0 {
		return ""
	}
	letter, _, _ := strings.Cut(text[end+2:], " ")
	return letter
}

// resources are the threads of a process and its resident memory in bytes, 0 when it is
// gone. Where its first thread has ended, another one tells the memory.
func resources(pid int) (threads int, bytes int64) {
	tasks, _ := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	for _, task := range tasks {
		if bytes = statm(fmt.Sprintf("%d/task/%s", pid, task.Name())); bytes > 0 {
			break
		}
	}
	return len(tasks), bytes
}

// statm is the resident memory of a process or a thread of it.
func statm(process string) int64 {
	data, _ := os.ReadFile("/proc/" + process + "/statm")
	fields := strings.Fields(string(data))
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize())
}

// proportional is the process's memory in bytes with each shared page divided among its
// users, and how much of it are files in memory; the resident memory where the system
// does not tell.
func proportional(pid int) (all, inMemory int64) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil || len(data) == 0 {
		_, all = resources(pid)
		return all, 0
	}
	for line := range strings.Lines(string(data)) {
		name, rest, _ := strings.Cut(line, ":")
		kib, _ := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
		switch name {
		case "Pss":
			all = kib << 10
		case "Pss_Shmem":
			inMemory = kib << 10
		}
	}
	return all, inMemory
}

// perFile is about what the kernel keeps for a file in memory that is empty, in bytes.
const perFile = 1 << 10

// inMemory is what the sandbox's file systems in memory hold, as its last process sees
// them: mapped or not, their pages are no process's alone. Without isolation they are
// the machine's.
func inMemory(pids []int, kind string, size int64) (bytes int64, files int) {
	if kind == None {
		return 0, 0
	}
	for _, dir := range []string{"tmp", "dev/shm"} {
		used, inodes, err := usedOf(fmt.Sprintf("/proc/%d/root/%s", pids[len(pids)-1], dir), size)
		if err != nil { // it is gone, or has not begun
			return 0, 0
		}
		bytes, files = bytes+used+inodes*perFile, files+int(inodes)
	}
	return bytes, files
}
