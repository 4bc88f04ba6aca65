package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Control groups bound what the processes of an execution use together, also in the
// kernel: files in memory, segments, buffers of sockets and inodes. Version 2 is used
// where the program's own group was delegated to it, version 1 where the program may
// write to the hierarchies. Elsewhere the watch adds up what it can see.

// groups is where executions get their control groups.
type groups struct {
	version int               // 1 or 2
	parents map[string]string // folders by controller; of version 2 one, under ""
}

// The controllers of version 1 that are used; cpu is used where it is there.
const (
	memory = "memory"
	pids   = "pids"
)

// findGroups finds the groups that this process may make below its own, in the file
// systems below root, which is / but in tests. It is nil where there are none.
func findGroups(root string) *groups {
	mounts, err := os.ReadFile(filepath.Join(root, "proc/self/mountinfo"))
	if err != nil {
		return nil
	}
	own, err := os.ReadFile(filepath.Join(root, "proc/self/cgroup"))
	if err != nil {
		return nil
	}
	hierarchies := mounted(string(mounts))
	paths := ownGroups(string(own))
	v1 := &groups{version: 1, parents: map[string]string{}}
	for _, controller := range []string{memory, pids} {
		if at, ok := hierarchies[controller]; ok {
			if dir := at.folder(root, paths[controller]); writable(dir) {
				v1.parents[controller] = dir
			}
		}
	}
	if len(v1.parents) == 2 {
		return v1
	}
	at, ok := hierarchies[""]
	if !ok {
		return nil
	}
	top := filepath.Join(root, at.mount)
	for dir := at.folder(root, paths[""]); dir == top || below(dir, top); dir = filepath.Dir(dir) { // a service's folder, above its process's
		if delegated(dir) {
			return &groups{version: 2, parents: map[string]string{"": dir}}
		}
	}
	return nil
}

// sweep removes groups that a killed program left an hour ago or more. One that holds a
// process stays.
func (g *groups) sweep(now time.Time) {
	for _, parent := range g.parents {
		left, _ := filepath.Glob(filepath.Join(parent, groupPrefix+"*"))
		for _, dir := range left {
			if info, err := os.Stat(dir); err == nil && now.Sub(info.ModTime()) > time.Hour {
				_ = os.Remove(dir)
			}
		}
	}
}

// hierarchy is where a hierarchy is mounted, and the group that is its root there.
type hierarchy struct{ mount, top string }

// folder is the folder of a group.
func (h hierarchy) folder(root, group string) string {
	below := strings.TrimPrefix(group, strings.TrimSuffix(h.top, "/"))
	return filepath.Join(root, h.mount, below)
}

// mounted are the hierarchies by controller; that of version 2 has the name "".
func mounted(info string) map[string]hierarchy {
	found := map[string]hierarchy{}
	for line := range strings.Lines(info) {
		left, right, _ := strings.Cut(strings.TrimSpace(line), " - ")
		fields, kind := strings.Fields(left), strings.Fields(right)
		if len(fields) < 5 || len(kind) < 3 {
			continue
		}
		at := hierarchy{mount: fields[4], top: fields[3]}
		switch kind[0] {
		case "cgroup2":
			found[""] = at
		case "cgroup":
			for option := range strings.SplitSeq(kind[2], ",") {
				found[option] = at
			}
		}
	}
	return found
}

// ownGroups are this process's groups by controller.
func ownGroups(text string) map[string]string {
	found := map[string]string{}
	for line := range strings.Lines(text) {
		fields := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(fields) < 3 {
			continue
		}
		for controller := range strings.SplitSeq(fields[1], ",") {
			found[controller] = fields[2]
		}
	}
	return found
}

// writable reports whether a group can be made in the folder.
func writable(dir string) bool {
	made, err := os.MkdirTemp(dir, groupPrefix)
	return err == nil && os.Remove(made) == nil
}

// delegated reports whether the folder of version 2 may have children with the
// controllers. They are switched on where that is allowed: not while the group itself
// holds processes, as this one, unless it is the root.
func delegated(dir string) bool {
	if !writable(dir) {
		return false
	}
	control := filepath.Join(dir, "cgroup.subtree_control")
	has := func() bool {
		text, _ := os.ReadFile(control)
		on := strings.Fields(string(text))
		return slices.Contains(on, memory) && slices.Contains(on, pids)
	}
	if !has() {
		_ = os.WriteFile(control, []byte("+memory +pids"), 0o644)
	}
	return has()
}

const groupPrefix = "autodatabench-"

// group is an execution's control group.
type group struct {
	version int
	folders map[string]string // by controller, as in groups
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
	return made, nil
}

// own is for the processes of the sandbox itself.
const own = 8

func (g *group) bound(l Limits) error {
	bytes, processes := strconv.FormatInt(l.Memory+ownMemory, 10), strconv.Itoa(l.Processes+own)
	if g.version == 2 {
		dir := g.folders[""]
		return errors.Join(set(dir, "memory.max", bytes), optional(set(dir, "memory.swap.max", "0")), optional(set(dir, "memory.oom.group", "1")), set(dir, "pids.max", processes))
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

// add puts a process into the group.
func (g *group) add(pid int) error {
	for _, dir := range g.folders {
		if err := set(dir, "cgroup.procs", strconv.Itoa(pid)); err != nil {
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
		full = full || number(filepath.Join(dir, most)) >= limit-largestPiece
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
		if pid, err := strconv.Atoi(field); err == nil && pid > 1 {
			_ = kill(pid) // it may be gone
		}
	}
}

// count reads a number from a file of names and numbers; 0 if it is not there.
func count(path, name string) int64 {
	data, _ := os.ReadFile(path)
	for line := range strings.Lines(string(data)) {
		if fields := strings.Fields(line); len(fields) == 2 && fields[0] == name {
			n, _ := strconv.ParseInt(fields[1], 10, 64)
			return n
		}
	}
	return 0
}

// remove ends what is left in the group, and takes it away once its last process is
// gone. What cannot be taken away yet is swept by a later run.
func (g *group) remove() error {
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
