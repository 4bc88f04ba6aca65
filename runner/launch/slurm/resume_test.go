package slurm

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"autodatabench/results"
)

// end ends a job of the fake Slurm in the state, once it runs.
func (c cluster) end(id, state string) {
	job := filepath.Join(c.dir, "jobs", id)
	for range 3000 {
		time.Sleep(10 * time.Millisecond)
		text, _ := os.ReadFile(filepath.Join(job, "pid"))
		pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
		if err != nil || syscall.Kill(-pid, 0) != nil { // not yet a group of its own
			continue
		}
		if err := os.WriteFile(filepath.Join(job, "state"), []byte(state), 0o600); err != nil {
			c.t.Error(err)
		}
		if err := syscall.Kill(-pid, syscall.SIGKILL); err != nil {
			c.t.Errorf("end job %s: %v", id, err)
		}
		return
	}
	c.t.Errorf("job %s never ran", id)
}

// A job that ended at a limit is not submitted again as long as Slurm knows it,
// unless the coordinator that comes next asks for more.
func TestGoingOnWithMore(t *testing.T) {
	for _, tt := range []struct {
		state, why string
		raise      func(*Config)
	}{
		{"TIMEOUT", "time limit", func(c *Config) { c.Time = 2 * time.Hour }},
		{"OUT_OF_MEMORY", "out of memory", func(c *Config) { c.Options = []string{"--mem=64G"} }},
	} {
		c := newCluster(t)
		does := "hang " + filepath.Join(c.dir, "go")
		hour := func(c *Config) { c.Time = time.Hour }
		var wg sync.WaitGroup
		wg.Go(func() { c.end("1", tt.state) })
		for range 2 {
			_, err := ask(t.Context(), c.launcher(does, hour), "a")
			var known *results.Error
			if !errors.As(err, &known) || known.Kind != results.Infrastructure || !strings.Contains(err.Error(), tt.why) {
				t.Errorf("%s: %v", tt.state, err)
			}
		}
		wg.Wait()
		if n := c.calls("sbatch"); n != 1 {
			t.Errorf("%s: %d submissions of the same job", tt.state, n)
		}
		c.touch("go")
		answers, err := ask(t.Context(), c.launcher(does, hour, tt.raise), "a")
		if err != nil || len(answers) != 1 || c.calls("sbatch") != 2 {
			t.Errorf("%s, then more: %q, %v, %d submissions", tt.state, answers, err, c.calls("sbatch"))
		}
	}
}
