package sandbox

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/autodatabench/autodatabench/results"
)

// tree lays out files of another machine below a folder.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for path, text := range files {
		path = filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

const unified = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"

// TestGroupsOfVersion2 finds the folder that was delegated, above a process's own, and
// sets the limits there.
func TestGroupsOfVersion2(t *testing.T) {
	const service = "sys/fs/cgroup/user.slice/user@1000.service/app.slice"
	root := tree(t, map[string]string{
		"proc/self/mountinfo": unified, "proc/self/cgroup": "0::/user.slice/user@1000.service/app.slice/run-1.scope\n",
		service + "/cgroup.subtree_control": "cpu memory pids\n", service + "/run-1.scope/cgroup.procs": "7\n",
		service + "/run-1.scope/pids.max": "9334\n", // systemd's own
	})
	if err := os.Mkdir(filepath.Join(root, service, "run-1.scope", "cgroup.subtree_control"), 0o755); err != nil { // cannot be written: it holds a process
		t.Fatal(err)
	}
	found := findGroups(root)
	if found == nil || found.version != 2 || found.parents[""] != filepath.Join(root, service) {
		t.Fatalf("found %+v", found)
	}
	g, err := found.make(Limits{Memory: 100 << 20, Processes: 10, CPUs: 3})
	if err != nil {
		t.Fatal(err)
	}
	dir := g.folders[""]
	for file, want := range map[string]string{"memory.max": "121634816", "memory.swap.max": "0", "memory.oom.group": "1", "pids.max": "18", "cpu.max": "300000 100000"} {
		if got, err := os.ReadFile(filepath.Join(dir, file)); err != nil || string(got) != want {
			t.Errorf("%s is %q, %v", file, got, err)
		}
	}
	for events, want := range map[string]bool{"oom 0\noom_kill 0\n": false, "oom 3\noom_kill 0\n": false, "oom 0\noom_kill 1\n": false, "oom 1\noom_kill 2\n": true} {
		if err := set(dir, "memory.events", events); err != nil {
			t.Fatal(err)
		}
		var over *limitError
		if got := errors.As(g.over(Limits{}), &over); got != want || got && over.limit != results.MemoryLimit {
			t.Errorf("%q: over %v", events, over)
		}
	}
	if err := os.RemoveAll(dir); err != nil { // the files of a real one go with it
		t.Fatal(err)
	}
	if err := g.remove(); err != nil {
		t.Error(err)
	}
}

// TestNoGroups has machines on which nothing was delegated.
func TestNoGroups(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"nothing": {}, "no controllers": {"proc/self/mountinfo": unified, "proc/self/cgroup": "0::/a\n", "sys/fs/cgroup/a/cgroup.procs": ""},
		"memory alone": {"proc/self/mountinfo": unified, "proc/self/cgroup": "0::/a\n", "sys/fs/cgroup/a/cgroup.subtree_control": "memory"},
		"a limit on the own group": {
			"proc/self/mountinfo": unified, "proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/cgroup.subtree_control": "memory pids", "sys/fs/cgroup/a/b/memory.max": "1000000\n",
		},
		"gone": {"proc/self/mountinfo": unified, "proc/self/cgroup": "0::/a/b\n"},
		"hybrid without rights": {
			"proc/self/mountinfo": "31 30 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n", "proc/self/cgroup": "4:memory:/x\n0::/\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			root := tree(t, files)
			for path := range files { // a fake file system takes every write; a real one does not
				if strings.HasSuffix(path, "subtree_control") {
					continue
				}
				if strings.HasPrefix(path, "sys/") {
					if err := os.Mkdir(filepath.Join(root, filepath.Dir(path), "cgroup.subtree_control"), 0o755); err != nil {
						t.Fatal(err)
					}
				}
			}
			if name == "memory alone" {
				control := filepath.Join(root, "sys/fs/cgroup/a/cgroup.subtree_control")
				if err := os.Remove(control); err != nil {
					t.Fatal(err)
				}
				if err := os.Symlink("/dev/null", control); err != nil { // takes the write and keeps nothing
					t.Fatal(err)
				}
			}
			if found := findGroups(root); found != nil {
				t.Errorf("found %+v", found)
			}
		})
	}
}

