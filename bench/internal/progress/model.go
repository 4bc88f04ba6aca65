// Package progress is the model of how far an experiment is, and of how long it will
// still take.
//
// It is fed with what trials do ([Model.Doing], [Model.Done], [Model.Failed]) or with
// the events of their logs ([Model.Event]), and asked for a [Snapshot]. The commands
// run and status draw snapshots; pages and streams of events can show the same.
//
// The time left comes from measured steps. For each kind of step and each agent it takes
// the median time by the clock, which includes waiting for a place. Trials that were
// finished before the program started count as done and say nothing about its speed.
//
// The package is pure: it reads no clock and no file, and draws nothing. A Model is
// for one goroutine at a time.
package progress

import (
	"time"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

// State is how far a trial is.
type State string

// The states of a trial.
const (
	Waiting State = "waiting"
	Running State = "running"
	Stopped State = "stopped" // it has begun and nothing works on it: it is resumed by the next run
	Done    State = "done"    // it has its score, or has no valid submission
)

// Step is a kind of step that takes time.
type Step string

// The steps of an attempt in their order, and the score of the trial. What is done
// before the first step is no step.
const (
	Ask      = Step(agents.Ask)
	Execute  = Step(agents.Execute)
	Check    = Step(agents.Check)
	Train    = Step(agents.Train)
	Evaluate = Step(agents.Evaluate)
	Final    = Step(experiment.FinalScore)
)

// Trial is how far a trial is, and what it has used of its budgets.
type Trial struct {
	ID      results.TrialID     `json:"trial"`
	State   State               `json:"state"`
	Step    Step                `json:"step,omitempty"`   // under way, or of a stopped trial to be done next
	Detail  string              `json:"detail,omitempty"` // what is known of the step
	Since   time.Time           `json:"since,omitzero"`   // when the step began
	Typical time.Duration       `json:"typical_ns"`       // that steps of this kind take; 0 when not known
	Update  *results.UpdateData `json:"training,omitempty"`

	Attempt     int            `json:"attempt"` // under way, or the last; from 1
	MaxAttempts int            `json:"max_attempts"`
	Valid       int            `json:"valid_attempts"`
	Calls       int            `json:"teacher_calls"`
	MaxCalls    int            `json:"max_teacher_calls"`
	RunTime     time.Duration  `json:"run_time_ns"` // used
	MaxRunTime  time.Duration  `json:"max_run_time_ns"`
	Cost        results.Number `json:"agent_cost_usd"`
	Best        *results.Score `json:"best_public,omitempty"`

	Failures map[results.Failure]int `json:"failures,omitempty"` // of its attempts
	Why      string                  `json:"why,omitempty"`      // of the latest failure, or of being stopped
	Outcome  *results.Outcome        `json:"-"`                  // of a done trial, where it is known
}

// Model is how far the trials of an experiment are.
type Model struct {
	name   string
	trials []Trial
	place  map[results.TrialID]int // of a trial in trials
	places int                     // trials that run at a time
	budget results.Budget
	begin  time.Time

	times    times
	before   map[results.TrialID]time.Time // of the event before, for [Model.Event]
	cut      map[results.TrialID]bool      // the step under way began before a pause
	attempts map[agentOf]ended             // of ended trials
}

// agentOf is what trials of a kind share.
type agentOf struct {
	agent    string
	workflow results.Workflow
}

// New makes the model of an experiment whose trials wait. begin is when the program
// began to work on it.
func New(name string, trials []results.TrialID, budget results.Budget, places int, begin time.Time) *Model {
	m := &Model{
		name: name, places: max(1, places), budget: budget, begin: begin, place: map[results.TrialID]int{},
		times: times{}, before: map[results.TrialID]time.Time{}, cut: map[results.TrialID]bool{}, attempts: map[agentOf]ended{},
	}
	m.Add(trials)
	return m
}

// Add adds trials that wait, as far as the model does not have them.
func (m *Model) Add(trials []results.TrialID) {
	for _, id := range trials {
		if _, known := m.place[id]; known {
			continue
		}
		m.place[id] = len(m.trials)
		m.trials = append(m.trials, Trial{
			ID: id, State: Waiting, MaxAttempts: m.budget.MaxAttempts(id.Workflow), MaxCalls: m.budget.TeacherCalls, MaxRunTime: m.budget.RunTime,
			Cost: results.Num(0, true),
		})
	}
}

// Doing tells what a trial does from now on: a [Step], or words on the step under way.
func (m *Model) Doing(id results.TrialID, what string, state *results.Trial, now time.Time) {
	t := m.of(id)
	if t == nil || t.State == Done { // a score that is there is only looked at
		return
	}
	step := Step(what)
	if step.order() < 0 {
		t.Detail = what
		return
	}
	m.ended(t, now)
	t.take(state)
	t.State, t.Step, t.Since, t.Detail = Running, step, now, ""
	if last := state.Last(); step == Ask && (last == nil || last.Replied) {
		t.Attempt++ // the attempt is recorded after its prompt
	}
}

// ended measures the step under way, if there is one.
func (m *Model) ended(t *Trial, now time.Time) {
	if t.State == Running && t.Step != "" && !t.Since.IsZero() {
		m.times.add(t.ID.Agent, t.Step, now.Sub(t.Since))
	}
}

// Done tells that a trial has its score, or that it has none to get.
func (m *Model) Done(o results.Outcome, now time.Time) {
	t := m.of(o.TrialID)
	if t == nil {
		return
	}
	if t.State == Done {
		t.Outcome = &o
		return
	}
	m.ended(t, now)
	t.State, t.Step, t.Detail, t.Update, t.Outcome = Done, "", "", nil, &o
	t.Attempt, t.Valid, t.Calls, t.Cost, t.RunTime, t.Failures = o.Attempts, o.ValidAttempts, o.Usage.TeacherCalls, spent(o.Usage), o.Elapsed, o.Failures
	m.count(t)
}

// Failed tells that the platform failed a trial, which the next run resumes.
func (m *Model) Failed(id results.TrialID, err error) {
	if t := m.of(id); t != nil {
		t.State, t.Detail, t.Update, t.Why = Stopped, "", nil, err.Error()
	}
}

// Trial is how far the trial is; the zero Trial for one that is not the experiment's.
func (m *Model) Trial(id results.TrialID) Trial {
	if t := m.of(id); t != nil {
		return *t
	}
	return Trial{}
}

func (m *Model) of(id results.TrialID) *Trial {
	if i, known := m.place[id]; known {
		return &m.trials[i]
	}
	return nil
}

// take copies what the trial's state says.
func (t *Trial) take(state *results.Trial) {
	t.Attempt, t.Valid, t.Calls, t.Cost = len(state.Attempts), state.ValidAttempts(), state.Usage.TeacherCalls, spent(state.Usage)
	t.RunTime, t.Failures, t.Update = state.Elapsed, map[results.Failure]int{}, nil
	if state.Training != nil {
		t.Update = new(*state.Training)
	}
	for _, a := range state.Attempts {
		if a.Failure != "" {
			t.Failures[a.Failure]++
			t.Why = a.Detail
		}
	}
	if best := state.BestAttempt(); best != nil && best.Public != nil {
		t.Best = new(*best.Public)
	}
}

// spent is the cost of the agent's model, which is 0 before its first call.
func spent(u results.Usage) results.Number {
	if u.AgentCalls == 0 {
		return results.Num(0, true)
	}
	return u.AgentCost
}
