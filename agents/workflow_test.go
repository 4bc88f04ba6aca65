package agents

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
)

// The outcomes of an attempt that is over.
var (
	noCode    = results.Attempt{Replied: true, Failure: results.ExtractionFailed}
	cutOff    = results.Attempt{Replied: true, Failure: results.OutputTruncated}
	crashed   = results.Attempt{Replied: true, Extracted: true, Executed: true, Failure: results.RuntimeError}
	slow      = results.Attempt{Replied: true, Extracted: true, Executed: true, Failure: results.CodeTimeout}
	tooFew    = results.Attempt{Replied: true, Extracted: true, Executed: true, Check: &results.Check{}, Failure: results.InsufficientSamples}
	evaluated = results.Attempt{Replied: true, Extracted: true, Executed: true, Check: &results.Check{Valid: true}, Trained: true, Public: &results.Score{Correct: 1, Total: 2}}
)

func as(op results.Operation, a results.Attempt) results.Attempt {
	a.Op = op
	return a
}

func trialOf(w results.Workflow, attempts ...results.Attempt) *results.Trial {
	t := &results.Trial{Spec: results.Spec{TrialID: results.TrialID{Workflow: w}, Protocol: results.Paper()}}
	for i, a := range attempts {
		a.N = i + 1
		t.Attempts = append(t.Attempts, a)
		if a.Valid() && t.Best == 0 {
			t.Best = a.N
		}
	}
	return t
}

