package runner

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/cut"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/remote"
	"github.com/autodatabench/autodatabench/runner/teacher"
)

// maxRepeats is how often a step that the platform failed is done again at once
// before the outage counts, and maxPause how long a server may then ask to be left
// alone where outages are not waited out.
const (
	maxRepeats = 2
	maxPause   = 5 * time.Minute
)

// Waiting begins what a trial reports while it waits an outage out.
const Waiting = "waits "

// leastRoom is what must be free, in bytes, where a trial writes before a step
// begins: answers in flight and a submission fit in.
const leastRoom = 64 << 20

// outage is a row of faults of one step.
type outage struct {
	faults int
	since  time.Time
}

// stepFault is a fault of the platform in a step, with what of the step counts.
type stepFault struct {
	err      error
	seconds  float64 // of run time
	returned int     // teacher calls that were given back
	final    bool    // the step is not to be done again by this process
}

// Error is the fault.
func (f *stepFault) Error() string { return f.err.Error() }

// Unwrap is the fault.
func (f *stepFault) Unwrap() error { return f.err }

// suspended is the fault of a program that was stopped while a step ran, or of a
// machine that slept.
func suspended(d time.Duration) error {
	return results.Infra(fmt.Errorf("the program was stopped, or the machine asleep, for %s; what ran meanwhile does not count", d.Round(time.Second)))
}

// room reports too little space where the trial writes.
func (t *trial) room() error {
	for _, dir := range []string{string(t.dir), os.TempDir()} {
		free, err := disk.Free(dir)
		if err != nil {
			return results.Infra(fmt.Errorf("free space of %s: %w", dir, err))
		}
		if free < leastRoom {
			return results.Infra(fmt.Errorf("%s has %d MiB left, a step needs %d", filepath.Clean(dir), free>>20, leastRoom>>20), "free disk space, then resume")
		}
	}
	return nil
}

// outlast returns nil when a step that failed is to be done again, after a pause:
// at once at first, then with pauses that grow, no sooner than the server asks for,
// until the outage has lasted for as long as it may.
func (t *trial) outlast(ctx context.Context, a agents.Action, err error, o *outage) error {
	fault := faultOfPlatform(err)
	if fault == nil {
		return err
	}
	if !errors.As(err, new(*results.Error)) {
		err = fault
	}
	if a.Kind == agents.Execute {
		t.failed = a.Attempt
	}
	data := results.FaultData{Step: string(a.Kind), Attempt: a.Attempt, Error: err.Error(), Cost: t.paid}
	var step *stepFault
	if errors.As(err, &step) {
		data.Seconds, data.Returned = step.seconds, step.returned
	}
	if noted := t.append(results.PlatformFault, data); noted != nil && faultOfPlatform(noted) == nil {
		return errors.Join(err, noted)
	}
	if step != nil && step.final {
		return err
	}
	if o.faults == 0 || data.Seconds > 0 { // it got further
		*o = outage{since: t.Clock.Now()}
	}
	o.faults++
	pause, again := t.pause(fault.After, refusedForGood(err), o)
	if !again {
		return err
	}
	if t.Outage > 0 && pause > 0 {
		t.report(fmt.Sprintf(Waiting+"%s, outage of %s so far, %s at the most: %s",
			pause.Round(time.Second), t.Clock.Now().Sub(o.since).Round(time.Second), t.Outage, cut.Runes(err.Error(), 200, "...")))
	}
	if !remote.Sleep(ctx, pause) {
		return context.Cause(ctx)
	}
	return nil
}

// pause is how long to wait before the step is done again, if it is.
func (t *trial) pause(asked time.Duration, forGood bool, o *outage) (d time.Duration, again bool) {
	if t.Outage == 0 || forGood {
		return asked, o.faults <= maxRepeats && asked <= maxPause
	}
	backOff := min(time.Second<<min(o.faults-1, 10), time.Minute)
	d = max(asked, backOff)
	return d, t.Clock.Now().Sub(o.since)+d <= t.Outage
}

// interrupted records a step that an interrupt ended, and what of it counts.
func (t *trial) interrupted(a agents.Action, begin time.Time, why error) error {
	data := results.FaultData{Step: string(a.Kind), Attempt: a.Attempt, Error: why.Error()}
	switch a.Kind {
	case agents.Train, agents.Evaluate:
		data.Seconds, data.GPUSeconds, data.Cost = t.used, t.GPUs.student(t.used), t.paid
	case agents.Ask, agents.Execute:
		data.Seconds = t.Clock.Now().Sub(begin).Seconds()
	default:
		return nil
	}
	var step *stepFault
	if errors.As(why, &step) {
		data.Returned = step.returned
	}
	return t.append(results.StepCut, data)
}

// faultOfPlatform finds an error that may be gone when the step is done again; it
// is nil when there is none. A full or broken disk is one wherever it shows.
func faultOfPlatform(err error) *results.Error {
	var known *results.Error
	if errors.As(err, &known) && known.Kind == results.Infrastructure {
		return known
	}
	for _, e := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EIO, syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM} {
		if errors.Is(err, e) {
			return &results.Error{Kind: results.Infrastructure, Err: err, Hint: "free disk space or check the disk, then resume"}
		}
	}
	return nil
}

// refusedForGood reports that the teacher refuses all requests, as for a wrong key:
// no waiting helps.
func refusedForGood(err error) bool {
	var call *teacher.CallError
	return errors.As(err, &call) && call.Status >= 300 && !call.Retryable
}
