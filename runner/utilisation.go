package runner

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
)

// Utilisation is how much of an experiment's wall clock its workers were busy, at
// least one of a kind at a time: where the time goes.
type Utilisation struct {
	Wall    time.Duration `json:"wall_clock_ns"` // from the first event to the last
	Agent   float64       `json:"agent"`         // shares of it
	Teacher float64       `json:"teacher"`
	Student float64       `json:"student"`
}

// Utilised reads the utilisation from the logs of the trials in root. It is nil for
// an experiment in which nothing has happened yet.
func Utilised(root record.Experiment, ids []results.TrialID) (*Utilisation, error) {
	var all []Span
	var begin, end time.Time
	for _, id := range ids {
		spans, first, last, err := Work(root.Trial(id))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if all = append(all, spans...); !first.IsZero() && (begin.IsZero() || first.Before(begin)) {
			begin = first
		}
		if last.After(end) {
			end = last
		}
	}
	if !end.After(begin) {
		return nil, nil
	}
	share := func(w Worker) float64 { return float64(busy(all, w, begin)) / float64(end.Sub(begin)) }
	return &Utilisation{end.Sub(begin), share(Agent), share(Teacher), share(Learner)}, nil
}

// busy is how long since begin at least one of the worker's spans lasted.
func busy(spans []Span, w Worker, begin time.Time) time.Duration {
	spans = slices.DeleteFunc(slices.Clone(spans), func(s Span) bool { return s.Worker != w })
	slices.SortFunc(spans, func(a, b Span) int { return a.From.Compare(b.From) })
	var sum time.Duration
	counted := begin
	for _, s := range spans {
		if s.From.After(counted) {
			counted = s.From
		}
		if s.To.After(counted) {
			sum += s.To.Sub(counted)
			counted = s.To
		}
	}
	return sum
}

// String is the shares as a line.
func (u *Utilisation) String() string {
	if u == nil {
		return "nothing was done yet"
	}
	return fmt.Sprintf("busy: agent %.0f %%, teacher %.0f %%, student %.0f %% of %s", 100*u.Agent, 100*u.Teacher, 100*u.Student, u.Wall.Round(time.Second))
}
