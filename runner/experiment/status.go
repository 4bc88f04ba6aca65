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
	Spared      State = "spared"      // the rule gives it no run
	Running     State = "running"     // a process works on it
	Interrupted State = "interrupted" // it has begun, and none does
	Sealed      State = "sealed"      // it has ended and has no final score
	Scored      State = "scored"
	Cancelled   State = "cancelled" // by its user; it has no score
	Changed     State = "changed"   // it is not as it was sealed or scored
	Unreadable  State = "unreadable"
)

// States lists the states from the last to the first, and then those of trials that
// do not count.
func States() []State {
	return []State{Scored, Sealed, Running, Interrupted, Waiting, Spared, Cancelled, Changed, Unreadable}
}

// Status is how far an experiment is.
type Status struct {
	Experiment string              `json:"experiment"`
	States     map[State]int       `json:"states"` // trials by state
	Places     int                 `json:"places"` // trials that may run at a time
	Work       *runner.Utilisation `json:"utilisation"`
	Trials     []TrialStatus       `json:"trials"`

	Limits []record.LimitsLine `json:"limits,omitempty"` // that changed after the experiment began
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

	Problem  string `json:"problem,omitempty"`  // why it does not count
	Unproven bool   `json:"unproven,omitempty"` // the folder is of version 1, which cannot prove its scores

	Err error `json:"-"` // the Problem
}

// Proofs says of trials whether they are as they were recorded, see
// results/catalog.
type Proofs interface {
	// Trial reads a trial's outcome. Errors: it changed.
	Trial(root record.Experiment, id results.TrialID) (results.Outcome, error)
	// Missing is nil for a trial that has not begun, and else says that it is gone.
	Missing(root record.Experiment, id results.TrialID) error
}

// ReadStatus reads how far the experiment f in the folder root is. The trials may
// run meanwhile. reader is the process that asks. A trial that does not count has an
// Err.
func ReadStatus(root record.Experiment, f File, reader disk.Holder, proofs Proofs) (Status, error) {
	s := Status{Experiment: f.Name, States: map[State]int{}, Places: f.Parallel, Trials: []TrialStatus{}}
	protocol, err := f.Resolve()
	if err != nil {
		return s, err
	}
	looks, err := looksIn(root, f)
	if err != nil {
		return s, err
	}
	left := spared(f, looks)
	var readable []results.TrialID
	for _, id := range f.Trials() {
		t := newTrialStatus(id, protocol.Budget)
		if left[id] {
			t.State = Spared
		}
		if t.Err = t.read(root, reader, proofs); t.Err != nil {
			t.Problem = t.Err.Error()
		}
		if t.State != Unreadable {
			readable = append(readable, id)
		}
		s.Trials = append(s.Trials, t)
		s.States[t.State]++
	}
	if s.Limits, err = root.Limits(); err != nil {
		return s, err
	}
	s.Work, err = runner.Utilised(root, readable)
	return s, err
}

func newTrialStatus(id results.TrialID, budget results.Budget) TrialStatus {
	return TrialStatus{
		TrialID: id, State: Waiting, MaxAttempts: budget.MaxAttempts(id.Workflow), MaxCalls: budget.TeacherCalls,
		Left: budget.RunTime, RunTime: budget.RunTime, Private: []results.Score{},
	}
}

// read reads the trial. With the error of one that does not count comes its status, as
// far as it is known.
func (s *TrialStatus) read(root record.Experiment, reader disk.Holder, proofs Proofs) error {
	dir := root.Trial(s.TrialID)
	state, err := dir.Load()
	if errors.Is(err, fs.ErrNotExist) {
		if err = proofs.Missing(root, s.TrialID); err != nil {
			s.State = Unreadable
		}
		return err
	}
	if err != nil {
		s.State = Unreadable
		return err
	}
	s.Attempts, s.Valid, s.Calls, s.Left = state.Replies(), state.ValidAttempts(), state.Usage.TeacherCalls, state.TimeLeft()
	s.Training = state.Training
	if best := state.BestAttempt(); best != nil {
		s.Best = best.Public
	}
	o, err := proofs.Trial(root, s.TrialID)
	if s.Unproven = o.Unproven; err != nil {
		s.State = Changed
		return err
	}
	if state.End == "" {
		writer, err := disk.Writer(dir.Writer(), reader)
		if s.State = Running; writer.PID == 0 {
			s.State = Interrupted
		}
		if err != nil {
			s.State = Unreadable
		}
		return err
	}
	switch {
	case state.End == results.EndCancelled:
		s.State = Cancelled
	case len(o.Finals) > 0 || !o.Valid:
		s.State = Scored
	default:
		s.State = Sealed
	}
	s.Private = append(s.Private, o.Finals...)
	return nil
}
