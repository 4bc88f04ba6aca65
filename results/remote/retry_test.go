package remote

import (
	"math/rand/v2"
	"testing"
	"time"
)

func TestRetryWaits(t *testing.T) {
	r := Retry{Base: 100 * time.Millisecond, Cap: time.Second}
	rng := rand.New(rand.NewPCG(1, 2))
	for n, limit := range map[int]time.Duration{1: 100 * time.Millisecond, 2: 200 * time.Millisecond, 4: 800 * time.Millisecond, 5: time.Second, 90: time.Second} {
		for range 100 {
			if got := r.wait(n, 0, rng); got < limit/2 || got > limit {
				t.Errorf("wait %d is %s, want %s to %s", n, got, limit/2, limit)
			}
		}
	}
	if got := r.wait(1, 3*time.Second, rng); got != 3*time.Second {
		t.Errorf("the wait asked for became %s", got)
	}
}
