package teacher

import (
	"cmp"
	"context"
	"math/rand/v2"
	"time"

	"github.com/autodatabench/autodatabench/results/remote"
)

// withDefaults fills in what is 0.
func withDefaults(r remote.Retry) remote.Retry {
	return remote.Retry{
		Tries:   cmp.Or(r.Tries, 6),
		Base:    cmp.Or(r.Base, 500*time.Millisecond),
		Cap:     cmp.Or(r.Cap, 30*time.Second),
		MaxWait: cmp.Or(r.MaxWait, 2*time.Minute),
	}
}

// do calls try until it answers, fails for good, or the tries or the context
// run out. The error is refunded only if every try was: one whose outcome is
// unknown may have cost the teacher work.
func do[T any](ctx context.Context, r remote.Retry, seed int64, try func(context.Context) (T, *CallError)) (T, error) {
	var answer T
	var failed *CallError
	refunded := true
	withDefaults(r).Do(ctx, rand.New(rand.NewPCG(uint64(seed), 0x7265747279)), func() (bool, time.Duration) {
		if answer, failed = try(ctx); failed == nil {
			return false, 0
		}
		refunded = refunded && failed.Refunded
		failed.Refunded = refunded
		return failed.Retryable, failed.RetryAfter
	})
	if failed != nil {
		return answer, failed
	}
	return answer, nil
}
