// Package follow tells other programs what an experiment does: as events, one JSON
// object a line ([Stream]), for whatever draws or keeps them.
//
// A [Source] is told by the experiment and makes the events. It gives each to its
// sinks: a Stream, or package spans. bench/doc/events.md describes the events, and a
// test holds page and types together.
//
// An event says how much, how long and how well, and never what: it has no prompt, no
// reply, no program, no row, no item, no key and no text of an error, which may quote
// any of these.
//
// The package is not for the record of a trial, which results/record keeps, and not
// for how far an experiment is, which package progress knows.
package follow

import (
	"time"

	"github.com/autodatabench/autodatabench/results"
)

// Schema is the version of the events. It rises when a field goes or changes its
// meaning; new fields, kinds and states do not raise it.
const Schema = 1

// Kind is what an event is about.
type Kind string

// The kinds of events, each with the type of its data.
const (
	Experiment Kind = "experiment" // ExperimentData
	Trial      Kind = "trial"      // TrialData
	Attempt    Kind = "attempt"    // AttemptData
	Call       Kind = "call"       // CallData
	Score      Kind = "score"      // ScoreData
)

// Kinds lists the kinds.
func Kinds() []Kind { return []Kind{Experiment, Trial, Attempt, Call, Score} }

// State is what has happened.
type State string

// The states. A started trial may have been begun by an earlier run of the program.
const (
	Started     State = "started"
	Progressed  State = "progressed"   // of an experiment: a trial of it has ended
	StepStarted State = "step_started" // of an attempt
	Updated     State = "updated"      // of an attempt: its training is at a later update
	StepEnded   State = "step_ended"   // of an attempt
	Stopped     State = "stopped"      // of an experiment or a trial: the next run goes on with it
	Ended       State = "ended"
)

// Event is one line of the stream.
type Event struct {
	Schema     int              `json:"schema"`
	Seq        int              `json:"seq"` // from 0, of one run of the program
	Time       time.Time        `json:"time"`
	Experiment string           `json:"experiment"`
	Event      Kind             `json:"event"`
	State      State            `json:"state"`
	Trial      *results.TrialID `json:"trial,omitempty"` // nil of what belongs to no trial
	Data       any              `json:"data"`
	Lost       int              `json:"lost,omitempty"` // events before this one that the reader was too slow for
}

// ExperimentData is how far the experiment is. Money is in USD; what is not known is
// left out.
type ExperimentData struct {
	Trials       int      `json:"trials"`
	Done         int      `json:"done"`
	Running      int      `json:"running"`
	Stopped      int      `json:"stopped"`
	Waiting      int      `json:"waiting"`
	Elapsed      float64  `json:"elapsed_seconds"` // of this run of the program
	Left         *float64 `json:"left_seconds,omitempty"`
	TeacherCalls int      `json:"teacher_calls"`
	MaxCalls     int      `json:"max_teacher_calls"`
	Cost         *float64 `json:"agent_cost_usd,omitempty"`
	MaxCost      *float64 `json:"max_agent_cost_usd,omitempty"`
}

// TrialData is a trial, and when it is no longer running what it came to.
type TrialData struct {
	Model     string `json:"model,omitempty"`    // of the agent
	Provider  string `json:"provider,omitempty"` // of the agent, as its definition names it
	Teacher   string `json:"teacher"`
	Student   string `json:"student"`
	Simulated bool   `json:"simulated"`         // the agent or the teacher is no LLM
	Earlier   bool   `json:"earlier,omitempty"` // an earlier run of the program had ended it

	Attempts     int                     `json:"attempts"`
	Valid        int                     `json:"valid_attempts"`
	TeacherCalls int                     `json:"teacher_calls"`
	Cost         *float64                `json:"agent_cost_usd,omitempty"`
	RunTime      float64                 `json:"run_time_seconds"` // counted against the budget
	Failures     map[results.Failure]int `json:"failures,omitempty"`
	End          results.EndReason       `json:"end,omitempty"`
	Fault        string                  `json:"fault,omitempty"` // of a stopped trial: the kind of the error, or interrupted
}

// AttemptData is an attempt of a trial, or a step of it. The final score is a step
// after the last attempt, of attempt 0.
type AttemptData struct {
	Attempt   int               `json:"attempt"`
	Operation results.Operation `json:"operation,omitempty"`
	Step      string            `json:"step,omitempty"`
	Seconds   float64           `json:"seconds,omitempty"` // of what has ended, by the clock
	Failure   string            `json:"failure,omitempty"` // the agent's; platform or interrupted for a step that is done again
	Valid     *bool             `json:"valid,omitempty"`   // the submission, once it is checked
	Rows      int               `json:"rows,omitempty"`    // submitted
	Kept      int               `json:"kept,omitempty"`    // rows that the format filter left
	Update    int               `json:"update,omitempty"`  // of a training
	Updates   int               `json:"updates,omitempty"`
	Loss      *float64          `json:"loss,omitempty"` // nats an answer token
	Rate      float64           `json:"tokens_per_second,omitempty"`
}

// CallData is a call to a model that has ended, or several of an agent that is a
// program.
type CallData struct {
	Of       string   `json:"of"` // teacher or agent
	Attempt  int      `json:"attempt"`
	Model    string   `json:"model,omitempty"`
	Provider string   `json:"provider,omitempty"` // as the experiment or the agent's definition names it
	Calls    int      `json:"calls"`
	Outcome  string   `json:"outcome"` // answered, unknown or refund
	Seconds  float64  `json:"seconds"`
	Input    int64    `json:"input_tokens"`
	Output   int64    `json:"output_tokens"`
	Cost     *float64 `json:"cost_usd,omitempty"`
	Finish   string   `json:"finish,omitempty"`
	Status   int      `json:"status,omitempty"` // of HTTP, of a refused call
}

// ScoreData is a score of a student.
type ScoreData struct {
	Set      string         `json:"set"` // public or private
	Of       string         `json:"of"`  // base (the untrained student), attempt or trial
	Domain   results.Domain `json:"domain"`
	Attempt  int            `json:"attempt,omitempty"`
	Accuracy float64        `json:"accuracy"` // 0 to 1
	Base     *float64       `json:"base_accuracy,omitempty"`
	Correct  int            `json:"correct,omitempty"` // not of a mean over several trainings
	Total    int            `json:"total,omitempty"`
	Best     bool           `json:"best,omitempty"` // of the trial's attempts so far
}
