package student

import (
	"context"
	"errors"
	"math"
	"testing"
	"testing/synctest"
	"time"
)

var errSpent = errors.New("spent")

// Only running counts, and only running ends a use.
func TestMeter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, meter := Metered(t.Context(), 10*time.Second, errSpent, time.Now)
		time.Sleep(4 * time.Second)
		resume := Wait(ctx)
		inner := Wait(ctx)
		time.Sleep(time.Hour)
		inner()
		time.Sleep(time.Hour)
		resume()
		resume()
		time.Sleep(5 * time.Second)
		if ctx.Err() != nil || Spent(ctx) {
			t.Fatalf("ended after 9 s of running: %v", context.Cause(ctx))
		}
		time.Sleep(2 * time.Second)
		if !Spent(ctx) || !errors.Is(context.Cause(ctx), errSpent) {
			t.Errorf("after 11 s of running: %v", context.Cause(ctx))
		}
		if ran := meter.Stop(); ran != 11*time.Second {
			t.Errorf("ran %s, want 11 s", ran)
		}
	})
}

// Of shared time each use has its part, which is what its limit bounds.
func TestShare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, meter := Metered(t.Context(), 10*time.Second, errSpent, time.Now)
		time.Sleep(2 * time.Second)
		Share(ctx, 4)
		time.Sleep(12 * time.Second)
		resume := Wait(ctx)
		Share(ctx, 2)
		time.Sleep(time.Hour)
		resume()
		time.Sleep(9 * time.Second)
		if Spent(ctx) {
			t.Fatal("ended after 9.5 s")
		}
		time.Sleep(2 * time.Second)
		if !Spent(ctx) {
			t.Error("not ended after 10 s")
		}
		if ran := meter.Stop(); ran != 10500*time.Millisecond {
			t.Errorf("ran %s, want 2 s, a quarter of 12 s and half of 11 s", ran)
		}
		ctx, _ = Metered(t.Context(), math.MaxInt64, errSpent, time.Now)
		if Share(ctx, 3); Spent(ctx) {
			t.Error("a use without a limit is spent")
		}
	})
}

// What a job measured is what counts, and a wait that has not ended counts
// nothing.
func TestTook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, meter := Metered(t.Context(), time.Second, errSpent, time.Now)
		Wait(ctx)
		time.Sleep(time.Hour)
		Took(ctx, 3*time.Second)
		if ran := meter.Stop(); ran != 3*time.Second {
			t.Errorf("ran %s, want 3 s", ran)
		}
		if Spent(ctx) {
			t.Error("a stopped use is no spent one")
		}
		ctx, meter = Metered(t.Context(), time.Minute, errSpent, time.Now)
		Wait(ctx)
		time.Sleep(time.Hour)
		if ran := meter.Stop(); ran != 0 || Spent(ctx) {
			t.Errorf("a use that only waited ran %s", ran)
		}
	})
}

// Without a meter nothing is counted.
func TestNoMeter(t *testing.T) {
	Wait(t.Context())()
	Took(t.Context(), time.Hour)
	Pay(t.Context(), 1)
	Share(t.Context(), 2)
	if Spent(t.Context()) {
		t.Error("spent without a meter")
	}
}
