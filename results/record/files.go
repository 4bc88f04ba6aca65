package record

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/autodatabench/autodatabench/results"
)

// Lock is experiment.lock.json: the experiment with every default resolved.
type Lock struct {
	Format   int                       `json:"format,omitempty"` // of the folder; absent is 1
	Version  string                    `json:"version"`          // of the program that began it
	File     json.RawMessage           `json:"file"`             // the experiment file with its defaults
	Protocol results.Protocol          `json:"protocol"`
	Tasks    map[results.Domain]string `json:"tasks"`   // digest of each domain's task
	Agents   map[string]string         `json:"agents"`  // digest of each agent's definition
	Titles   map[string]string         `json:"titles"`  // the agents' names on pages
	Prompts  string                    `json:"prompts"` // digest of the prompt templates
	Teacher  string                    `json:"teacher"` // digest of all that decides its answers; of older programs, its name
	Student  results.Identity          `json:"student"`
	Adapted  []string                  `json:"adapted,omitempty"` // what the teacher is sent in another way, since its server refused it
}

// Prompt is attempts/<n>/prompt.json: what the agent was sent.
type Prompt struct {
	Attempt  int               `json:"attempt"`
	Op       results.Operation `json:"op"`
	Messages []results.Message `json:"messages"`
	Trimmed  []string          `json:"trimmed,omitempty"` // what was left out so that the prompt fits the agent's context
}

// Reply is attempts/<n>/reply.json: what the agent answered.
type Reply struct {
	results.Reply
	Truncated bool `json:"truncated,omitempty"` // of old folders: the output limit cut the reply
}

// ModelCall is a line of attempts/<n>/model.jsonl: a call of the agent's own
// program to its model, and what it used.
type ModelCall struct {
	Call     int                        `json:"call"` // of the attempt, from 1
	Request  map[string]json.RawMessage `json:"request"`
	Response json.RawMessage            `json:"response"`
	Used     results.Tokens             `json:"usage"`
	Cost     *float64                   `json:"cost_usd,omitempty"` // where the server says it
}

// Public is public.json of an attempt, and of the base student: the student's
// answers to the public set.
type Public struct {
	Score  results.Score    `json:"score"`
	Judged []results.Judged `json:"judged"` // in the set's order
}

// Recount refuses a score that does not follow from the answers.
func (p Public) Recount() error {
	counted := results.Score{Total: len(p.Judged)}
	for _, j := range p.Judged {
		if j.Correct {
			counted.Correct++
		}
	}
	if counted.Correct != p.Score.Correct || counted.Total != p.Score.Total {
		return fmt.Errorf("says %d of %d correct, its answers %d of %d", p.Score.Correct, p.Score.Total, counted.Correct, counted.Total)
	}
	return nil
}

// Trained is cache/<digest>/train.json: a training that trials of the experiment
// share. Failure and Detail are of a training that the rows made fail; it left no
// adapter.
type Trained struct {
	results.TrainReport
	Seconds float64         `json:"seconds"`
	Cost    float64         `json:"student_cost_usd,omitempty"` // paid to a service that rents it out
	Course  *results.Course `json:"course,omitempty"`
	Failure results.Failure `json:"failure,omitempty"`
	Detail  string          `json:"detail,omitempty"`

	Files   map[string]string `json:"files,omitempty"`   // digests of the adapter's files by name, from version 2 on
	Trial   *results.TrialID  `json:"trial,omitempty"`   // that trained, from version 2 on
	Attempt int               `json:"attempt,omitempty"` // of it
}

// By reports whether the training was done for the attempt.
func (t Trained) By(id results.TrialID, attempt int) bool {
	return t.Trial != nil && *t.Trial == id && t.Attempt == attempt
}

// Score is score.json: a score on a private set. That of the base student has no
// training.
type Score struct {
	Valid       bool                 `json:"valid"`
	Private     results.Score        `json:"private"`
	Terms       Terms                `json:"terms"`
	Seed        int64                `json:"seed,omitempty"`     // of the training
	Training    *results.TrainReport `json:"training,omitempty"` // missing if it failed
	Failure     results.Failure      `json:"failure,omitempty"`  // of a student that the rows made fail: nothing is answered
	Detail      string               `json:"detail,omitempty"`
	Predictions string               `json:"predictions"` // digest of predictions.jsonl
}

// Terms are what a score depends on besides the rows and the seed. They are kept
// with every score, so that one made under other terms is never taken for it.
type Terms struct {
	Student    string           `json:"student"` // digest
	Arithmetic string           `json:"blas"`    // programs and versions that compute
	Task       string           `json:"task"`    // digest
	Sampling   results.Sampling `json:"sampling"`
	Recipe     results.Recipe   `json:"recipe,omitzero"` // none for the base student
}

// GivenTerms is given/<name>/<domain>/given.json: a submission that no agent made.
type GivenTerms struct {
	Format   int              `json:"format,omitempty"` // of the folder; absent is 1
	Name     string           `json:"name"`
	Domain   results.Domain   `json:"domain"`
	Suite    string           `json:"suite"`
	Protocol results.Protocol `json:"protocol"`
	Student  results.Identity `json:"student"`
	Task     string           `json:"task"` // digest
	Seed     int64            `json:"seed"`
	Check    results.Check    `json:"check"`
	Rows     string           `json:"rows"` // digest
}

// Cancelled is cancel/<trial>.json: the wish to cancel a trial. It counts until the
// trial has ended, whose last event says whether it was cancelled.
type Cancelled struct {
	Time   time.Time `json:"time"`
	Reason string    `json:"reason,omitempty"` // in the words of who asked
}

// Running is running.json: how long the step under way has taken. It is written every
// ten seconds and removed at the step's end.
type Running struct {
	Steps   int     `json:"steps"` // events before it, those of trainings left out
	Step    string  `json:"step"`
	Attempt int     `json:"attempt"`
	Seconds float64 `json:"seconds"`
}

// Seal is seal.json: the digest of every file of the trial before the private set
// was opened.
type Seal struct {
	Files map[string]string `json:"files"` // sha256 by path below the trial folder
	Head  string            `json:"head"`  // digest of the last event
}
