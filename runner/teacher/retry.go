package teacher

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/autodatabench/autodatabench/results/remote"
)

// Retry says how often a call is tried and how long to wait in between. Waits
// double from Base to Cap, each drawn from the upper half of its range; a wait
// the teacher asks for (Retry-After) is kept, unless it is over MaxWait, which
// ends the call.
type Retry struct {
	Tries   int           // in all; 0 means 6
	Base    time.Duration // 0 means 500 ms
	Cap     time.Duration // 0 means 30 s
	MaxWait time.Duration // 0 means 2 min
}

func (r Retry) withDefaults() Retry {
	if r.Tries == 0 {
		r.Tries = 6
	}
	if r.Base == 0 {
		r.Base = 500 * time.Millisecond
	}
	if r.Cap == 0 {
		r.Cap = 30 * time.Second
	}
	if r.MaxWait == 0 {
		r.MaxWait = 2 * time.Minute
	}
	return r
}

// do calls try until it answers, fails for good, or the tries or the context
// run out. The error is refunded only if every try was: one whose outcome is
// unknown may have cost the teacher work.
func do[T any](ctx context.Context, r Retry, seed int64, try func(context.Context) (T, *CallError)) (T, error) {
	r = r.withDefaults()
	rng := rand.New(rand.NewPCG(uint64(seed), 0x7265747279))
	refunded := true
	for n := 1; ; n++ {
		answer, failed := try(ctx)
		if failed == nil {
			return answer, nil
		}
		refunded = refunded && failed.Refunded
		failed.Refunded = refunded
		wait := r.wait(n, failed.RetryAfter, rng)
		if !failed.Retryable || n == r.Tries || wait > r.MaxWait || !remote.Sleep(ctx, wait) {
			return answer, failed
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
