package results

import (
	"encoding/json"
	"fmt"
	"time"
)

// EventKind names what happened.
type EventKind string

// The kinds of event, in the order in which they occur within a trial.
const (
	TrialStarted   EventKind = "trial.started"   // Spec
	AttemptStarted EventKind = "attempt.started" // AttemptData: number and operation; the prompt is on disk
	AgentReplied   EventKind = "agent.replied"   // ReplyData
	CodeExecuted   EventKind = "code.executed"   // CodeData
	Checked        EventKind = "checked"         // Check
	StudentUpdated EventKind = "student.updated" // UpdateData: how far a training is
	StudentTrained EventKind = "student.trained" // TrainData
	PublicScored   EventKind = "public.scored"   // Score
	PlatformFault  EventKind = "platform.fault"  // FaultData: counted, changes nothing else
	TrialEnded     EventKind = "trial.ended"     // EndData
)

// Event is one line of a trial's log. Data is the canonical JSON of the kind's
// data type; Previous is the digest of the line before (results/folder).
type Event struct {
	Seq      int             `json:"seq"` // from 0
	Time     time.Time       `json:"time"`
	Kind     EventKind       `json:"kind"`
	Data     json.RawMessage `json:"data"`
	Previous string          `json:"prev"`
}

// AttemptData opens an attempt.
type AttemptData struct {
	N      int       `json:"n"`
	Op     Operation `json:"op"`
	Prompt string    `json:"prompt"` // digest

	// Trimmed lists what was left out so that the prompt fits the agent's context.
	Trimmed []string `json:"trimmed,omitempty"`
}

// ReplyData is the outcome of asking the agent, with its model's usage since the
// event before. Seconds counts run time.
type ReplyData struct {
	Reply   string  `json:"reply"` // digest of the text
	Code    bool    `json:"code"`
	Failure Failure `json:"failure,omitempty"`
	Detail  string  `json:"detail,omitempty"`
	Finish  Finish  `json:"finish,omitempty"`
	Seconds float64 `json:"seconds"`
	AgentUse
}

// CodeData is the outcome of one execution of the agent's code, with the
// teacher's usage since the event before.
type CodeData struct {
	ExitCode int     `json:"exit_code"`
	Failure  Failure `json:"failure,omitempty"`
	Detail   string  `json:"detail,omitempty"`
	Calls    int     `json:"teacher_calls"`
	Input    int64   `json:"teacher_input_tokens"`
	Output   int64   `json:"teacher_output_tokens"`
	Seconds  float64 `json:"seconds"`

	Simulated  bool     `json:"teacher_simulated,omitempty"` // the teacher's server said that it is no LLM
	GPUSeconds *float64 `json:"gpu_seconds,omitempty"`       // the trial's share of a teacher that the program started
}

// TrainData is the outcome of training the student on the submission.
type TrainData struct {
	Adapter   string  `json:"adapter"` // digest
	Rows      int     `json:"rows"`
	Updates   int     `json:"updates"`
	Tokens    int     `json:"tokens"`
	FirstLoss float64 `json:"first_loss"`
	LastLoss  float64 `json:"last_loss"`
	Cached    bool    `json:"cached,omitempty"` // the same training had been done
	Failure   Failure `json:"failure,omitempty"`
	Detail    string  `json:"detail,omitempty"`
	Seconds   float64 `json:"seconds"`
	Course    *Course `json:"course,omitempty"` // nil where the student does not say

	GPUSeconds *float64 `json:"gpu_seconds,omitempty"` // held; of a training that had been done, none
}

// Course is what a training took; most of it differs from one machine and time to
// the next.
type Course struct {
	StartSeconds  float64 `json:"start_seconds,omitempty"` // until the model was loaded, where the training waited for it
	UpdateSeconds float64 `json:"update_seconds,omitempty"`
	PeakMemory    int64   `json:"peak_memory,omitempty"` // of the device, or of the process on the CPU, in bytes
	Trainable     int     `json:"trainable,omitempty"`   // parameters
}

// UpdateData is a training at one of its updates. A training that is interrupted
// begins again, and so do its events.
type UpdateData struct {
	Step            int     `json:"step"`  // updates done
	Total           int     `json:"total"` // updates in all
	Loss            float64 `json:"loss"`  // mean negative log-likelihood of an answer token, in nats
	LearningRate    float64 `json:"learning_rate"`
	TokensPerSecond float64 `json:"tokens_per_second"` // since the training began, prompts included
	Memory          int64   `json:"memory"`            // peak so far, in bytes
}

// CheckData is the platform's verdict with the digest of the submission file.
type CheckData struct {
	Check
	Submission string `json:"submission,omitempty"`
}

// ScoreData is a public score.
type ScoreData struct {
	Score
	Seconds    float64  `json:"seconds"`
	GPUSeconds *float64 `json:"gpu_seconds,omitempty"`
}

// FaultData is a fault of the platform; the step is done again. What the failed
// one used of the student is in no record.
type FaultData struct {
	Step    string `json:"step"`
	Attempt int    `json:"attempt"`
	Error   string `json:"error"`
}

// EndData closes the loop, with what the step used that a budget cut off: the
// agent's model for a reply, nil for nothing, or the student.
type EndData struct {
	Reason EndReason `json:"reason"`
	Agent  *AgentUse `json:"agent,omitempty"`

	StudentSeconds float64  `json:"student_seconds,omitempty"`
	GPUSeconds     *float64 `json:"gpu_seconds,omitempty"` // held by the student meanwhile
}

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
		if d.StudentSeconds > 0 {
			t.Usage = t.Usage.Add(t.gpuUse(d.StudentSeconds, d.GPUSeconds))
			t.spend(d.StudentSeconds)
		}
		return nil
	}
	if e.Kind == PlatformFault {
		t.Faults++
		return nil
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
		t.AgentTime += time.Duration(d.Seconds * float64(time.Second))
		t.spend(d.Seconds)
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
		t.spend(d.Seconds)
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
			t.Usage = t.Usage.Add(t.gpuUse(d.Seconds, d.GPUSeconds))
		}
		t.spend(d.Seconds)
	case PublicScored:
		var d ScoreData
		if err := decode(e, &d); err != nil {
			return err
		}
		a.Public = &d.Score
		if best := t.BestAttempt(); best == nil || best.Public == nil || d.Score.Better(*best.Public) {
			t.Best = a.N
		}
		t.Usage = t.Usage.Add(t.gpuUse(d.Seconds, d.GPUSeconds))
		t.spend(d.Seconds)
	default:
		return fmt.Errorf("event %d: unknown kind %q", e.Seq, e.Kind)
	}
	return nil
}

func (t *Trial) spend(seconds float64) {
	t.Elapsed += time.Duration(seconds * float64(time.Second))
}

func decode(e Event, into any) error {
	if err := json.Unmarshal(e.Data, into); err != nil {
		return fmt.Errorf("event %d (%s): %w", e.Seq, e.Kind, err)
	}
	return nil
}
