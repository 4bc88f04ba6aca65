package results

import (
	"encoding/json"
	"fmt"
	"time"
)

// Apply folds one event into the state. The order of kinds is the runner's
// business; Apply refuses only what cannot be folded.
//
// The best attempt is the one with the best public score, of equal ones the
// earlier. Before any is scored it is the first valid one: so it is in one-shot,
// and when the run time ends between the first valid submission and its score.
func (t *Trial) Apply(e Event) error {
	if t.End != "" {
		return fmt.Errorf("event %d (%s): the trial has ended", e.Seq, e.Kind)
	}
	if e.Kind == TrialStarted {
		return decode(e, &t.Spec)
	}
	if e.Kind == AttemptStarted {
		var d AttemptData
		if err := decode(e, &d); err != nil {
			return err
		}
		if d.N != len(t.Attempts)+1 {
			return fmt.Errorf("event %d: attempt %d follows %d", e.Seq, d.N, len(t.Attempts))
		}
		t.Attempts = append(t.Attempts, Attempt{N: d.N, Op: d.Op})
		return nil
	}
	if e.Kind != StudentUpdated {
		t.Training = nil
	}
	if e.Kind == TrialEnded {
		var d EndData
		if err := decode(e, &d); err != nil {
			return err
		}
		t.End = d.Reason
		if d.Agent != nil {
			t.Usage = t.Usage.Add(Usage{}.WithAgent(*d.Agent))
		}
		if cut := d.Teacher; cut != nil {
			t.Usage = t.Usage.Add(Usage{TeacherCalls: cut.Calls, TeacherInput: cut.Input, TeacherOutput: cut.Output})
			t.Simulated = t.Simulated || cut.Simulated
		}
		if d.StudentSeconds > 0 {
			t.Usage = t.Usage.Add(t.gpuUse(d.StudentSeconds, d.GPUSeconds, d.StudentCost))
			t.spend(d.StudentSeconds)
		}
		return nil
	}
	if e.Kind == PlatformFault || e.Kind == StepCut {
		return t.applyFault(e)
	}
	if t.Last() == nil {
		return fmt.Errorf("event %d (%s): no attempt is open", e.Seq, e.Kind)
	}
	return t.applyStep(t.Last(), e)
}

func (t *Trial) applyStep(a *Attempt, e Event) error {
	switch e.Kind {
	case AgentReplied:
		d := ReplyData{AgentUse: AgentUse{Calls: 1}} // of old records, which do not say
		if err := decode(e, &d); err != nil {
			return err
		}
		a.Replied, a.Extracted, a.Failure, a.Detail = true, d.Code, d.Failure, d.Detail
		t.Usage = t.Usage.Add(Usage{}.WithAgent(d.AgentUse))
		t.AgentTime += t.spend(d.Seconds + d.Before)
	case CodeExecuted:
		var d CodeData
		if err := decode(e, &d); err != nil {
			return err
		}
		a.Executed, a.Failure, a.Detail = true, d.Failure, d.Detail
		t.Simulated = t.Simulated || d.Simulated
		t.Usage = t.Usage.Add(Usage{TeacherCalls: d.Calls, TeacherInput: d.Input, TeacherOutput: d.Output})
		if d.GPUSeconds != nil {
			t.Usage = t.Usage.Add(Usage{GPUSeconds: Num(*d.GPUSeconds, true)})
		}
		t.spend(d.Seconds + d.Before)
	case Checked:
		var d CheckData
		if err := decode(e, &d); err != nil {
			return err
		}
		a.Check = &d.Check
		if !d.Valid {
			a.Failure, a.Detail = Classify(Signs{Invalid: true}), d.Problem
		} else if t.Best == 0 {
			t.Best = a.N
		}
	default:
		return t.applyStudent(a, e)
	}
	return nil
}

// applyStudent folds the events of the student.
func (t *Trial) applyStudent(a *Attempt, e Event) error {
	switch e.Kind {
	case StudentUpdated:
		t.Training = &UpdateData{}
		return decode(e, t.Training)
	case StudentTrained:
		var d TrainData
		if err := decode(e, &d); err != nil {
			return err
		}
		a.Trained = true
		if d.Failure != "" {
			a.Failure, a.Detail = d.Failure, d.Detail
		}
		if !d.Cached {
			t.Usage = t.Usage.Add(t.gpuUse(d.Seconds, d.GPUSeconds, d.Cost))
		}
		t.spend(d.Seconds + d.Before)
	case PublicScored:
		var d ScoreData
		if err := decode(e, &d); err != nil {
			return err
		}
		a.Public = &d.Score
		if d.Failure != "" {
			a.Failure, a.Detail = d.Failure, d.Detail
		}
		if best := t.BestAttempt(); best == nil || best.Public == nil || d.Score.Better(*best.Public) {
			t.Best = a.N
		}
		t.Usage = t.Usage.Add(t.gpuUse(d.Seconds, d.GPUSeconds, d.Cost))
		t.spend(d.Seconds + d.Before)
	default:
		return fmt.Errorf("event %d: unknown kind %q", e.Seq, e.Kind)
	}
	return nil
}

// applyFault folds the end of a step that is done again.
func (t *Trial) applyFault(e Event) error {
	if e.Kind == PlatformFault {
		t.Faults++
	}
	var d FaultData
	if err := decode(e, &d); err != nil {
		return err
	}
	t.Usage.TeacherReturned += d.Returned
	took := time.Duration(d.Seconds * float64(time.Second))
	t.Elapsed, t.Cut = t.Elapsed+took, t.Cut+took
	switch d.Step {
	case "ask":
		t.AgentTime += took
	case "train", "evaluate":
		if d.Seconds > 0 {
			t.Usage = t.Usage.Add(t.gpuUse(d.Seconds, d.GPUSeconds, 0))
		}
		t.Usage.StudentCost += d.Cost
	}
	return nil
}

// spend counts the seconds of a step, those of its tries that were cut off among
// them, and returns by how much the run time grew: those tries may be counted.
func (t *Trial) spend(seconds float64) time.Duration {
	more := time.Duration(seconds*float64(time.Second)) - t.Cut
	t.Elapsed, t.Cut = t.Elapsed+more, 0
	return more
}

func decode(e Event, into any) error {
	if err := json.Unmarshal(e.Data, into); err != nil {
		return fmt.Errorf("event %d (%s): %w", e.Seq, e.Kind, err)
	}
	return nil
}
