package setup

import (
	"context"
	"runtime"
	"strings"

	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/runner/launch"
)

// visibleDevices is the variable that lists the GPUs a program may use.
const visibleDevices = "CUDA_VISIBLE_DEVICES"

// lookup is the value of an environment variable, and whether it is set.
func (w World) lookup(name string) (string, bool) {
	for _, pair := range w.Environ {
		if value, found := strings.CutPrefix(pair, name+"="); found {
			return value, true
		}
	}
	return "", false
}

// GPUs names the GPUs of this machine that the program may use.
func (w World) GPUs(ctx context.Context) ([]string, error) {
	visible, set := w.lookup(visibleDevices)
	return launch.GPUs(ctx, visible, set)
}

// divide says who works on which GPUs of this machine. Where the student needs none
// here, those of a teacher that is not needed do not matter.
func divide(ctx context.Context, w World, f experiment.File, needs Needs) (launch.Division, error) {
	teacher, student := f.Devices()
	if student == 0 && !needs.Teacher {
		teacher = 0
	}
	var gpus []string
	if teacher+student > 0 {
		var err error
		if gpus, err = w.GPUs(ctx); err != nil {
			return launch.Division{}, err
		}
	}
	return launch.Divide(gpus, teacher, student, slots(f, runtime.GOMAXPROCS(0)))
}

// slots is how many students work on this machine at a time; 0: as its GPUs can. The
// embedded one has no GPUs to go by. Its trainings use all processors, but none all the
// time: a second one fills what the first leaves idle between its parallel steps. More of
// them than processors would only push each other out of the caches.
func slots(f experiment.File, processors int) int {
	if f.Student.Embedded() && f.Launcher.Slots == 0 {
		return min(f.Parallel, processors)
	}
	return f.Launcher.Slots
}
