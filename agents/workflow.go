package agents

import (
	"fmt"

	"github.com/autodatabench/autodatabench/results"
)

// ActionKind names a step of a trial.
type ActionKind string

// The steps.
const (
	Ask      ActionKind = "ask"
	Execute  ActionKind = "execute"
	Check    ActionKind = "check"
	Train    ActionKind = "train"
	Evaluate ActionKind = "evaluate"
	Finish   ActionKind = "finish"
)

// Action is the next step of a trial.
type Action struct {
	Kind    ActionKind
	Attempt int               // number of the attempt it belongs to; 0 for Finish
	Op      results.Operation // of Ask
	Reason  results.EndReason // of Finish
}

// maxTries is how often debug and repair may fail in a row before the workflow
// drafts anew (protocol.md section 5).
const maxTries = 3

// Next decides the step that follows from the state by the trial's workflow. It
// depends on nothing else, so that a replay of the log decides the same.
func Next(t *results.Trial) (Action, error) {
	if err := t.Spec.Workflow.Validate(); err != nil {
		return Action{}, fmt.Errorf("next step of %s: %w", t.Spec.TrialID, err)
	}
	if t.End != "" {
		return Action{}, fmt.Errorf("next step of %s: the trial has ended (%s)", t.Spec.TrialID, t.End)
	}
	last := t.Last()
	if last == nil || over(t.Spec.Workflow, *last) {
		return start(t), nil
	}
	return within(t, *last), nil
}

// over reports whether nothing more follows from the attempt. A valid one-shot
// attempt is never over: it finishes the trial.
func over(w results.Workflow, a results.Attempt) bool {
	if failed(a) {
		return true
	}
	return w == results.Iterative && a.Public != nil
}

// failed reports whether the attempt ended without a valid submission.
func failed(a results.Attempt) bool {
	switch {
	case a.Check != nil:
		return !a.Check.Valid
	case a.Executed:
		return a.Failure != ""
	default:
		return a.Replied && !a.Extracted
	}
}

// within is the next step of an attempt that is not over.
func within(t *results.Trial, a results.Attempt) Action {
	step := Action{Attempt: a.N}
	switch {
	case a.Executed && a.Check == nil:
		step.Kind = Check
		return step
	case a.Valid() && t.Spec.Workflow == results.OneShot:
		return Action{Kind: Finish, Reason: results.EndValid}
	case t.TimeLeft() == 0:
		return Action{Kind: Finish, Reason: results.EndTime}
	case !a.Replied && t.AgentSpent() != "":
		return Action{Kind: Finish, Reason: t.AgentSpent()}
	case !a.Replied:
		step.Kind, step.Op = Ask, a.Op
	case !a.Executed:
		step.Kind = Execute
	case !a.Trained:
		step.Kind = Train
	default:
		step.Kind = Evaluate
	}
	return step
}

// start opens a new attempt or finishes the trial.
func start(t *results.Trial) Action {
	n := len(t.Attempts)
	switch {
	case n >= t.Spec.Protocol.Budget.MaxAttempts(t.Spec.Workflow):
		return Action{Kind: Finish, Reason: results.EndAttempts}
	case t.TimeLeft() == 0:
		return Action{Kind: Finish, Reason: results.EndTime}
	case t.CallsLeft() == 0:
		return Action{Kind: Finish, Reason: results.EndTeacher}
	case t.AgentSpent() != "":
		return Action{Kind: Finish, Reason: t.AgentSpent()}
	}
	return Action{Kind: Ask, Attempt: n + 1, Op: operation(t)}
}

// operation is what a new attempt asks of the agent.
func operation(t *results.Trial) results.Operation {
	last := t.Last()
	switch {
	case last == nil || t.Spec.Workflow == results.OneShot:
		return results.Draft
	case last.Valid():
		return results.Improve
	case tries(t.Attempts) >= maxTries:
		return results.Draft
	case last.Check != nil:
		return results.Repair
	default:
		return results.Debug
	}
}

// tries counts the failed attempts at debug or repair since the last attempt of
// another kind or outcome.
func tries(attempts []results.Attempt) int {
	n := 0
	for i := len(attempts) - 1; i >= 0; i-- {
		a := attempts[i]
		if !failed(a) || (a.Op != results.Debug && a.Op != results.Repair) {
			break
		}
		n++
	}
	return n
}
