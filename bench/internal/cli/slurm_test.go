//go:build slurm

package cli

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results/disk"
)

// twelve is an experiment of 12 trials that takes every kind of step. Its times
// are generous: whether they end is no matter of this test.
const twelve = `name: twelve
domains: [science]
workflows: [one-shot, iterative]
agents: [pipeline, direct]
runs: 3
parallel: 4
budget: {iterations: 2, dataset_size: 40, min_rows: 20, run_time: 6h, code_time: 1h}
`

// experimentRun is the program at work on the experiment file in a folder.
type experimentRun struct {
	t            *testing.T
	program, dir string
}

func (r experimentRun) write(text string) string {
	r.t.Helper()
	path := filepath.Join(r.dir, "twelve.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		r.t.Fatal(err)
	}
	return path
}

func (r experimentRun) command(args ...string) (*exec.Cmd, *strings.Builder) {
	cmd := exec.Command(r.program, args...)
	cmd.Dir = r.dir
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	return cmd, &out
}

func (r experimentRun) run(args ...string) {
	r.t.Helper()
	if cmd, out := r.command(args...); cmd.Run() != nil {
		r.t.Fatalf("%v: %v\n%s", args, cmd.ProcessState, out)
	}
}

// produced are the digests of what must not depend on where the student worked.
func (r experimentRun) produced() map[string]string {
	r.t.Helper()
	names := regexp.MustCompile(`/(code\.py|submission\.json|check\.json|public\.json|predictions\.jsonl|score\.json|adapter_model\.safetensors)$`)
	digests := map[string]string{}
	root := filepath.Join(r.dir, "runs", "twelve")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !names.MatchString(path) {
			return err
		}
		digests[strings.TrimPrefix(path, root)], err = disk.DigestFile(path)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return digests
}

// 12 trials give the same submissions, adapters, predictions and scores in jobs
// of a cluster with two slots as on this machine, also when the coordinator is
// killed in the middle and the experiment resumed.
func TestSlurmGivesTheScoresOfLocal(t *testing.T) {
	program := filepath.Join(os.Getenv("SLURM_TEST"), "autodatabench")
	local := experimentRun{t, program, t.TempDir()}
	local.run("run", local.write(twelve))
	remote := experimentRun{t, program, t.TempDir()}
	path := remote.write(twelve + "launcher: {kind: slurm, partition: main, time: 30m, slots: 2, interval: 1s}\n")

	cmd, out := remote.command("run", path)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	name := remote.runningJob(8)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	var killed *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &killed) {
		t.Fatalf("the coordinator was to be killed: %v\n%s", err, out)
	}
	remote.run("resume", "twelve")

	again := strings.TrimSuffix(name, "-1") + "-2"
	if names := jobNames(t, "--format=%j"); !slices.Contains(names, name) || slices.Contains(names, again) {
		t.Errorf("job %s was not taken over: %q", name, names)
	}
	want, got := local.produced(), remote.produced()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what was produced differs (-local +slurm):\n%s", diff)
	}
	finals := 0
	for name := range got {
		if strings.HasSuffix(name, "/final/1/score.json") {
			finals++
		}
	}
	if finals != 12 {
		t.Errorf("%d final scores of 12 trials", finals)
	}
	t.Logf("%d files of 12 trials are the same", len(got))
	if left, err := os.ReadDir(filepath.Join(remote.dir, "runs", "twelve", "jobs")); err != nil || len(left) > 0 {
		t.Errorf("folders of jobs are left: %v, %v", left, err)
	}
}

func jobNames(t *testing.T, args ...string) []string {
	t.Helper()
	out, err := exec.Command("squeue", append([]string{"--noheader", "--states=all"}, args...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(out))
}

// runningJob is the name of a job that runs when so many have begun.
func (r experimentRun) runningJob(n int) string {
	r.t.Helper()
	before := len(jobNames(r.t, "--format=%i"))
	for range 3000 {
		time.Sleep(100 * time.Millisecond)
		if len(jobNames(r.t, "--format=%i"))-before < n {
			continue
		}
		if names := jobNames(r.t, "--states=RUNNING", "--format=%j"); len(names) > 0 {
			return names[0]
		}
	}
	r.t.Fatal("no job runs")
	return ""
}
