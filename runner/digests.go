package runner

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/gateway"
)

// digests are those that the trial's events have of its files, by attempt. A file is
// compared with its digest before it is used, since it may have changed while the
// trial was interrupted.
type digests struct {
	prompt, reply, submission, adapter map[int]string
}

// take notes the digests of an event, which is of the latest attempt.
func (d *digests) take(e results.Event, attempt int) error {
	note := func(into *map[int]string, digest string) {
		if *into == nil {
			*into = map[int]string{}
		}
		(*into)[attempt] = digest
	}
	var data struct{ Prompt, Reply, Submission, Adapter string }
	switch e.Kind {
	case results.AttemptStarted, results.AgentReplied, results.Checked, results.StudentTrained:
		if err := json.Unmarshal(e.Data, &data); err != nil {
			return err
		}
	}
	switch e.Kind {
	case results.AttemptStarted:
		note(&d.prompt, data.Prompt)
	case results.AgentReplied:
		note(&d.reply, data.Reply)
	case results.Checked:
		note(&d.submission, data.Submission)
	case results.StudentTrained:
		note(&d.adapter, data.Adapter)
	}
	return nil
}

// same refuses a file whose digest is not the one that an event has; an event may have
// none.
func (t *trial) same(path, was, now string) error {
	if was == "" || was == now {
		return nil
	}
	return changedSince(path, "it is not the file that the trial's events name")
}

func changedSince(path, what string) error {
	return &results.Error{
		Kind: results.Verification, Hint: "put the file back from a copy, or run the trial again under another name",
		Err: fmt.Errorf("%s: %s", path, what),
	}
}

// program reads the plan and the program of attempt n, which must be those of the reply
// that its event names.
func (t *trial) program(n int) (plan, code []byte, err error) {
	kept, err := t.attempt(n).Reply().Read()
	if err != nil {
		return nil, nil, err
	}
	if err := t.same(string(t.attempt(n).Reply()), t.digests.reply[n], disk.Digest([]byte(kept.Text))); err != nil {
		return nil, nil, err
	}
	if kept.Truncated {
		kept.Finish = results.FinishLength
	}
	wantPlan, wantCode, failure, _ := judge(kept.Reply)
	if plan, err = read(t.attempt(n).Plan(), wantPlan, true); err != nil {
		return nil, nil, err
	}
	code, err = read(t.attempt(n).Code(), wantCode, failure == "")
	return plan, code, err
}

// read reads a file of a reply, which must have the text that is in the reply.
func read(file record.Text, want string, has bool) ([]byte, error) {
	data, err := file.Read()
	if errors.Is(err, fs.ErrNotExist) && !has {
		return nil, nil
	}
	if err == nil && has && !bytes.Equal(data, []byte(want)) {
		err = changedSince(string(file), "it is not what the reply holds")
	}
	return data, err
}

// checkAttempts refuses a trial whose attempts have other verdicts and scores in their
// files than in its events: the last event is covered by no later one.
func checkAttempts(dir record.Trial, state *results.Trial) error {
	for _, a := range state.Attempts {
		if a.Check != nil {
			file := dir.Attempt(a.N).Check()
			kept, err := file.Read()
			if err != nil {
				return err
			}
			if one, two := digestOf(kept.Check), digestOf(*a.Check); one != two {
				return changedSince(string(file), "it is not the verdict that the trial's events have")
			}
		}
		if a.Public != nil {
			file := dir.Attempt(a.N).Public()
			kept, err := file.Read()
			if err != nil {
				return err
			}
			if err := kept.Recount(); err != nil || kept.Score != *a.Public {
				return changedSince(string(file), "it is not the score that the trial's events have")
			}
		}
	}
	return nil
}

// digestOf is empty for what cannot be encoded.
func digestOf(v any) string {
	digest, err := disk.DigestOf(v)
	if err != nil {
		return ""
	}
	return digest
}

// checkLedger refuses a ledger that has fewer calls than the trial's events tell of:
// with it the trial would get a new budget.
func checkLedger(dir record.Trial, state *results.Trial) error {
	sum, err := gateway.ReadLedger(dir, state.Spec.Protocol.Budget)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	used := state.Usage
	if sum.Total.Calls < used.TeacherCalls {
		return changedSince(dir.Ledger(), fmt.Sprintf("it has %d calls of the teacher, the trial's events have %d", sum.Total.Calls, used.TeacherCalls))
	}
	if sum.Agent.Calls < used.AgentCalls || sum.Agent.Input < used.AgentInput || sum.Agent.Output < used.AgentOutput {
		return changedSince(dir.Ledger(), fmt.Sprintf("it has %d calls of the agent's model, the trial's events have %d", sum.Agent.Calls, used.AgentCalls))
	}
	if err != nil && disk.Exists(string(dir.Teacher())) {
		return changedSince(dir.Ledger(), "is missing, and the teacher has answered calls")
	}
	return nil
}
