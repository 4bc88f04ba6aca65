package runner

import (
	"encoding/json"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
)

// Worker is who is busy in a step of a trial.
type Worker string

// The workers. The teacher is busy while code runs that asks it.
const (
	Agent   Worker = "agent"
	Teacher Worker = "teacher"
	Learner Worker = "student"
)

// Span is a time in which a worker was busy.
type Span struct {
	Worker   Worker
	From, To time.Time
}

// Work lists the finished steps of the trial in dir, with the time of its first
// and last event. The log may be in use by its writer.
func Work(dir record.Trial) (spans []Span, first, last time.Time, err error) {
	err = dir.EachEvent(func(e results.Event) error {
		if last = e.Time; first.IsZero() {
			first = e.Time
		}
		span, err := spanOf(e)
		if span.Worker != "" {
			spans = append(spans, span)
		}
		return err
	})
	return spans, first, last, err
}

// spanOf is the time that an event's step took; it has no worker when the event
// is of no such step.
func spanOf(e results.Event) (Span, error) {
	workers := map[results.EventKind]Worker{
		results.AgentReplied: Agent, results.CodeExecuted: Teacher, results.StudentTrained: Learner, results.PublicScored: Learner,
	}
	var data struct {
		Seconds float64 `json:"seconds"`
		Calls   int     `json:"teacher_calls"`
		Cached  bool    `json:"cached"`
	}
	w := workers[e.Kind]
	if w == "" {
		return Span{}, nil
	}
	if err := json.Unmarshal(e.Data, &data); err != nil {
		return Span{}, err
	}
	if data.Cached || w == Teacher && data.Calls == 0 {
		return Span{}, nil
	}
	return Span{w, e.Time.Add(-time.Duration(data.Seconds * float64(time.Second))), e.Time}, nil
}
