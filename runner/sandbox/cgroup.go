package sandbox

import (
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
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
	cpu    = "cpu"
)

// usableGroups are the groups that a process could be started in; nil where there are
// none. A system may show folders and refuse what starting takes.
func usableGroups() *groups {
	g := findGroups("/")
	if g == nil {
		return nil
	}
	return g.usable()
}

// usable is g as far as it can be used: memory is held also where the CPUs cannot be.
func (g *groups) usable() *groups {
	if g.try() == nil {
		return g
	}
	if _, ok := g.parents[cpu]; !ok {
		return nil
	}
	less := &groups{version: g.version, parents: maps.Clone(g.parents)}
	delete(less.parents, cpu)
	return less.usable()
}

// try starts a process in a group of its own.
func (g *groups) try() error {
	made, err := g.make(Limits{}.withDefaults(Limits{}))
	if err != nil {
		return err
	}
	var tried sync.WaitGroup
	tried.Go(func() {
		runtime.LockOSThread() // see start
		cmd := exec.Command(shell, "-c", ":")
		cmd.SysProcAttr = mortal(false)
		if err = made.start(cmd); err == nil {
			err = cmd.Wait()
		}
	})
	tried.Wait()
	return errors.Join(err, made.remove())
}

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
		if at, ok := hierarchies[cpu]; ok {
			if dir := at.folder(root, paths[cpu]); writable(dir) {
				v1.parents[cpu] = dir
			}
		}
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
		if limited(dir) { // as by systemd-run: a group above would be free of that
			return nil
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

// limited reports whether somebody has set a limit on a group of version 2. That of
// processes is none: systemd sets it on every unit.
func limited(dir string) bool {
	for _, file := range []string{"memory.max", "memory.high", "memory.swap.max", "cpu.max"} {
		data, err := os.ReadFile(filepath.Join(dir, file))
		if err == nil && !strings.HasPrefix(string(data), "max") {
			return true
		}
	}
	return false
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
	ok := has()
	_ = os.WriteFile(control, []byte("+cpu"), 0o644) // where it is there
	return ok
}

const groupPrefix = "autodatabench-"
