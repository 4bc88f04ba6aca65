package experiment

import (
	"errors"
	"io/fs"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner"
)

// State is how far a trial is.
type State string

// The states of a trial.
const (
	Waiting     State = "waiting"
	Running     State = "running"     // a process works on it
	Interrupted State = "interrupted" // it has begun, and none does
	Sealed      State = "sealed"      // it has ended and has no final score
	Scored      State = "scored"
)

// States lists the states from the last to the first.
func States() []State { return []State{Scored, Sealed, Running, Interrupted, Waiting} }

// Status is how far an experiment is.
type Status struct {
	Experiment string              `json:"experiment"`
	States     map[State]int       `json:"states"` // trials by state
	Places     int                 `json:"places"` // trials that may run at a time
	Work       *runner.Utilisation `json:"utilisation"`
	Trials     []TrialStatus       `json:"trials"`
}

// TrialStatus is how far a trial is, and what it has used of its budgets.
type TrialStatus struct {
	results.TrialID
	State       State           `json:"state"`
	Attempts    int             `json:"attempts"`
	MaxAttempts int             `json:"max_attempts"`
	Valid       int             `json:"valid_attempts"`
	Best        *results.Score  `json:"best_public"`
	Private     []results.Score `json:"private"`
	Calls       int             `json:"teacher_calls"`
	MaxCalls    int             `json:"max_teacher_calls"`
	Left        time.Duration   `json:"run_time_left_ns"`
	RunTime     time.Duration   `json:"run_time_ns"` // the budget

	Training *results.UpdateData `json:"training"` // under way, of students that tell
}

// ReadStatus reads how far the experiment f in the folder root is. The trials may
// run meanwhile. reader is the process that asks.
func ReadStatus(root record.Experiment, f File, reader disk.Holder) (Status, error) {
	s := Status{Experiment: f.Name, States: map[State]int{}, Places: f.Parallel, Trials: []TrialStatus{}}
	protocol, err := f.Resolve()
	if err != nil {
		return s, err
	}
	for _, id := range f.Trials() {
		t, err := trialStatus(root, id, protocol.Budget, reader)
		if err != nil {
			return s, err
		}
		s.Trials = append(s.Trials, t)
		s.States[t.State]++
	}
	s.Work, err = runner.Utilised(root, f.Trials())
	return s, err
}

func trialStatus(root record.Experiment, id results.TrialID, budget results.Budget, reader disk.Holder) (TrialStatus, error) {
	s := TrialStatus{
		TrialID: id, State: Waiting, MaxAttempts: budget.MaxAttempts(id.Workflow), MaxCalls: budget.TeacherCalls,
		Left: budget.RunTime, RunTime: budget.RunTime, Private: []results.Score{},
	}
	dir := root.Trial(id)
	state, err := dir.Load()
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return s, err
	}
	s.Attempts, s.Valid, s.Calls, s.Left = state.Replies(), state.ValidAttempts(), state.Usage.TeacherCalls, state.TimeLeft()
	s.Training = state.Training
	if best := state.BestAttempt(); best != nil {
		s.Best = best.Public
	}
	if state.End == "" {
		writer, err := disk.Writer(dir.Writer(), reader)
		if s.State = Running; writer.PID == 0 {
			s.State = Interrupted
		}
		return s, err
	}
	o, err := root.Outcome(dir)
	if s.State = Sealed; len(o.Finals) > 0 || !o.Valid {
		s.State = Scored
	}
	s.Private = append(s.Private, o.Finals...)
	return s, err
}
