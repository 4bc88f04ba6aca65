package follow

import (
	"encoding/json"
	"slices"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/bench/internal/progress"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/cut"
	"github.com/autodatabench/autodatabench/runner/gateway"
)

// steps are those that events tell of; other words of a trial are for a screen.
var steps = []progress.Step{progress.Ask, progress.Execute, progress.Check, progress.Train, progress.Evaluate, progress.Final}

// Doing tells what a trial does from now on.
func (s *Source) Doing(id results.TrialID, what string, state *results.Trial) {
	step := progress.Step(what)
	if !slices.Contains(steps, step) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.done[id] {
		return // a score that is there is only looked at
	}
	t := s.trials[id]
	if t == nil {
		t = &open{}
		s.trials[id] = t
		s.emit(Trial, Started, &id, s.reached(id, state))
	}
	t.state = *state
	n, op := len(state.Attempts), results.Operation("")
	switch last := state.Last(); {
	case step == progress.Ask && (last == nil || last.Replied): // the attempt is recorded after its prompt
		n++
		if action, err := agents.Next(state); err == nil {
			op = action.Op
		}
	case last != nil:
		op = last.Op
	}
	if step == progress.Final {
		n, op = 0, ""
	}
	if t.attempt != n {
		s.endAttempt(id)
		if n > 0 {
			t.attempt, t.op, t.began = n, op, s.now()
			s.emit(Attempt, Started, &id, AttemptData{Attempt: n, Operation: op})
		}
	}
	t.step, t.since = step, s.now()
	s.emit(Attempt, StepStarted, &id, AttemptData{Attempt: t.attempt, Operation: t.op, Step: string(step)})
}

// endStep ends the step under way, or tells of it. The caller holds mu.
func (s *Source) endStep(id results.TrialID, state State, d AttemptData) {
	t := s.trials[id]
	if t == nil || t.step == "" {
		return
	}
	d.Attempt, d.Operation, d.Step, d.Seconds = t.attempt, t.op, string(t.step), s.now().Sub(t.since).Seconds()
	s.emit(Attempt, state, &id, d)
	if state == StepEnded {
		t.step = ""
	}
}

// endAttempt ends the attempt under way, and the step if it is the final score. The
// caller holds mu.
func (s *Source) endAttempt(id results.TrialID) {
	t := s.trials[id]
	if t == nil {
		return
	}
	s.endStep(id, StepEnded, AttemptData{})
	if t.attempt == 0 {
		return
	}
	d := AttemptData{Attempt: t.attempt, Operation: t.op, Seconds: s.now().Sub(t.began).Seconds()}
	if t.attempt <= len(t.state.Attempts) {
		a := t.state.Attempts[t.attempt-1]
		d.Failure = string(a.Failure)
		if a.Check != nil {
			d.Valid, d.Rows, d.Kept = new(a.Check.Valid), a.Check.Rows, a.Check.Kept
		}
	}
	t.attempt, t.op = 0, ""
	s.emit(Attempt, Ended, &id, d)
}

// Event tells of an event of the trial's log, with the state after it.
func (s *Source) Event(id results.TrialID, e results.Event, state *results.Trial) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.trials[id]
	if t == nil { // the log's first event comes before the first step
		return
	}
	t.state = *state
	last := results.Attempt{}
	if a := state.Last(); a != nil {
		last = *a
	}
	d := AttemptData{Failure: string(last.Failure)}
	switch e.Kind {
	case results.AgentReplied:
		s.agentCall(id, e)
	case results.CodeExecuted:
	case results.Checked:
		d.Valid, d.Rows, d.Kept = new(last.Valid()), last.Check.Rows, last.Check.Kept
	case results.StudentUpdated:
		if u := state.Training; u != nil {
			s.endStep(id, Updated, AttemptData{Update: u.Step, Updates: u.Total, Loss: &u.Loss, Rate: u.TokensPerSecond})
		}
		return
	case results.StudentTrained:
		var data results.TrainData
		if json.Unmarshal(e.Data, &data) == nil && data.Updates > 0 {
			d.Update, d.Updates, d.Loss = data.Updates, data.Updates, &data.LastLoss
		}
	case results.PublicScored:
		if last.Public != nil {
			s.publicScore(id, last, state)
		}
	case results.PlatformFault:
		d = AttemptData{Failure: byPlatform}
	case results.StepCut:
		d = AttemptData{Failure: byInterrupt}
	case results.TrialEnded:
		s.endAttempt(id)
		return
	default:
		return
	}
	s.endStep(id, StepEnded, d)
}

// agentCall tells of the calls of the agent's model for a reply. The caller holds mu.
func (s *Source) agentCall(id results.TrialID, e results.Event) {
	var r results.ReplyData
	if json.Unmarshal(e.Data, &r) != nil || r.Calls == 0 {
		return
	}
	model := s.terms.Agents[id.Agent]
	s.emit(Call, Ended, &id, CallData{
		Of: "agent", Attempt: s.trials[id].attempt, Model: model.Name, Provider: model.Provider, Calls: r.Calls, Outcome: "answered", Seconds: r.Seconds,
		Input: r.Input, Output: r.Output, Cost: known(r.Cost), Finish: string(r.Finish),
	})
}

// publicScore tells of the score of an attempt. The caller holds mu.
func (s *Source) publicScore(id results.TrialID, a results.Attempt, state *results.Trial) {
	base := state.Spec.Base.Accuracy()
	s.emit(Score, Ended, &id, ScoreData{
		Set: "public", Of: "attempt", Domain: id.Domain, Attempt: a.N, Accuracy: a.Public.Accuracy(), Base: &base,
		Correct: a.Public.Correct, Total: a.Public.Total, Best: state.Best == a.N,
	})
}

// Call tells of a call to the teacher that has ended.
func (s *Source) Call(id results.TrialID, c gateway.Call) {
	const longest = 40 // runes of a word that a server chose
	s.mu.Lock()
	defer s.mu.Unlock()
	s.emit(Call, Ended, &id, CallData{
		Of: "teacher", Attempt: c.Attempt, Model: s.terms.Teacher.Name, Provider: s.terms.Teacher.Provider, Calls: 1, Outcome: c.Outcome,
		Seconds: c.Took.Seconds(), Input: c.Input, Output: c.Output, Finish: cut.Runes(c.Finish, longest, "..."), Status: c.Status,
	})
}
