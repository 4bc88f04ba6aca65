package progress

import (
	"time"

	"github.com/autodatabench/autodatabench/results"
)

// Snapshot is how far an experiment is at a time.
type Snapshot struct {
	Experiment string         `json:"experiment"`
	Time       time.Time      `json:"time"`
	Elapsed    time.Duration  `json:"elapsed_ns"`        // since the program began to work on it
	Left       *time.Duration `json:"left_ns,omitempty"` // estimated; nil when not known
	States     map[State]int  `json:"states"`            // trials by state
	Calls      int            `json:"teacher_calls"`
	MaxCalls   int            `json:"max_teacher_calls"`
	Cost       results.Number `json:"agent_cost_usd"`
	MaxCost    results.Number `json:"max_agent_cost_usd"` // missing without a budget
	Trials     []Trial        `json:"trials"`
}

// Snapshot is the experiment at a time.
func (m *Model) Snapshot(now time.Time) Snapshot {
	s := Snapshot{
		Experiment: m.name, Time: now, Elapsed: now.Sub(m.begin), States: map[State]int{}, Trials: make([]Trial, len(m.trials)),
		Cost:    results.Num(0, true),
		MaxCost: results.Num(m.budget.AgentCost*float64(len(m.trials)), m.budget.AgentCost > 0),
	}
	for i, t := range m.trials {
		if t.State == Running {
			t.Typical, _ = m.times.median(t.ID.Agent, t.Step)
		}
		s.Trials[i] = t
		s.States[t.State]++
		s.Calls, s.MaxCalls = s.Calls+t.Calls, s.MaxCalls+t.MaxCalls
		s.Cost = results.Num(s.Cost.Value+t.Cost.Value, s.Cost.Known && t.Cost.Known)
	}
	if left, known := m.Left(now); known {
		s.Left = &left
	}
	return s
}
