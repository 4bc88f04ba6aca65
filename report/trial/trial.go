// Package trial shows the inside of one trial: its attempts in the order of time,
// and of each attempt the texts, the teacher's calls, the rows and the student's
// wrong answers.
//
// It reads a trial's folder through results/record, also while the trial runs. All
// texts in a view are as an agent, its code or a model wrote them, and may be
// hostile; whoever prints them cleans them first ([Clean]). Private items are in no
// view. The package is not for ranking, and it changes nothing.
package trial

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/catalog"
	"github.com/autodatabench/autodatabench/results/record"
)

// View is a trial from outside.
type View struct {
	results.TrialID
	Experiment string            `json:"experiment"`
	Folder     string            `json:"folder"`
	Protocol   string            `json:"protocol"`
	Budget     results.Budget    `json:"-"`
	Teacher    string            `json:"teacher"`
	Student    string            `json:"student"`
	Simulated  bool              `json:"simulated"`
	Begun      time.Time         `json:"begun"`
	Last       time.Time         `json:"-"`           // of the last event
	Elapsed    time.Duration     `json:"run_time_ns"` // counted against the budget
	End        results.EndReason `json:"end,omitempty"`
	Best       int               `json:"chosen_attempt"` // 0 for none
	Usage      results.Usage     `json:"usage"`
	Base       results.Score     `json:"base_public"`
	Attempts   []Attempt         `json:"attempts"`
	Faults     []Fault           `json:"platform_faults"`
	Outcome    results.Outcome   `json:"-"`
	Accuracy   results.Number    `json:"private_accuracy"` // a share; missing before it is scored
	BaseAcc    results.Number    `json:"base_private_accuracy"`
	Gain       results.Number    `json:"gain"`              // %
	Changed    string            `json:"changed,omitempty"` // why the trial does not count
	Problem    error             `json:"-"`                 // of which Changed is the text
}

// Attempt is an attempt of the trial.
type Attempt struct {
	N       int               `json:"n"`
	Op      results.Operation `json:"op"`
	Outcome string            `json:"outcome"` // in words
	Failure results.Failure   `json:"failure,omitempty"`
	Detail  string            `json:"detail,omitempty"`
	Calls   int               `json:"teacher_calls"`
	Check   *results.Check    `json:"check,omitempty"`
	Public  *results.Score    `json:"public,omitempty"`
	Chosen  bool              `json:"chosen"`
	Steps   []Step            `json:"steps"`
}

// Step is a finished step of an attempt.
type Step struct {
	Kind    results.EventKind `json:"kind"`
	Time    time.Time         `json:"time"` // when it ended
	Seconds float64           `json:"seconds"`
}

// Fault is a fault of the platform; the step was done again.
type Fault struct {
	Time    time.Time `json:"time"`
	Attempt int       `json:"attempt"`
	Step    string    `json:"step"`
	Error   string    `json:"error"`
}

// Read reads the trial of the experiment. One that was changed after it ended has a
// problem and no final figures.
func Read(ctx context.Context, e record.Experiment, dir record.Trial) (View, error) {
	shelf, err := catalog.Beside(ctx, e)
	if err != nil {
		return View{}, err
	}
	return ReadFrom(shelf, e, dir)
}

// ReadFrom is Read for one who reads more trials of the experiment's folder.
func ReadFrom(shelf *catalog.Catalog, e record.Experiment, dir record.Trial) (View, error) {
	v, err := Follow(dir)
	if err != nil {
		return v, err
	}
	o, err := shelf.TrialAt(e, dir)
	var known *results.Error
	if errors.As(err, &known) && known.Kind == results.Verification {
		v.Outcome, v.Problem, v.Changed = o, err, err.Error()
		return v, nil
	}
	if err != nil {
		return v, err
	}
	v.Outcome = o
	run := o.Result()
	v.Accuracy, v.BaseAcc, v.Gain = o.Final(), run.Base, run.Gain()
	return v, nil
}

// Follow reads the course of the trial, without its final figures.
func Follow(dir record.Trial) (View, error) {
	v := View{Folder: string(dir), Attempts: []Attempt{}, Faults: []Fault{}}
	state, err := dir.Follow(func(ev results.Event, _ *results.Trial) { v.take(ev) })
	if errors.Is(err, fs.ErrNotExist) {
		return v, results.Bad(fmt.Errorf("%s: there is no trial", dir), "name a trial's folder, or a part of it such as demo/science/iterative/adaptive/1")
	}
	if err != nil {
		return v, err
	}
	v.fill(state)
	return v, nil
}

func (v *View) take(e results.Event) {
	if v.Begun.IsZero() {
		v.Begun = e.Time
	}
	v.Last = e.Time
	switch e.Kind {
	case results.AttemptStarted:
		v.Attempts = append(v.Attempts, Attempt{Steps: []Step{}})
		return
	case results.PlatformFault:
		var d results.FaultData
		if decode(e, &d) {
			v.Faults = append(v.Faults, Fault{Time: e.Time, Attempt: d.Attempt, Step: d.Step, Error: d.Error})
		}
		return
	case results.TrialStarted, results.TrialEnded, results.StudentUpdated:
		return
	}
	if len(v.Attempts) == 0 {
		return
	}
	var d struct {
		Seconds float64 `json:"seconds"`
		Calls   int     `json:"teacher_calls"`
	}
	if decode(e, &d) {
		last := &v.Attempts[len(v.Attempts)-1]
		last.Calls += d.Calls
		last.Steps = append(last.Steps, Step{Kind: e.Kind, Time: e.Time, Seconds: d.Seconds})
	}
}

// fill adds what the fold of the events knows.
func (v *View) fill(t *results.Trial) {
	v.TrialID, v.Experiment, v.Protocol, v.Budget = t.Spec.TrialID, t.Spec.Experiment, t.Spec.Protocol.Name, t.Spec.Protocol.Budget
	v.Teacher, v.Student, v.Simulated = t.Spec.Teacher, t.Spec.Student, t.Spec.Simulated || t.Simulated
	v.Elapsed, v.End, v.Best, v.Usage, v.Base = t.Elapsed, t.End, t.Best, t.Usage, t.Spec.Base
	for i, a := range t.Attempts {
		shown := &v.Attempts[i]
		shown.N, shown.Op, shown.Failure, shown.Detail, shown.Check, shown.Public = a.N, a.Op, a.Failure, a.Detail, a.Check, a.Public
		shown.Chosen = a.N == t.Best && t.End != ""
		shown.Outcome = outcome(a, t.End != "")
	}
}

// outcome words how far an attempt got.
func outcome(a results.Attempt, ended bool) string {
	switch {
	case a.Failure != "":
		return string(a.Failure)
	case a.Public != nil:
		return fmt.Sprintf("public %.1f %%", 100*a.Public.Accuracy())
	case a.Valid():
		return "valid"
	case ended:
		return "cut off by the end of the trial"
	case a.Executed:
		return "code has run"
	case a.Replied:
		return "code runs"
	}
	return "the agent is asked"
}

// Attempt returns attempt n.
func (v View) Attempt(n int) (Attempt, error) {
	if n < 1 || n > len(v.Attempts) {
		return Attempt{}, results.Bad(fmt.Errorf("%s has %d attempts, no attempt %d", v.TrialID, len(v.Attempts), n), "attempts count from 1")
	}
	return v.Attempts[n-1], nil
}
