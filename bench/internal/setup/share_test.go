package setup

import (
	"testing"

	"github.com/autodatabench/autodatabench/runner/experiment"
)

func TestShare(t *testing.T) {
	for _, c := range []struct {
		launcher             string
		cpus, parallel, want int
	}{
		{experiment.Local, 2, 2, 2}, {experiment.Local, 1, 4, 1}, {experiment.Local, 64, 1, 64},
		{experiment.Local, 64, 4, 32}, {experiment.Local, 10, 8, 3}, {experiment.Local, 64, 200, 2}, {"slurm", 64, 200, 64},
	} {
		f := experiment.Default()
		f.Launcher.Kind, f.Parallel = c.launcher, c.parallel
		if got := share(f, c.cpus); got != c.want {
			t.Errorf("%+v: %d", c, got)
		}
	}
}
