package runner

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
)

// CheckRecord compares the files of a trial that has ended with its events, as far as
// the one follows from the other: prompts and replies, the plans and programs in them,
// submissions and the verdicts on them, trainings, public scores, the ledger. It returns
// what does not fit, joined. Files that were left out of the folder, as lacks says, are not
// compared.
func CheckRecord(dir record.Trial, lacks func(path string) bool) error {
	t := &trial{dir: dir}
	var trained []results.TrainData
	at := map[int]int{} // attempt by place in trained
	err := dir.EachEvent(func(e results.Event) error {
		if e.Kind == results.StudentTrained {
			var data results.TrainData
			if err := json.Unmarshal(e.Data, &data); err != nil {
				return err
			}
			at[len(trained)] = len(t.state.Attempts)
			trained = append(trained, data)
		}
		if err := t.state.Apply(e); err != nil {
			return err
		}
		return t.digests.take(e, len(t.state.Attempts))
	})
	if err != nil {
		return err
	}
	errs := []error{checkAttempts(dir, &t.state)}
	if !lacks(dir.Ledger()) {
		errs = append(errs, checkLedger(dir, &t.state))
	}
	for i, data := range trained {
		file := dir.Attempt(at[i]).Train()
		kept, err := file.Read()
		if err == nil && digestOf(kept) != digestOf(data) {
			err = changedSince(string(file), "it is not the training that the trial's events have")
		}
		errs = append(errs, err)
	}
	for _, a := range t.state.Attempts {
		errs = append(errs, t.checkAttempt(a, lacks))
	}
	return errors.Join(errs...)
}

// checkAttempt compares the texts of the attempt with the digests in the events.
func (t *trial) checkAttempt(a results.Attempt, lacks func(path string) bool) error {
	_, err := t.keptPrompt(a.N)
	if err == nil && a.Replied {
		_, _, err = t.program(a.N)
	}
	if err != nil || a.Check == nil || lacks(string(t.attempt(a.N).Submission())) {
		return err
	}
	_, now, err := t.submission(a.N)
	if err == nil && digestOf(now.Check) != digestOf(*a.Check) {
		err = changedSince(string(t.attempt(a.N).Submission()), "the verdict on it is another one than the trial's events have")
	}
	return err
}

// CheckCourse refuses a trial whose events are not those that its workflow takes, one
// after the other.
func CheckCourse(dir record.Trial) error {
	var state results.Trial
	return dir.EachEvent(func(e results.Event) error {
		if err := follows(&state, e); err != nil {
			return changedSince(dir.Events(), fmt.Sprintf("event %d (%s): %v", e.Seq, e.Kind, err))
		}
		return state.Apply(e)
	})
}

// steps are the events with which the steps of a workflow end.
var steps = map[results.EventKind]agents.ActionKind{
	results.AttemptStarted: agents.Ask, results.AgentReplied: agents.Ask, results.CodeExecuted: agents.Execute, results.Checked: agents.Check,
	results.StudentUpdated: agents.Train, results.StudentTrained: agents.Train, results.PublicScored: agents.Evaluate, results.TrialEnded: agents.Finish,
}

// follows refuses an event that the workflow does not take from the state.
func follows(state *results.Trial, e results.Event) error {
	if e.Kind == results.TrialStarted || e.Kind == results.PlatformFault || e.Kind == results.StepCut {
		if first := e.Seq == 0; first != (e.Kind == results.TrialStarted) {
			return errors.New("a trial starts once, with its first event")
		}
		return nil
	}
	next, err := agents.Next(state)
	if err != nil {
		return err
	}
	if e.Kind == results.TrialEnded {
		return ends(state, next, e)
	}
	if steps[e.Kind] != next.Kind {
		return fmt.Errorf("the workflow takes the step %s", next.Kind)
	}
	open := state.Last() != nil && state.Last().N == next.Attempt
	if next.Kind == agents.Ask && open == (e.Kind == results.AttemptStarted) {
		return errors.New("an attempt is opened once, before its reply")
	}
	if e.Kind == results.AttemptStarted {
		var data results.AttemptData
		if err := json.Unmarshal(e.Data, &data); err != nil {
			return err
		}
		if data.N != next.Attempt || data.Op != next.Op {
			return fmt.Errorf("the workflow asks for attempt %d, %s", next.Attempt, next.Op)
		}
	}
	return nil
}

// ends refuses an end that neither the workflow gives, nor a budget within the step, nor
// the user, who may cancel a trial at any time.
func ends(state *results.Trial, next agents.Action, e results.Event) error {
	var data results.EndData
	if err := json.Unmarshal(e.Data, &data); err != nil {
		return err
	}
	if data.Reason == results.EndCancelled {
		return nil
	}
	if next.Kind == agents.Finish {
		if data.Reason != next.Reason {
			return fmt.Errorf("the workflow ends with: %s", next.Reason)
		}
		return nil
	}
	b := state.Spec.Protocol.Budget
	within := map[results.EndReason]bool{
		results.EndTime: true, results.EndTokens: b.AgentTokens > 0, results.EndCost: b.AgentCost > 0, results.EndAgent: b.AgentTime > 0,
	}
	if !within[data.Reason] {
		return fmt.Errorf("the workflow takes the step %s, and no budget ends it with: %s", next.Kind, data.Reason)
	}
	return nil
}

// SubmittedRows are the rows that attempt n submitted, which are valid.
func SubmittedRows(dir record.Trial, state *results.Trial, n int) ([]results.Row, error) {
	t := &trial{dir: dir, state: *state}
	rows, check, err := t.submission(n)
	if err == nil && !check.Valid {
		err = fmt.Errorf("the submission of attempt %d is not valid: %s", n, check.Problem)
	}
	return rows, err
}
