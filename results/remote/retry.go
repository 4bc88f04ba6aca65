package remote

import (
	"context"
	"math/rand/v2"
	"time"
)

// Retry says how often a call is tried and how long the pauses between the tries
// are. Pauses double from Base to Cap, each drawn from the upper half of its
// range. A longer pause that the server asks for is kept, unless it is over
// MaxWait, which ends the call.
type Retry struct {
	Tries   int // in all
	Base    time.Duration
	Cap     time.Duration
	MaxWait time.Duration
}

// Do calls try until it wants no further try, or until the tries or ctx run out,
// and returns how often it called. Where try wants another, asked is the least
// pause that the server asked for.
func (r Retry) Do(ctx context.Context, rng *rand.Rand, try func() (again bool, asked time.Duration)) int {
	for n := 1; ; n++ {
		again, asked := try()
		if !again || n == r.Tries {
			return n
		}
		if wait := r.wait(n, asked, rng); wait > r.MaxWait || !Sleep(ctx, wait) {
			return n
		}
	}
}

// wait is the pause after try n (from 1).
func (r Retry) wait(n int, asked time.Duration, rng *rand.Rand) time.Duration {
	limit := r.Base << min(n-1, 20)
	if limit > r.Cap || limit <= 0 {
		limit = r.Cap
	}
	jittered := limit/2 + time.Duration(rng.Int64N(int64(limit/2)+1))
	return max(asked, jittered)
}
