package cli

import (
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/runner"
)

// Times in which two of a kind are busy count once.
func TestBusy(t *testing.T) {
	begin := time.Date(2026, 1, 2, 3, 0, 0, 0, time.UTC)
	span := func(w runner.Worker, from, to int) runner.Span {
		return runner.Span{Worker: w, From: begin.Add(time.Duration(from) * time.Second), To: begin.Add(time.Duration(to) * time.Second)}
	}
	spans := []runner.Span{
		span(runner.Learner, 40, 50), span(runner.Learner, 10, 30), span(runner.Learner, 12, 15), span(runner.Learner, 25, 35),
		span(runner.Agent, -5, 5), span(runner.Learner, 50, 50),
	}
	for w, want := range map[runner.Worker]time.Duration{runner.Learner: 35 * time.Second, runner.Agent: 5 * time.Second, runner.Teacher: 0} {
		if got := busy(spans, w, begin); got != want {
			t.Errorf("%s busy for %s, want %s", w, got, want)
		}
	}
}
