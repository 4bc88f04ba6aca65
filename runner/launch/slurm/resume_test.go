package slurm

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/student"
)

// A coordinator that comes after one that was killed takes over its job. One that
// is interrupted leaves the job alone, unless it was told otherwise; a step whose
// time is up needs no job.
func TestGoingOn(t *testing.T) {
	for _, tt := range []struct {
		name     string
		cancels  bool
		spent    bool
		finishes bool
	}{{"left alone", false, false, true}, {"cancelled", true, false, false}, {"time up", false, true, false}} {
		t.Run(tt.name, func(t *testing.T) {
			c := newCluster(t)
			does := "hang " + filepath.Join(c.dir, "go")
			ctx, stop := context.WithCancelCause(t.Context())
			limit := time.Hour
			if tt.spent {
				limit = time.Second
			}
			metered, meter := student.Metered(ctx, limit, errors.New("time is up"), time.Now)
			var wg sync.WaitGroup
			wg.Go(func() {
				for _, err := os.Stat(filepath.Join(c.dir, "jobs", "1", "pid")); err != nil; _, err = os.Stat(filepath.Join(c.dir, "jobs", "1", "pid")) {
					time.Sleep(10 * time.Millisecond)
				}
				if !tt.spent {
					stop(errors.New("interrupted"))
				}
			})
			_, err := ask(metered, c.launcher(does, func(c *Config) { c.CancelOnInterrupt = tt.cancels }), "a")
			wg.Wait()
			meter.Stop()
			if err == nil || err.Error() != context.Cause(metered).Error() {
				t.Errorf("given up with %v", err)
			}
			c.touch("go")
			answers, err := ask(t.Context(), c.launcher(does), "a")
			if err != nil || len(answers) != 1 {
				t.Errorf("taken over: %q, %v", answers, err)
			}
			if n := c.calls("sbatch"); (n == 1) != tt.finishes {
				t.Errorf("%d submissions", n)
			}
		})
	}
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
