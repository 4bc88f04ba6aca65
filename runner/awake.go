package runner

import (
	"context"
	"os"
	"sync"
	"time"

	"github.com/autodatabench/autodatabench/results"
)

// How long the program must not have run to count as stopped. A busy machine may let it
// wait for somewhat less than leastStop. After a signal to go on there is no such doubt.
const (
	leastStop     = 5 * time.Second
	leastSignaled = time.Second
)

// signalDelay is how much later than the program itself the news of a signal may go on.
const signalDelay = 50 * time.Millisecond

// Awake is a clock that leaves out the times in which the program was stopped, as by
// Ctrl-Z or with its container, and those in which the machine slept. It must be looked
// at often, which [Awake.Watch] does.
//
// A stop shows as a gap between two looks. One of less than five seconds counts if a
// signal ended it, as after Ctrl-Z; one without, as of a container that was paused, looks
// like a busy machine and counts as run time, up to five seconds of it. Sleep shows in no gap: the monotonic clock,
// by which Go measures, stands still meanwhile. It shows in the clock that counts from
// the machine's start, sleep included.
type Awake struct {
	wall      func() time.Time
	slept     func() time.Duration
	continued <-chan os.Signal // tells of signals to go on; nil: nobody asks

	mu      sync.Mutex
	last    time.Time
	asleep  time.Duration // that slept said
	stopped time.Duration // by signals
	sleeps  time.Duration // of the machine
}

var (
	_ Clock    = (*Awake)(nil)
	_ Stopping = (*Awake)(nil)
)

// NewAwake starts a clock on the wall. slept is for how long the machine has slept since
// its start; continued, with room for one, gets the signals by which a stopped program
// goes on, and may be nil.
func NewAwake(wall func() time.Time, slept func() time.Duration, continued <-chan os.Signal) *Awake {
	return &Awake{wall: wall, slept: slept, continued: continued, last: wall(), asleep: slept()}
}

// Watch looks at the clock until ctx ends.
func (a *Awake) Watch(ctx context.Context) {
	tick := time.NewTicker(leastStop / 10)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			a.Stopped()
		}
	}
}

// Stopped is for how long the program was stopped in all, and the machine with it.
func (a *Awake) Stopped() time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.look()
	return a.stopped + a.sleeps
}

// Now is the time, behind the wall's by the stops: differences count, and the
// machine's sleep is in none of them.
func (a *Awake) Now() time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.look().Add(-a.stopped)
}

// Stamp gives the event the time on the wall.
func (a *Awake) Stamp(e results.Event) (results.Event, error) { return Wall(a.wall).Stamp(e) }

// look notes stops and sleep since the last look.
func (a *Awake) look() (now time.Time) {
	now = a.wall()
	if gap := now.Sub(a.last); gap > leastStop || a.signaled(gap) {
		a.stopped += gap
	}
	a.last = now
	if asleep := a.slept(); asleep-a.asleep > leastStop {
		a.sleeps += asleep - a.asleep
		a.asleep = asleep
	}
	return now
}

// signaled reports whether a signal ended the gap. Signals of a program that was not
// stopped are forgotten.
func (a *Awake) signaled(gap time.Duration) bool {
	if a.continued == nil {
		return false
	}
	if gap <= leastSignaled {
		select {
		case <-a.continued:
		default:
		}
		return false
	}
	select {
	case <-a.continued:
		return true
	case <-time.After(signalDelay):
		return false
	}
}
