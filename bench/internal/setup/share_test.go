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

// The embedded student works for as many trials at a time as there are processors, unless
// the file says otherwise; others work where their GPUs are.
func TestSlots(t *testing.T) {
	for _, c := range []struct{ given, parallel, processors, want int }{
		{0, 3, 2, 2}, {0, 1, 8, 1}, {0, 200, 16, 16}, {1, 3, 2, 1},
	} {
		f := experiment.Default()
		f.Launcher.Slots, f.Parallel = c.given, c.parallel
		if got := slots(f, c.processors); got != c.want {
			t.Errorf("%+v: %d", c, got)
		}
		f.Student = experiment.Student{Train: "hf", Infer: "hf", Model: "m", Device: "cpu"}
		if got := slots(f, c.processors); got != c.given {
			t.Errorf("%+v, another student: %d", c, got)
		}
	}
}
