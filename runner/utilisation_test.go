package runner

import (
	"testing"
	"time"
)

// Times in which two of a kind are busy count once.
func TestBusy(t *testing.T) {
	begin := time.Date(2026, 1, 2, 3, 0, 0, 0, time.UTC)
	span := func(w Worker, from, to int) Span {
		return Span{Worker: w, From: begin.Add(time.Duration(from) * time.Second), To: begin.Add(time.Duration(to) * time.Second)}
	}
	spans := []Span{
		span(Learner, 40, 50), span(Learner, 10, 30), span(Learner, 12, 15), span(Learner, 25, 35),
		span(Agent, -5, 5), span(Learner, 50, 50),
	}
	for w, want := range map[Worker]time.Duration{Learner: 35 * time.Second, Agent: 5 * time.Second, Teacher: 0} {
		if got := busy(spans, w, begin); got != want {
			t.Errorf("%s busy for %s, want %s", w, got, want)
		}
	}
}
