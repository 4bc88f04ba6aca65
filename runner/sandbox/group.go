package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// group is an execution's control group.
type group struct {
	version int
	folders map[string]string // by controller, as in groups
	counter *fullCounter      // of version 1; nil where the kernel does not count

	throttled bool // the processes get the time of so many CPUs, and no more
}

// make makes a group with the limits.
func (g *groups) make(l Limits) (*group, error) {
	made := &group{version: g.version, folders: map[string]string{}}
	for controller, parent := range g.parents {
		dir, err := os.MkdirTemp(parent, groupPrefix)
		if err == nil {
			made.folders[controller] = dir
			err = os.Chmod(dir, 0o755)
		}
		if err != nil {
			return nil, errors.Join(err, made.remove())
		}
	}
	if err := made.bound(l); err != nil {
		return nil, errors.Join(err, made.remove())
	}
	if g.version == 1 {
		made.counter = newFullCounter(made.folders[memory])
	}
	return made, nil
}

// own is for the processes of the sandbox itself.
const own = 8

// bound sets the limits. The CPUs' may be refused, as one above that of a group around
// this one is.
func (g *group) bound(l Limits) error {
	bytes, processes := strconv.FormatInt(l.Memory+ownMemory, 10), strconv.Itoa(l.Processes+own)
	const period = 100_000 // microseconds, in each of which the group may use so many
	share := strconv.Itoa(l.CPUs * period)
	if g.version == 2 {
		dir := g.folders[""]
		g.throttled = set(dir, "cpu.max", share+" "+strconv.Itoa(period)) == nil
		return errors.Join(set(dir, "memory.max", bytes), optional(set(dir, "memory.swap.max", "0")), optional(set(dir, "memory.oom.group", "1")), set(dir, "pids.max", processes))
	}
	if dir, ok := g.folders[cpu]; ok {
		weight := strconv.Itoa(l.CPUs * 1024) // that of one process is 1,024
		g.throttled = set(dir, "cpu.cfs_quota_us", share) == nil
		_ = set(dir, "cpu.shares", weight)
	}
	dir := g.folders[memory]
	return errors.Join(
		set(dir, "memory.limit_in_bytes", bytes), optional(set(dir, "memory.memsw.limit_in_bytes", bytes)), optional(set(dir, "memory.swappiness", "0")),
		set(g.folders[pids], "pids.max", processes),
	)
}

// ownMemory is what bubblewrap and the start of Python take beside the code, in bytes.
const ownMemory = 16 << 20

func set(dir, file, value string) error {
	return os.WriteFile(filepath.Join(dir, file), []byte(value), 0o644)
}

// optional forgets that a kernel has no file of the name.
func optional(err error) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return nil
	}
	return err
}

// start starts the process in the group. It is to be called from a thread of its own,
// which in version 1 joins the group while it makes the process, and else keeps the
// groups that it has. To move a process instead takes the kernel several milliseconds, and
// what it used before would stay another's.
func (g *group) start(cmd *exec.Cmd) error {
	if g == nil {
		return cmd.Start()
	}
	if g.version == 2 {
		dir, err := os.Open(g.folders[""])
		if err != nil {
			return err
		}
		defer dir.Close()
		intoGroup(cmd.SysProcAttr, dir)
		return cmd.Start()
	}
	err := g.thread(func(dir string) string { return dir })
	if err == nil {
		err = cmd.Start()
	}
	back := g.thread(filepath.Dir)
	if err == nil && back != nil {
		_ = killTree(cmd.Process)
		_ = cmd.Wait() // killed
	}
	return errors.Join(err, back)
}

// thread moves the calling thread to the folder that is made of each of the group's.
func (g *group) thread(to func(dir string) string) error {
	for controller, dir := range g.folders {
		err := set(to(dir), "tasks", "0")
		switch {
		case controller == cpu: // which takes no thread of real time
			g.throttled = g.throttled && err == nil
		case err != nil:
			return err
		}
	}
	return nil
}

// over is the limit that the group has met; nil if none.
func (g *group) over(l Limits) error {
	if killed, full := g.killed(); killed && full {
		return memoryError(l)
	}
	return nil
}

// killed reports whether the kernel ended a process of the group for want of memory,
// and whether the group's memory was full: else the machine's was.
func (g *group) killed() (killed, full bool) {
	if g.version == 2 {
		events := filepath.Join(g.folders[""], "memory.events")
		return count(events, "oom_kill") > 0, count(events, "oom") > 0
	}
	dir := g.folders[memory]
	limit := number(filepath.Join(dir, "memory.limit_in_bytes"))
	for _, most := range []string{"memory.max_usage_in_bytes", "memory.memsw.max_usage_in_bytes"} { // that with swap may be met first
		full = full || number(filepath.Join(dir, most)) >= limit-largestPiece // with pages of files, which the kernel would give back
	}
	if g.counter != nil { // which also counts when a group around this one is full
		full = full && g.counter.full()
	}
	return count(filepath.Join(dir, "memory.oom_control"), "oom_kill") > 0, full
}

// largestPiece is at least what a process asks for at once: a group is full when so much
// does not fit any more. Kernels were seen that kill and leave their counts of failures
// at 0.
const largestPiece = 4 << 20

// number reads a file of one number; 0 if it is not there.
func number(path string) int64 {
	data, _ := os.ReadFile(path)
	n, _ := strconv.ParseInt(strings.TrimSpace(string(data)), 10, 64)
	return n
}

// killAll ends the processes of a group's folder.
func killAll(dir string) {
	if set(dir, "cgroup.kill", "1") == nil {
		return
	}
	data, _ := os.ReadFile(filepath.Join(dir, "cgroup.procs"))
	for _, field := range strings.Fields(string(data)) {
		if pid, err := strconv.Atoi(field); err == nil && pid > 1 && pid != os.Getpid() {
			_ = kill(pid) // it may be gone
		}
	}
}

// count reads a number from a file of names and numbers; 0 if it is not there.
func count(path, name string) int64 {
	data, _ := os.ReadFile(path)
	for line := range strings.Lines(string(data)) {
		if fields := strings.Fields(line); len(fields) >= 2 && fields[0] == name {
			n, _ := strconv.ParseInt(fields[1], 10, 64)
			return n
		}
	}
	return 0
}

// remove ends what is left in the group, and takes it away once its last process is
// gone. What cannot be taken away yet is swept by a later run.
func (g *group) remove() error {
	if g.counter != nil {
		g.counter.close()
		g.counter = nil
	}
	var left error
	for _, dir := range g.folders {
		err := os.Remove(dir)
		if err != nil {
			killAll(dir)
		}
		for wait := time.Millisecond / 4; err != nil && wait < 2*time.Second; wait *= 2 { // the last process is still being taken apart
			time.Sleep(wait)
			err = optional(os.Remove(dir))
		}
		if err != nil {
			left = errors.Join(left, fmt.Errorf("remove control group: %w", err))
		}
	}
	return left
}
