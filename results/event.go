package results

import (
	"encoding/json"
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
	Checked        EventKind = "checked"         // CheckData
	StudentUpdated EventKind = "student.updated" // UpdateData: how far a training is
	StudentTrained EventKind = "student.trained" // TrainData
	PublicScored   EventKind = "public.scored"   // ScoreData
	PlatformFault  EventKind = "platform.fault"  // FaultData: the platform failed a step, which is done again
	StepCut        EventKind = "step.cut"        // FaultData: an interrupt ended a step, which is done again
	TrialEnded     EventKind = "trial.ended"     // EndData
)

// Event is one line of a trial's log. Data is the canonical JSON of the kind's
// data type; Previous is the digest of the line before (results/disk).
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
	Before  float64 `json:"cut_seconds,omitempty"` // of tries that were cut off, which count as run time too
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
	Before   float64 `json:"cut_seconds,omitempty"` // of tries that were cut off, which count as run time too

	Simulated  bool     `json:"teacher_simulated,omitempty"` // the teacher's server said that it is no LLM
	GPUSeconds *float64 `json:"gpu_seconds,omitempty"`       // the trial's share of a teacher that the program started

	Limit   Limit    `json:"limit,omitempty"`   // that the platform stopped the code for
	Sandbox *Sandbox `json:"sandbox,omitempty"` // that the code ran in; folders of before do not say it
}

// Limit is what the platform stopped an agent's code for.
type Limit string

// The limits that end code. A limit that only refuses, such as that on one file, ends none.
const (
	MemoryLimit    Limit = "memory"
	ProcessesLimit Limit = "processes"
	DiskLimit      Limit = "disk"
)

// Sandbox says what held an agent's code: it differs by machine and by user.
type Sandbox struct {
	Kind       string `json:"kind"`                 // bubblewrap or none
	User       string `json:"user"`                 // root: code had a user id of its own; user: the platform's, in a user namespace
	Cgroup     int    `json:"cgroup"`               // version of the control groups; 0: none, the watch added up
	Filter     bool   `json:"filter"`               // system calls were filtered
	Bubblewrap string `json:"bubblewrap,omitempty"` // its version
	Kernel     string `json:"kernel"`

	Environment string `json:"environment,omitempty"` // digest of the Python environment that the experiment gave
}

// TeacherUse is what calls of the teacher came to.
type TeacherUse struct {
	Calls     int   `json:"teacher_calls"` // charged to the budget
	Input     int64 `json:"teacher_input_tokens"`
	Output    int64 `json:"teacher_output_tokens"`
	Simulated bool  `json:"teacher_simulated,omitempty"` // the teacher's server said that it is no LLM
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
	Before    float64 `json:"cut_seconds,omitempty"` // of tries that were cut off, which count as run time too
	Course    *Course `json:"course,omitempty"`      // nil where the student does not say

	GPUSeconds *float64 `json:"gpu_seconds,omitempty"`      // held; of a training that had been done, none
	Cost       float64  `json:"student_cost_usd,omitempty"` // paid to a service that rents the student out
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
	Failure    Failure  `json:"failure,omitempty"`
	Detail     string   `json:"detail,omitempty"`
	Seconds    float64  `json:"seconds"`
	Before     float64  `json:"cut_seconds,omitempty"` // of tries that were cut off, which count as run time too
	GPUSeconds *float64 `json:"gpu_seconds,omitempty"`
	Cost       float64  `json:"student_cost_usd,omitempty"` // paid to a service that rents it out
}

// FaultData is the end of a step that is done again. Seconds count as run time: of
// an interrupted step all of them, of code that the platform failed those until the
// last answer of the teacher, which the repeated code gets at once.
type FaultData struct {
	Step       string   `json:"step"`
	Attempt    int      `json:"attempt"`
	Error      string   `json:"error"`
	Seconds    float64  `json:"seconds,omitempty"`
	GPUSeconds *float64 `json:"gpu_seconds,omitempty"`      // held by the student, of an interrupted step
	Cost       float64  `json:"student_cost_usd,omitempty"` // paid for the step to a service that rents the student out
	Returned   int      `json:"returned_calls,omitempty"`   // teacher calls of unknown outcome that were given back to the budget
}

// EndData closes the loop, with what the step used that a budget or a cancellation cut
// off: the agent's model for a reply, the teacher for code, nil for nothing, or the
// student.
type EndData struct {
	Reason  EndReason   `json:"reason"`
	Detail  string      `json:"detail,omitempty"` // of a cancelled trial: why, in its user's words
	Agent   *AgentUse   `json:"agent,omitempty"`
	Teacher *TeacherUse `json:"teacher,omitempty"` // of code that was cut off

	StudentSeconds float64  `json:"student_seconds,omitempty"`
	GPUSeconds     *float64 `json:"gpu_seconds,omitempty"`      // held by the student meanwhile
	StudentCost    float64  `json:"student_cost_usd,omitempty"` // paid meanwhile to a service that rents it out
}
