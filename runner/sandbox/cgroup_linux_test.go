package sandbox

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"testing"
)

// TestFullAround has a group around the code's that was full: the kernel tells both.
func TestFullAround(t *testing.T) {
	for _, tt := range []struct {
		counted bool
		most    string
		over    bool
	}{{true, "900000000", false}, {false, "1073741824", false}, {true, "1073741824", true}} {
		dir := t.TempDir()
		g := &group{version: 1, folders: map[string]string{memory: dir}, counter: &fullCounter{fd: -1}}
		g.counter.was.Store(tt.counted)
		err := errors.Join(set(dir, "memory.oom_control", "oom_kill 1\n"), set(dir, "memory.limit_in_bytes", "1073741824\n"), set(dir, "memory.max_usage_in_bytes", tt.most+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		if got := g.over(Limits{}) != nil; got != tt.over {
			t.Errorf("%+v: over %v", tt, got)
		}
	}
}

// TestMemoryWithoutCPUs keeps the groups of memory where those of CPUs are refused.
func TestMemoryWithoutCPUs(t *testing.T) {
	found := findGroups("/")
	if found == nil || found.version != 1 || found.parents[cpu] == "" {
		t.Skip("this machine has no control groups of version 1 that may be made")
	}
	parent, err := os.MkdirTemp(found.parents[cpu], groupPrefix)
	if err != nil {
		t.Fatal(err)
	}
	defer os.Remove(parent)
	if err := set(parent, "cpu.cfs_quota_us", "50000"); err != nil {
		t.Fatal(err)
	}
	inside := &groups{version: 1, parents: maps.Clone(found.parents)}
	inside.parents[cpu] = parent
	if inside.usable() != inside {
		t.Error("a quota around the group's takes away the groups")
	}
	g, err := inside.make(Limits{Memory: 1 << 30, Processes: 2, CPUs: 2})
	if err != nil {
		t.Fatal(err)
	}
	if g.throttled {
		t.Error("the quota that was refused counts")
	}
	if err := g.remove(); err != nil {
		t.Error(err)
	}
	inside.parents[cpu] = filepath.Join(parent, "nowhere")
	if less := inside.usable(); less == nil || less.parents[cpu] != "" || less.parents[memory] != found.parents[memory] {
		t.Errorf("left are %+v", less)
	}
}
