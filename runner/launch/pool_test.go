package launch

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/student"
)

// use is one use of the student: when it was asked for, and from when to when it
// ran.
type use struct{ asked, begin, end time.Time }

// timed is a student that takes as long as its seed says, and notes when.
type timed struct {
	student.Generator
	mu   *sync.Mutex
	uses *[]use
}

type askedKey struct{}

func (s timed) Train(ctx context.Context, _ results.Recipe, _ []results.Row, seed int64, _ string, _ func(student.Progress)) (results.TrainReport, error) {
	u := use{asked: ctx.Value(askedKey{}).(time.Time), begin: time.Now()}
	time.Sleep(time.Duration(seed) * time.Second)
	u.end = time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	*s.uses = append(*s.uses, u)
	return results.TrainReport{}, nil
}

// busyTrials runs trials that synthesise and train in turn, and returns the uses
// of the pool's students in the order in which they began.
func busyTrials(t *testing.T, members, trials, rounds int) []use {
	var mu sync.Mutex
	var uses []use
	var list []Student
	for range members {
		list = append(list, timed{mu: &mu, uses: &uses})
	}
	pool := NewPool(list...)
	var wg sync.WaitGroup
	for trial := range trials {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(1, uint64(trial)))
			for range rounds {
				time.Sleep(time.Duration(r.IntN(60_000)) * time.Millisecond) // the agent and the teacher work
				ctx := context.WithValue(t.Context(), askedKey{}, time.Now())
				ctx, meter := student.Metered(ctx, time.Hour, errors.New("spent"), time.Now)
				took := 1 + r.Int64N(30)
				if _, err := pool.Train(ctx, results.Recipe{}, nil, took, "", nil); err != nil {
					t.Error(err)
				}
				if ran := meter.Stop(); ran != time.Duration(took)*time.Second {
					t.Errorf("a use of %d s counted as %s", took, ran)
				}
			}
		})
	}
	wg.Wait()
	slices.SortFunc(uses, func(a, b use) int { return a.begin.Compare(b.begin) })
	return uses
}

// While somebody waits, no student is idle: each use begins when it is asked for
// or when a student comes free, whichever is later. They begin in the order in
// which they were asked for.
func TestNeverIdleWhileSomebodyWaits(t *testing.T) {
	for _, members := range []int{1, 2, 3} {
		synctest.Test(t, func(t *testing.T) {
			uses := busyTrials(t, members, 12, 20)
			if len(uses) != 12*20 {
				t.Fatalf("%d uses", len(uses))
			}
			free := make([]time.Time, members) // when each student comes free
			waited := 0
			for i, u := range uses {
				slices.SortFunc(free, time.Time.Compare)
				due := u.asked
				if free[0].After(due) {
					due = free[0]
					waited++
				}
				if !u.begin.Equal(due) {
					t.Errorf("use %d began %s after it could", i, u.begin.Sub(due))
				}
				if i > 0 && u.asked.Before(uses[i-1].asked) {
					t.Errorf("use %d was asked for before the one that began before it", i)
				}
				free[0] = u.end
			}
			if waited < 20 {
				t.Errorf("only %d uses waited: the test shows little", waited)
			}
		})
	}
}

// Who gives up waiting takes no student with them.
func TestGivingUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var uses []use
		pool := NewPool(timed{mu: &mu, uses: &uses})
		if pool.Slots() != 1 {
			t.Errorf("%d slots", pool.Slots())
		}
		with := func(ctx context.Context) context.Context { return context.WithValue(ctx, askedKey{}, time.Now()) }
		var wg sync.WaitGroup
		wg.Go(func() { pool.Train(with(t.Context()), results.Recipe{}, nil, 10, "", nil) })
		synctest.Wait()
		ctx, cancel := context.WithCancelCause(with(t.Context()))
		stop := errors.New("stop")
		wg.Go(func() {
			if _, err := pool.Train(ctx, results.Recipe{}, nil, 1, "", nil); !errors.Is(err, stop) {
				t.Errorf("given up: %v", err)
			}
		})
		synctest.Wait()
		cancel(stop)
		wg.Wait()
		if _, err := pool.Train(with(t.Context()), results.Recipe{}, nil, 1, "", nil); err != nil || len(uses) != 2 {
			t.Errorf("after it %v, %d uses", err, len(uses))
		}
	})
}
