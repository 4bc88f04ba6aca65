package experiment

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/autodatabench/autodatabench/results"
)

func runsOf(n int) (ids []results.TrialID) {
	for run := 1; run <= n; run++ {
		ids = append(ids, results.TrialID{Run: run})
	}
	return ids
}

// Outcomes are in the order of the trials, whichever ends first; a trial that fails
// has none and stops no other; no more trials than File.Parallel work at a time.
func TestEach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &Setup{File: File{Parallel: 3}}
		broken := errors.New("broken")
		var busy, most atomic.Int64
		outcomes, err := s.each(t.Context(), runsOf(7), func(id results.TrialID) (results.Outcome, error) {
			most.Store(max(most.Load(), busy.Add(1)))
			defer busy.Add(-1)
			time.Sleep(time.Duration(10-id.Run) * time.Second)
			if id.Run == 2 {
				return results.Outcome{}, broken
			}
			return results.Outcome{TrialID: id}, nil
		})
		if !errors.Is(err, broken) || most.Load() != 3 {
			t.Errorf("%v, with %d trials at a time", err, most.Load())
		}
		var runs []int
		for _, o := range outcomes {
			runs = append(runs, o.Run)
		}
		if want := []int{1, 3, 4, 5, 6, 7}; !slices.Equal(runs, want) {
			t.Errorf("outcomes of runs %v, want %v", runs, want)
		}
	})
}

// Once the context has ended no trial is begun, and its cause is the error.
func TestEachEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	stopped := errors.New("stopped")
	var begun atomic.Int64
	s := &Setup{File: File{Parallel: 2}}
	outcomes, err := s.each(ctx, runsOf(50), func(id results.TrialID) (results.Outcome, error) {
		begun.Add(1)
		cancel(stopped)
		return results.Outcome{TrialID: id}, nil
	})
	if !errors.Is(err, stopped) || outcomes != nil || begun.Load() > 2 {
		t.Errorf("%v, %d outcomes, %d trials begun", err, len(outcomes), begun.Load())
	}
}
