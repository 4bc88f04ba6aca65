package progress

import (
	"time"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/results"
)

// stepOf is the step that an event ends.
var stepOf = map[results.EventKind]Step{
	results.AgentReplied: Ask, results.CodeExecuted: Execute, results.Checked: Check,
	results.StudentTrained: Train, results.PublicScored: Evaluate,
}

// Event tells of an event of a trial's log, with the state after it. The trial is as
// stopped until [Model.Working] says that a program works on it.
func (m *Model) Event(id results.TrialID, e results.Event, state *results.Trial) {
	t := m.of(id)
	if t == nil {
		return
	}
	before := m.before[id]
	m.before[id] = e.Time
	switch step, ends := stepOf[e.Kind], !before.IsZero() && !m.cut[id]; {
	case e.Kind == results.PlatformFault || e.Kind == results.StepCut:
		m.cut[id] = true // how long nothing ran is not in the log
	case step != "":
		if ends {
			m.times.add(id.Agent, step, e.Time.Sub(before))
		}
		m.cut[id] = false
	}
	if e.Kind == results.StudentUpdated {
		m.before[id] = before // the training goes on
	}
	t.take(state)
	t.State, t.Since, t.Step = Stopped, m.before[id], Final
	if action, err := agents.Next(state); err == nil && action.Kind != agents.Finish {
		t.Step, t.Attempt = Step(action.Kind), action.Attempt
	}
}

// Working tells that a program works on the trial, at the step that follows from its
// log.
func (m *Model) Working(id results.TrialID) {
	if t := m.of(id); t != nil {
		t.State = Running
	}
}

// Ended tells that a trial is done, as its log and its scores say.
func (m *Model) Ended(o results.Outcome) {
	t := m.of(o.TrialID)
	if t == nil {
		return
	}
	t.State = Stopped // so that Done measures no step
	m.Done(o, time.Time{})
}