// TestGroupsOfVersion1 finds the hierarchies in which a container's root is a group of
// the host's.
func TestGroupsOfVersion1(t *testing.T) {
	root := tree(t, map[string]string{
		"proc/self/mountinfo": "31 30 0:27 /docker/x /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n32 30 0:28 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n" +
			"33 30 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n", "sys/fs/cgroup/cpu,cpuacct/tasks": "",
		"proc/self/cgroup": "8:pids:/\n4:memory:/docker/x/job\n3:cpu,cpuacct:/\n", "sys/fs/cgroup/memory/job/memory.failcnt": "0\n", "sys/fs/cgroup/pids/cgroup.procs": "",
	})
	found := findGroups(root)
	if found == nil || found.version != 1 || found.parents[memory] != filepath.Join(root, "sys/fs/cgroup/memory/job") || found.parents[pids] != filepath.Join(root, "sys/fs/cgroup/pids") {
		t.Fatalf("found %+v", found)
	}
	g, err := found.make(Limits{Memory: 1 << 30, Processes: 2, CPUs: 2})
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{filepath.Join(g.folders[memory], "memory.limit_in_bytes"): "1090519040", filepath.Join(g.folders[pids], "pids.max"): "10",
		filepath.Join(g.folders[cpu], "cpu.cfs_quota_us"): "200000", filepath.Join(g.folders[cpu], "cpu.shares"): "2048"} {
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("%s is %q, %v", path, got, err)
		}
	}
	// Code is to blame if the kernel killed and the group was about full, with or without swap.
	dir := g.folders[memory]
	for _, tt := range []struct {
		kills, most, withSwap string
		over                  bool
	}{{"0", "0", "0", false}, {"0", "1090519040", "0", false}, {"1", "900000000", "900000000", false}, {"1", "1090000000", "0", true}, {"1", "0", "1090519040", true}} {
		err := errors.Join(set(dir, "memory.oom_control", "under_oom 0\noom_kill "+tt.kills+"\n"),
			set(dir, "memory.max_usage_in_bytes", tt.most+"\n"), set(dir, "memory.memsw.max_usage_in_bytes", tt.withSwap+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		if got := g.over(Limits{}) != nil; got != tt.over {
			t.Errorf("%+v: over %v", tt, got)
		}
	}
}

// TestStartInGroup starts a process in the groups of this machine: it is in them, and so is
// neither this process nor, afterwards, the thread that started it.
func TestStartInGroup(t *testing.T) {
	info, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	try := func(version int, parents map[string]string) {
		for _, parent := range parents {
			if !writable(parent) {
				return
			}
		}
		tried++
		g := &group{version: version, folders: map[string]string{}}
		for controller, parent := range parents {
			dir, err := os.MkdirTemp(parent, groupPrefix)
			if err != nil {
				t.Fatal(err)
			}
			g.folders[controller] = dir
		}
		var wg sync.WaitGroup
		wg.Go(func() {
			runtime.LockOSThread()
			cmd := exec.Command("cat", "/proc/self/cgroup")
			cmd.SysProcAttr = mortal(false)
			var said bytes.Buffer
			cmd.Stdout = &said
			if err := errors.Join(g.start(cmd), cmd.Wait()); err != nil {
				t.Error(err)
			}
			own, err := os.ReadFile("/proc/thread-self/cgroup")
			if err != nil {
				t.Error(err)
			}
			for _, dir := range g.folders {
				if name := filepath.Base(dir); !strings.Contains(said.String(), name) || strings.Contains(string(own), name) {
					t.Errorf("version %d: the process is in %s, the thread in %s", version, said.String(), own)
				}
			}
		})
		wg.Wait()
		if err := g.remove(); err != nil {
			t.Error(err)
		}
	}
	hierarchies := mounted(string(info))
	if at, ok := hierarchies[""]; ok {
		try(2, map[string]string{"": at.mount})
	}
	if found := findGroups("/"); found != nil && found.version == 1 {
		try(1, found.parents)
	}
	if tried == 0 {
		t.Skip("this machine has no control groups that may be made")
	}
}

// TestFullCounter tells memory that is full from memory that holds pages of files: of those
// the kernel gives back what is needed.
func TestFullCounter(t *testing.T) {
	found := usableGroups()
	if found == nil || found.version != 1 {
		t.Skip("this machine has no control groups of version 1 that may be made")
	}
	g, err := found.make(Limits{Memory: 48 << 20, Processes: 8, CPUs: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer g.remove()
	start := func(code string) {
		t.Helper()
		var wg sync.WaitGroup
		wg.Go(func() {
			runtime.LockOSThread()
			cmd := exec.Command("python3", "-c", code)
			cmd.Dir, cmd.SysProcAttr = t.TempDir(), mortal(false)
			if err := g.start(cmd); err != nil {
				t.Error(err)
				return
			}
			_ = cmd.Wait() // may be killed
		})
		wg.Wait()
	}
	start("with open('x', 'wb') as f:\n for _ in range(128): f.write(b'x' * (1 << 20))")
	if most := number(filepath.Join(g.folders[memory], "memory.max_usage_in_bytes")); most < 60<<20 || g.counter.full() {
		t.Errorf("pages of files: %d bytes at most, full %t", most, g.counter.full())
	}
	start("x = b'x' * (128 << 20)")
	if killed, full := g.killed(); !killed || !full {
		t.Errorf("memory: killed %t, full %t", killed, full)
	}
}