func next(t *testing.T, trial *results.Trial) Action {
	t.Helper()
	a, err := Next(trial)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestStepsWithinAnAttempt(t *testing.T) {
	open := results.Attempt{Op: results.Draft}
	replied := results.Attempt{Op: results.Draft, Replied: true, Extracted: true}
	executed := results.Attempt{Op: results.Draft, Replied: true, Extracted: true, Executed: true}
	checked := executed
	checked.Check = &results.Check{Valid: true}
	trained := checked
	trained.Trained = true
	over := Action{Kind: Finish, Reason: results.EndTime}
	for _, c := range []struct {
		name            string
		attempt         results.Attempt
		oneShot         Action
		iterative       Action
		oneShotAtZero   Action // no run time left
		iterativeAtZero Action
	}{
		{"open", open,
			Action{Kind: Ask, Attempt: 1, Op: results.Draft}, Action{Kind: Ask, Attempt: 1, Op: results.Draft}, over, over},
		{"replied with code", replied,
			Action{Kind: Execute, Attempt: 1}, Action{Kind: Execute, Attempt: 1}, over, over},
		{"executed", executed,
			Action{Kind: Check, Attempt: 1}, Action{Kind: Check, Attempt: 1}, Action{Kind: Check, Attempt: 1}, Action{Kind: Check, Attempt: 1}},
		{"checked, valid", checked,
			Action{Kind: Finish, Reason: results.EndValid}, Action{Kind: Train, Attempt: 1}, Action{Kind: Finish, Reason: results.EndValid}, over},
		{"trained", trained,
			Action{Kind: Finish, Reason: results.EndValid}, Action{Kind: Evaluate, Attempt: 1}, Action{Kind: Finish, Reason: results.EndValid}, over},
	} {
		for _, v := range []struct {
			workflow results.Workflow
			spent    bool
			want     Action
		}{
			{results.OneShot, false, c.oneShot}, {results.Iterative, false, c.iterative},
			{results.OneShot, true, c.oneShotAtZero}, {results.Iterative, true, c.iterativeAtZero},
		} {
			trial := trialOf(v.workflow, c.attempt)
			if v.spent {
				trial.Elapsed = trial.Spec.Protocol.Budget.RunTime
			}
			if diff := cmp.Diff(v.want, next(t, trial)); diff != "" {
				t.Errorf("%s, %s, time gone %v (-want +got):\n%s", c.name, v.workflow, v.spent, diff)
			}
		}
	}
}

func TestNextOperation(t *testing.T) {
	const (
		draft, debug    = results.Draft, results.Debug
		repair, improve = results.Repair, results.Improve
	)
	for _, c := range []struct {
		name     string
		attempts []results.Attempt
		want     results.Operation
	}{
		{"first", nil, draft},
		{"after a traceback", []results.Attempt{as(draft, crashed)}, debug},
		{"after a time-out", []results.Attempt{as(draft, slow)}, debug},
		{"without code", []results.Attempt{as(draft, noCode)}, debug},
		{"cut reply", []results.Attempt{as(draft, cutOff)}, debug},
		{"invalid submission", []results.Attempt{as(draft, tooFew)}, repair},
		{"valid", []results.Attempt{as(draft, evaluated)}, improve},
		{"repair after debug", []results.Attempt{as(draft, crashed), as(debug, tooFew)}, repair},
		{"debug after repair", []results.Attempt{as(draft, tooFew), as(repair, crashed)}, debug},
		{"second failed try", []results.Attempt{as(draft, crashed), as(debug, crashed), as(debug, crashed)}, debug},
		{"third failed debug", []results.Attempt{as(draft, crashed), as(debug, crashed), as(debug, crashed), as(debug, crashed)}, draft},
		{"third failed repair", []results.Attempt{as(draft, tooFew), as(repair, tooFew), as(repair, tooFew), as(repair, tooFew)}, draft},
		{"debug and repair count together", []results.Attempt{as(draft, crashed), as(debug, tooFew), as(repair, noCode), as(debug, tooFew)}, draft},
		{"a new draft counts from zero", []results.Attempt{as(draft, crashed), as(debug, crashed), as(debug, crashed), as(debug, crashed), as(draft, crashed)}, debug},
		{"success ends the count", []results.Attempt{as(draft, crashed), as(debug, crashed), as(debug, evaluated), as(improve, crashed), as(debug, crashed)}, debug},
		{"failed improve, traceback", []results.Attempt{as(draft, evaluated), as(improve, crashed)}, debug},
		{"failed improve, invalid", []results.Attempt{as(draft, evaluated), as(improve, tooFew)}, repair},
		{"draft after a failed improve", []results.Attempt{as(draft, evaluated), as(improve, crashed), as(debug, crashed), as(debug, tooFew), as(repair, slow)}, draft},
		{"debugged", []results.Attempt{as(draft, crashed), as(debug, evaluated)}, improve},
	} {
		want := Action{Kind: Ask, Attempt: len(c.attempts) + 1, Op: c.want}
		if diff := cmp.Diff(want, next(t, trialOf(results.Iterative, c.attempts...))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// One-shot attempts are independent: each is a draft.
func TestOneShotAlwaysDrafts(t *testing.T) {
	for _, failure := range []results.Attempt{noCode, cutOff, crashed, slow, tooFew} {
		want := Action{Kind: Ask, Attempt: 2, Op: results.Draft}
		if diff := cmp.Diff(want, next(t, trialOf(results.OneShot, as(results.Draft, failure)))); diff != "" {
			t.Errorf("after %s (-want +got):\n%s", failure.Failure, diff)
		}
	}
}

func TestEndsBetweenAttempts(t *testing.T) {
	many := func(n int, a results.Attempt) []results.Attempt {
		list := make([]results.Attempt, n)
		for i := range list {
			list[i] = as(results.Draft, a)
		}
		return list
	}
	budget := results.Paper().Budget
	for _, c := range []struct {
		name     string
		workflow results.Workflow
		attempts []results.Attempt
		elapsed  time.Duration
		calls    int
		want     results.EndReason // empty: goes on
	}{
		{"one-shot, 7th failed", results.OneShot, many(7, crashed), 0, 0, ""},
		{"one-shot, 8th failed", results.OneShot, many(8, crashed), 0, 0, results.EndAttempts},
		{"iterative, 29th valid", results.Iterative, many(29, evaluated), 0, 0, ""},
		{"iterative, 30th valid", results.Iterative, many(30, evaluated), 0, 0, results.EndAttempts},
		{"iterative, 30th failed", results.Iterative, many(30, tooFew), 0, 0, results.EndAttempts},
		{"a moment left", results.Iterative, many(1, evaluated), budget.RunTime - 1, 0, ""},
		{"time gone", results.Iterative, many(1, evaluated), budget.RunTime, 0, results.EndTime},
		{"time gone, one-shot", results.OneShot, many(1, crashed), budget.RunTime + time.Hour, 0, results.EndTime},
		{"one call left", results.Iterative, many(1, evaluated), 0, budget.TeacherCalls - 1, ""},
		{"no call left", results.Iterative, many(1, evaluated), 0, budget.TeacherCalls, results.EndTeacher},
		{"no call left to repair with", results.Iterative, many(1, tooFew), 0, budget.TeacherCalls, results.EndTeacher},
		{"no call left, one-shot", results.OneShot, many(1, tooFew), 0, budget.TeacherCalls, results.EndTeacher},
		{"everything gone", results.OneShot, many(8, crashed), budget.RunTime, budget.TeacherCalls, results.EndAttempts},
	} {
		trial := trialOf(c.workflow, c.attempts...)
		trial.Elapsed, trial.Usage.TeacherCalls = c.elapsed, c.calls
		got := next(t, trial)
		if got.Reason != c.want || (got.Kind == Finish) != (c.want != "") {
			t.Errorf("%s: got %+v, want reason %q", c.name, got, c.want)
		}
	}
}

// Calls that run out in the middle stop nothing that needs none.
func TestNoCallLeftWithinAnAttempt(t *testing.T) {
	valid := evaluated
	valid.Trained, valid.Public = false, nil
	trial := trialOf(results.Iterative, as(results.Draft, valid))
	trial.Usage.TeacherCalls = trial.Spec.Protocol.Budget.TeacherCalls
	if got := next(t, trial); got.Kind != Train {
		t.Errorf("got %+v, want to train", got)
	}
}

func TestNextRefuses(t *testing.T) {
	ended := trialOf(results.OneShot)
	ended.End = results.EndTime
	for name, trial := range map[string]*results.Trial{"ended": ended, "unknown workflow": trialOf("spiral")} {
		if a, err := Next(trial); err == nil {
			t.Errorf("%s: got %+v", name, a)
		}
	}
}
