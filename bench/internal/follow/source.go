package follow

import (
	"cmp"
	"errors"
	"sync"
	"time"

	"github.com/autodatabench/autodatabench/bench/internal/progress"
	"github.com/autodatabench/autodatabench/results"
)

// Sink takes events, one at a time and in their order. It must not wait.
type Sink interface {
	Take(e Event)
}

// Model is a model as its user names it.
type Model struct{ Name, Provider string }

// Terms are what an experiment's trials share.
type Terms struct {
	Experiment string
	Agents     map[string]Model // by the name of the agent
	Teacher    Model
	Student    string
	Simulated  func(agent string) bool // says whether the agent or the teacher is no LLM
}

// Source makes events of what it is told. It is told as an [experiment.Watch] and a
// [runner.Follower] are, after the model of progress is.
type Source struct {
	terms    Terms
	snapshot func() progress.Snapshot
	now      func() time.Time
	sinks    []Sink

	mu     sync.Mutex
	seq    int
	trials map[results.TrialID]*open
	done   map[results.TrialID]bool
	ended  bool
}

// open is a trial under way.
type open struct {
	attempt int
	op      results.Operation
	began   time.Time // of the attempt
	step    progress.Step
	since   time.Time // of the step
	state   results.Trial
}

// New makes a source and tells its sinks that the experiment has started.
func New(terms Terms, snapshot func() progress.Snapshot, now func() time.Time, sinks ...Sink) *Source {
	s := &Source{
		terms: terms, snapshot: snapshot, now: now, sinks: sinks,
		trials: map[results.TrialID]*open{}, done: map[results.TrialID]bool{},
	}
	before := snapshot()
	for _, t := range before.Trials {
		s.done[t.ID] = t.State == progress.Done
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.emit(Experiment, Started, nil, progressOf(before))
	return s
}

// emit gives an event to the sinks. The caller holds mu.
func (s *Source) emit(kind Kind, state State, id *results.TrialID, data any) {
	e := Event{
		Schema: Schema, Seq: s.seq, Time: s.now().UTC(), Experiment: s.terms.Experiment, Event: kind, State: state, Trial: id, Data: data,
	}
	s.seq++
	for _, sink := range s.sinks {
		sink.Take(e)
	}
}

func progressOf(p progress.Snapshot) ExperimentData {
	d := ExperimentData{
		Trials: len(p.Trials), Done: p.States[progress.Done], Running: p.States[progress.Running],
		Stopped: p.States[progress.Stopped], Waiting: p.States[progress.Waiting], Elapsed: p.Elapsed.Seconds(),
		TeacherCalls: p.Calls, MaxCalls: p.MaxCalls, Cost: known(p.Cost), MaxCost: known(p.MaxCost),
	}
	if p.Left != nil {
		d.Left = new(p.Left.Seconds())
	}
	return d
}

// known is the number; nil where it is missing.
func known(n results.Number) *float64 {
	if !n.Known {
		return nil
	}
	return &n.Value
}

// Base tells of the untrained student.
func (s *Source) Base(d results.Domain, public results.Score) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.emit(Score, Ended, nil, ScoreData{
		Set: "public", Of: "base", Domain: d, Accuracy: public.Accuracy(), Correct: public.Correct, Total: public.Total,
	})
}

// Looked tells that some trials get another run.
func (s *Source) Looked(results.Look, []results.TrialID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.emit(Experiment, Progressed, nil, progressOf(s.snapshot()))
}

// Done tells that a trial has its score, or has none to get.
func (s *Source) Done(o results.Outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, earlier := o.TrialID, s.done[o.TrialID]
	s.endAttempt(id)
	s.done[id] = true
	delete(s.trials, id)
	if o.Valid && len(o.Finals) > 0 {
		score := ScoreData{Set: "private", Of: "trial", Domain: id.Domain, Accuracy: o.Final().Value, Base: new(o.BasePrivate.Accuracy())}
		if len(o.Finals) == 1 {
			score.Correct, score.Total = o.Finals[0].Correct, o.Finals[0].Total
		}
		s.emit(Score, Ended, &id, score)
	}
	data := s.trial(id)
	data.Simulated, data.Earlier = o.Simulated, earlier
	data.Attempts, data.Valid, data.TeacherCalls = o.Attempts, o.ValidAttempts, o.Usage.TeacherCalls
	data.Cost, data.RunTime, data.Failures, data.End = costOf(o.Usage), o.Elapsed.Seconds(), o.Failures, o.End
	s.emit(Trial, Ended, &id, data)
	if !earlier {
		s.emit(Experiment, Progressed, nil, progressOf(s.snapshot()))
	}
}

// What ends a step that is done again.
const (
	byPlatform  = "platform"
	byInterrupt = "interrupted"
	byError     = "error"
)

// Failed tells that the platform failed a trial.
func (s *Source) Failed(id results.TrialID, err error) {
	fault := byError
	var kind *results.Error
	if errors.As(err, &kind) {
		fault = cmp.Or(string(kind.Kind), fault)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stop(id, fault)
}

// stop ends what is open of a trial that the next run goes on with. The caller holds
// mu.
func (s *Source) stop(id results.TrialID, fault string) {
	data := s.trial(id)
	if t := s.trials[id]; t != nil {
		data = s.reached(id, &t.state)
		failure := byPlatform
		if fault == byInterrupt {
			failure = byInterrupt
		}
		s.endStep(id, StepEnded, AttemptData{Failure: failure})
	}
	s.endAttempt(id)
	delete(s.trials, id)
	data.Fault = fault
	s.emit(Trial, Stopped, &id, data)
}

// trial is what is known of a trial before it begins.
func (s *Source) trial(id results.TrialID) TrialData {
	agent := s.terms.Agents[id.Agent]
	return TrialData{
		Model: agent.Name, Provider: agent.Provider, Teacher: s.terms.Teacher.Name, Student: s.terms.Student,
		Simulated: s.terms.Simulated(id.Agent),
	}
}

// reached is how far a trial has come.
func (s *Source) reached(id results.TrialID, state *results.Trial) TrialData {
	d := s.trial(id)
	d.Attempts, d.Valid, d.TeacherCalls = state.Replies(), state.ValidAttempts(), state.Usage.TeacherCalls
	d.Cost, d.RunTime, d.End = costOf(state.Usage), state.Elapsed.Seconds(), state.End
	d.Failures = map[results.Failure]int{}
	for _, a := range state.Attempts {
		if a.Failure != "" {
			d.Failures[a.Failure]++
		}
	}
	return d
}

// costOf is the cost of the agent's model, which is 0 before its first call.
func costOf(u results.Usage) *float64 {
	if u.AgentCalls == 0 {
		return new(0.0)
	}
	return known(u.AgentCost)
}

// Close tells that the program ends its work on the experiment: as interrupted, with
// trials that wait for the next run, or because there is no more to do.
func (s *Source) Close(interrupted bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return
	}
	s.ended = true
	fault := byError
	if interrupted {
		fault = byInterrupt
	}
	p := s.snapshot()
	for _, t := range p.Trials { // in the order of the experiment
		if s.trials[t.ID] != nil {
			s.stop(t.ID, fault)
		}
	}
	state := Ended
	if interrupted || p.States[progress.Done] < len(p.Trials) {
		state = Stopped
	}
	data := progressOf(p)
	data.Stopped, data.Running = data.Stopped+data.Running, 0
	s.emit(Experiment, state, nil, data)
}
