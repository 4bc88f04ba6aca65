package slurm

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/results"
)

func (c cluster) write(name, text string) {
	c.t.Helper()
	if err := os.WriteFile(filepath.Join(c.dir, name), []byte(text), 0o600); err != nil {
		c.t.Fatal(err)
	}
}

// A limit on the number of the user's jobs is waited for, longer than a job is
// submitted again after faults.
func TestSubmitLimit(t *testing.T) {
	for _, name := range []string{"QOSMaxSubmitJobPerUserLimit", "AssocMaxSubmitJobLimit", "AssocGrpSubmitJobsLimit", "QOSGrpCpuLimit"} {
		c := newCluster(t)
		c.write("limit", name+" 5\n")
		answers, err := ask(t.Context(), c.launcher("echo"), "a")
		if err != nil || len(answers) != 1 || c.calls("sbatch") != 6 {
			t.Errorf("%s: %q, %v, %d submissions", name, answers, err, c.calls("sbatch"))
		}
		if jobs := must(os.ReadDir(filepath.Join(c.dir, "jobs"))); len(jobs) != 1 {
			t.Errorf("%s: %d jobs", name, len(jobs))
		}
	}
}

// A limit on one job is the user's to mend; an unnamed one may be, so that it is
// not waited for without end.
func TestLimitsThatStay(t *testing.T) {
	c := newCluster(t)
	c.write("limit", "QOSMaxWallDurationPerJobLimit 9\n")
	_, err := ask(t.Context(), c.launcher("echo"), "a")
	var known *results.Error
	if !errors.As(err, &known) || known.Kind != results.BadInput || c.calls("sbatch") != 1 {
		t.Errorf("%v after %d submissions", err, c.calls("sbatch"))
	}

	c = newCluster(t)
	c.write("limit", "policy 999\n")
	l := c.launcher("echo")
	begin := time.Now()
	l.now = func() time.Time { return begin.Add(1000 * time.Since(begin)) } // an hour is 3.6 s
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err = ask(ctx, l, "a"); !errors.As(err, &known) || known.Kind != results.BadInput || !strings.Contains(err.Error(), "1h0m0s") {
		t.Errorf("%v", err)
	}
}

// Reasons that pass are waited for.
func TestReasonsThatPass(t *testing.T) {
	for _, reason := range []string{"BadConstraints", "PartitionNodeLimit", "InvalidAccount", "ReqNodeNotAvail,", "Resources"} {
		c := newCluster(t)
		c.write("reason", reason+" 3\n")
		answers, err := ask(t.Context(), c.launcher("echo"), "a")
		if err != nil || len(answers) != 1 || c.calls("sbatch") != 1 {
			t.Errorf("%s: %q, %v, %d submissions", reason, answers, err, c.calls("sbatch"))
		}
	}
}

// One that stays for longer than [grace] ends the step, and says which.
func TestReasonsThatStay(t *testing.T) {
	c := newCluster(t)
	c.write("reason", "BadConstraints 999\n")
	l := c.launcher("hang " + filepath.Join(c.dir, "go"))
	begin := time.Now()
	l.now = func() time.Time { return begin.Add(2000 * time.Since(begin)) }
	_, err := ask(t.Context(), l, "a")
	var known *results.Error
	if !errors.As(err, &known) || known.Kind != results.BadInput || !strings.Contains(err.Error(), "BadConstraints") {
		t.Errorf("%v", err)
	}
	if c.calls("scancel") == 0 {
		t.Error("the job was left in the queue")
	}
}

// Variables that a user set for typing commands change nothing.
func TestVariablesOfTheUser(t *testing.T) {
	c := newCluster(t)
	for _, name := range []string{"SQUEUE_STATES", "SQUEUE_PARTITION", "SBATCH_PARTITION", "SLURM_CLUSTERS", "SCANCEL_STATE"} {
		t.Setenv(name, "other")
	}
	answers, err := ask(t.Context(), c.launcher("echo"), "a")
	if err != nil || len(answers) != 1 || c.calls("sbatch") != 1 {
		t.Errorf("%q, %v, %d submissions", answers, err, c.calls("sbatch"))
	}
}

func TestEnvironment(t *testing.T) {
	all := []string{
		"PATH=/bin", "HOME=/root", "USER=me", "SLURM_CONF=/etc/slurm.conf", "HF_HOME=/models", "LANG=de_DE.UTF-8", "LC_TIME=C",
		"SBATCH_QOS=low", "SLURM_CLUSTERS=a", "SQUEUE_FORMAT=x", "SCANCEL_USER=y", "SACCT_FORMAT=z",
	}
	job := []string{"PATH=/bin", "HOME=/root", "USER=me", "SLURM_CONF=/etc/slurm.conf", "HF_HOME=/models", "LANG=de_DE.UTF-8", "LC_TIME=C"}
	if got := environment("sbatch", all); !slices.Equal(got, job) {
		t.Errorf("sbatch: %q", got)
	}
	if got := environment("squeue", all); !slices.Equal(got, append(job[:5:5], "LANG=C")) {
		t.Errorf("squeue: %q", got)
	}
}
