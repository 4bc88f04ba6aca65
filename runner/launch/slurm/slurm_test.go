//go:build slurm

package slurm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/runner/student/studenttest"
)

// The tests of this file run on the Slurm that bench/slurm-test.sh starts.

// real is a folder for jobs of the real Slurm.
func real(t *testing.T) cluster {
	t.Helper()
	if os.Getenv("SLURM_TEST") == "" {
		t.Fatal("these tests need the Slurm of make slurm-test")
	}
	return cluster{t, t.TempDir(), t.TempDir()}
}

// slurm runs one of Slurm's programs.
func (c cluster) slurm(name string, args ...string) string {
	c.t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		c.t.Errorf("%s %v: %v: %s", name, args, err, out)
	}
	return string(out)
}

func (c cluster) daemon(verb, name string) {
	c.t.Helper()
	script, err := filepath.Abs("../../../bench/slurm-test.sh")
	if err != nil {
		c.t.Fatal(err)
	}
	c.slurm(script, "daemon", verb, name)
}

// job waits until the step's n-th submission has the state, and returns its
// number.
func (c cluster) job(n int, state string) string {
	c.t.Helper()
	for range 1200 {
		dirs, err := filepath.Glob(filepath.Join(c.root, "*"))
		if err != nil {
			c.t.Fatal(err)
		}
		for _, dir := range dirs {
			out, _ := exec.Command("squeue", "--noheader", "--states=all", "--name="+jobName(filepath.Base(dir), n), "--format=%T %i").Output()
			if is, id, _ := strings.Cut(strings.TrimSpace(string(out)), " "); is == state {
				return id
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	c.t.Fatalf("submission %d never was %s:\n%s", n, state, c.slurm("squeue", "--states=all"))
	return ""
}

// submissions counts the jobs of the cluster's steps that Slurm knows.
func (c cluster) submissions(names ...string) int {
	out := c.slurm("squeue", "--noheader", "--states=all", "--format=%j")
	n := 0
	for line := range strings.Lines(out) {
		for _, name := range names {
			if strings.HasPrefix(line, namePrefix+name+"-") {
				n++
			}
		}
	}
	return n
}

// stepName is the name of the only step in the folder.
func (c cluster) stepName() string {
	c.t.Helper()
	dirs, err := os.ReadDir(c.root)
	if err != nil || len(dirs) != 1 {
		c.t.Fatalf("%d steps, %v", len(dirs), err)
	}
	return dirs[0].Name()
}

// hanging asks a student that answers once release is called, and calls then
// while its first job runs.
func hanging(t *testing.T, c cluster, then func(release func())) ([]string, error) {
	t.Helper()
	path := filepath.Join(c.dir, "go")
	l := c.launcher("hang " + path)
	var answers []string
	var err error
	var wg sync.WaitGroup
	wg.Go(func() { answers, err = ask(t.Context(), l, "a") })
	then(func() { c.touch("go") })
	wg.Wait()
	return answers, err
}

// kill kills the script of a job, as a machine short of memory does.
func (c cluster) kill(id string) {
	c.t.Helper()
	for range 300 { // a job runs before its script does
		lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
		if err != nil {
			c.t.Fatal(err)
		}
		for _, path := range lines {
			line, err := os.ReadFile(path)
			if err != nil || !strings.Contains(string(line), fmt.Sprintf("job%05s/slurm_script", id)) || !strings.HasPrefix(string(line), "/bin/bash") {
				continue
			}
			pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			if err != nil || syscall.Kill(pid, syscall.SIGKILL) != nil {
				c.t.Errorf("kill %s: %v", path, err)
			}
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	c.t.Errorf("job %s has no script here", id)
}

func answered(t *testing.T, answers []string, err error) {
	t.Helper()
	if err != nil || len(answers) != 1 || answers[0] != "a" {
		t.Errorf("%q, %v", answers, err)
	}
}

func TestSlurmConformance(t *testing.T) {
	recipe := results.Mini().Recipe
	recipe.Epochs, recipe.BatchRows = 8, 4
	l := real(t).launcher("embedded")
	if err := l.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	studenttest.Run(t, l, recipe)
}

// Jobs that ask for the one GPU see it, and never two at a time.
func TestSlurmGPU(t *testing.T) {
	c := real(t)
	l := c.launcher("gpu "+filepath.Join(c.dir, "lock"), func(c *Config) { c.Gres = "gpu:1" })
	var wg sync.WaitGroup
	for i := range 3 {
		wg.Go(func() {
			answers, err := ask(t.Context(), l, fmt.Sprint(i))
			if err != nil || len(answers) != 1 || answers[0] != "0" {
				t.Errorf("job %d sees %q, %v", i, answers, err)
			}
		})
	}
	wg.Wait()
}

// What Slurm will never take is bad input at once.
func TestSlurmRefuses(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"partition": func(c *Config) { c.Partition = "nosuch" },
		"gres":      func(c *Config) { c.Gres = "gpu:99" },
		"time":      func(c *Config) { c.Time = 100 * time.Hour },
		"option":    func(c *Config) { c.Options = []string{"--nosuch"} },
	} {
		c := real(t)
		_, asked := ask(t.Context(), c.launcher("echo", change), "a")
		found := []error{asked}
		if name == "partition" || name == "option" { // of the others only the queue knows
			found = append(found, c.launcher("echo", change).Check(t.Context()))
		}
		for _, err := range found {
			var known *results.Error
			if !errors.As(err, &known) || known.Kind != results.BadInput {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// A controller that is stopped in the middle costs nothing: the result is taken
// while it is down, and steps that begin then wait for it.
func TestSlurmControllerStopped(t *testing.T) {
	c := real(t)
	answers, err := hanging(t, c, func(release func()) {
		c.job(1, "RUNNING")
		c.daemon("stop", "slurmctld")
		release()
	})
	answered(t, answers, err)
	var wg sync.WaitGroup
	wg.Go(func() {
		time.Sleep(3 * time.Second)
		c.daemon("start", "slurmctld")
	})
	answers, err = ask(t.Context(), real(t).launcher("plain"), "a")
	wg.Wait()
	answered(t, answers, err)
}

// A job that somebody cancels or kills is submitted again.
func TestSlurmJobKilled(t *testing.T) {
	for name, kill := range map[string]func(c cluster, id string){
		"scancel": func(c cluster, id string) { c.slurm("scancel", id) },
		"kill -9": func(c cluster, id string) { c.kill(id) },
	} {
		t.Run(name, func(t *testing.T) {
			c := real(t)
			answers, err := hanging(t, c, func(release func()) {
				kill(c, c.job(1, "RUNNING"))
				c.job(2, "RUNNING")
				release()
			})
			answered(t, answers, err)
		})
	}
	t.Run("its program", func(t *testing.T) {
		c := real(t)
		answers, err := ask(t.Context(), c.launcher("die "+c.touch("die")), "a")
		answered(t, answers, err)
	})
}

// While the node is drained a job waits, and its time in the queue is no run
// time.
func TestSlurmNodeDrained(t *testing.T) {
	c, node := real(t), os.Getenv("AUTODATABENCH_SLURM_NODE")
	c.slurm("scontrol", "update", "NodeName="+node, "State=DRAIN", "Reason=test")
	if err := c.launcher("plain").Check(t.Context()); err != nil {
		t.Errorf("an experiment may not begin: %v", err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		c.job(1, "PENDING")
		time.Sleep(8 * time.Second)
		c.slurm("scontrol", "update", "NodeName="+node, "State=RESUME")
	})
	ctx, meter := student.Metered(t.Context(), 7*time.Second, errors.New("time is up"), time.Now)
	answers, err := ask(ctx, c.launcher("plain"), "a")
	wg.Wait()
	answered(t, answers, err)
	if ran := meter.Stop(); ran > 7*time.Second {
		t.Errorf("ran %s", ran)
	}
}

// A job that reaches its time limit is not submitted again: it would do so again.
func TestSlurmTimeLimit(t *testing.T) {
	c := real(t)
	l := c.launcher("hang "+filepath.Join(c.dir, "never"), func(c *Config) { c.Time = time.Minute })
	_, err := ask(t.Context(), l, "a")
	var known *results.Error
	if !errors.As(err, &known) || known.Kind != results.Infrastructure || !strings.Contains(err.Error(), "time limit") || !strings.Contains(known.Hint, "launcher.time") {
		t.Errorf("%v", err)
	}
	if n := c.submissions(c.stepName()); n != 1 {
		t.Errorf("%d submissions", n)
	}
}

// fill leaves no room in a file system of a few MiB, until it is called back.
func fill(t *testing.T, dir string) (free func()) {
	t.Helper()
	path := filepath.Join(dir, "filler")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	for size := 1 << 20; size > 0; size /= 2 { // down to the last byte
		for err = nil; err == nil; {
			_, err = f.Write(make([]byte, size))
		}
	}
	f.Close()
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("fill %s: %v", dir, err)
	}
	return func() {
		if err := os.Remove(path); err != nil {
			t.Error(err)
		}
	}
}

// A job that cannot write its result is the platform's fault, and the step goes
// on when there is room again.
func TestSlurmFolderFull(t *testing.T) {
	c := real(t)
	if err := syscall.Mount("jobs", c.root, "tmpfs", 0, "size=1m"); err != nil {
		t.Fatal(err)
	}
	defer syscall.Unmount(c.root, syscall.MNT_DETACH)
	var free func()
	_, err := hanging(t, c, func(release func()) {
		c.job(1, "RUNNING")
		free = fill(t, c.root)
		release()
	})
	var known *results.Error
	if !errors.As(err, &known) || known.Kind != results.Infrastructure || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("full: %v", err)
	}
	free()
	answers, err := hanging(t, c, func(func()) {})
	answered(t, answers, err)
}

// A node whose spool is full cannot start jobs. They are submitted again until
// there is room.
func TestSlurmSpoolFull(t *testing.T) {
	c, node := real(t), os.Getenv("AUTODATABENCH_SLURM_NODE")
	free := fill(t, filepath.Join(os.Getenv("SLURM_TEST"), "spool"))
	var wg sync.WaitGroup
	wg.Go(func() {
		time.Sleep(4 * time.Second)
		free()
		// Slurm may take a node out of use that fails to start jobs.
		_ = exec.Command("scontrol", "update", "NodeName="+node, "State=RESUME").Run()
	})
	answers, err := ask(t.Context(), c.launcher("plain"), "a")
	wg.Wait()
	answered(t, answers, err)
}

// A coordinator that comes later takes over a job that runs, and one that ended
// meanwhile.
func TestSlurmGoingOn(t *testing.T) {
	for _, running := range []bool{true, false} {
		c := real(t)
		ctx, stop := context.WithCancelCause(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := ask(ctx, c.launcher("hang "+filepath.Join(c.dir, "go")), "a"); err == nil {
				t.Error("not interrupted")
			}
		})
		c.job(1, "RUNNING")
		stop(errors.New("interrupted"))
		wg.Wait()
		name := c.stepName()
		if !running {
			c.touch("go")
			c.job(1, "COMPLETED")
		}
		answers, err := hanging(t, c, func(release func()) { release() })
		answered(t, answers, err)
		if n := c.submissions(name); n != 1 {
			t.Errorf("%d submissions", n)
		}
	}
}
