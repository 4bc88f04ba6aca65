package runner

import (
	"context"
	"sync"
	"time"

	"github.com/autodatabench/autodatabench/results"
)

// leastStop is how long the program must not have run to count as stopped. A busy
// machine may let it wait for somewhat less.
const leastStop = 5 * time.Second

// Awake is a clock that leaves out the times in which the program was stopped, as by
// Ctrl-Z or with its container. It must be looked at often, which [Awake.Watch] does.
// A machine that sleeps needs no care: the monotonic clock of Linux, by which Go
// measures, stands still meanwhile.
type Awake struct {
	wall func() time.Time

	mu      sync.Mutex
	last    time.Time
	stopped time.Duration
}

var (
	_ Clock    = (*Awake)(nil)
	_ Stopping = (*Awake)(nil)
)

// NewAwake starts a clock on the wall.
func NewAwake(wall func() time.Time) *Awake { return &Awake{wall: wall, last: wall()} }

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

// Stopped is for how long the program was stopped in all.
func (a *Awake) Stopped() time.Duration {
	_, stopped := a.look()
	return stopped
}

// Now is the time, behind the wall's by the stops: differences count.
func (a *Awake) Now() time.Time {
	now, stopped := a.look()
	return now.Add(-stopped)
}

// Stamp gives the event the time on the wall.
func (a *Awake) Stamp(e results.Event) (results.Event, error) { return Wall(a.wall).Stamp(e) }

func (a *Awake) look() (now time.Time, stopped time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now = a.wall()
	if gap := now.Sub(a.last); gap > leastStop {
		a.stopped += gap
	}
	a.last = now
	return now, a.stopped
}
