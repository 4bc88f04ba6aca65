package results

import (
	"fmt"
	"path"
	"strconv"
	"time"
)

// TrialID names a trial: agent x domain x workflow x setting x run number.
type TrialID struct {
	Domain   Domain   `json:"domain"`
	Workflow Workflow `json:"workflow"`
	Setting  Setting  `json:"setting"`
	Agent    string   `json:"agent"`
	Run      int      `json:"run"` // from 1
}

// Path is the trial's folder below the experiment's.
func (id TrialID) Path() string {
	return path.Join("trials", string(id.Domain), string(id.Workflow)+"-"+string(id.Setting), id.Agent, "run-"+strconv.Itoa(id.Run))
}

func (id TrialID) String() string {
	return fmt.Sprintf("%s %s %s %s run %d", id.Domain, id.Workflow, id.Setting, id.Agent, id.Run)
}

// Spec is everything that determines a trial, resolved before it starts.
type Spec struct {
	TrialID
	Experiment    string   `json:"experiment"`
	Suite         string   `json:"suite"`
	Protocol      Protocol `json:"protocol"`
	Seed          int64    `json:"seed"` // of every random choice of the trial
	TaskDigest    string   `json:"task_digest"`
	PromptDigest  string   `json:"prompt_digest"`
	AgentDigest   string   `json:"agent_digest"`
	Teacher       string   `json:"teacher"`
	Student       string   `json:"student"`
	StudentDigest string   `json:"student_digest"`
	Arithmetic    string   `json:"blas,omitempty"`
	Embedded      bool     `json:"embedded"`  // the student is the small one inside the program
	Simulated     bool     `json:"simulated"` // the teacher or the agent is no LLM
	Unsandboxed   bool     `json:"unsandboxed,omitempty"`
	Base          Score    `json:"base"` // the base student on the public set

	// What the agent's definition says of its model; 0 and nil when not known.
	PromptTokens int64  `json:"prompt_tokens,omitempty"` // that a prompt may have, as package prompt estimates them
	OutputTokens int64  `json:"output_tokens,omitempty"` // that a reply may have
	Price        *Price `json:"price,omitempty"`

	GPUPrice *float64 `json:"price_per_gpu_hour_usd,omitempty"` // nil when not known

	Format int `json:"format,omitempty"` // of the trial's folder (results/record); absent is 1
}

// Attempt is one agent reply and what followed from it, as far as it got.
type Attempt struct {
	N         int       `json:"n"` // from 1
	Op        Operation `json:"op"`
	Replied   bool      `json:"replied"`
	Extracted bool      `json:"extracted"` // the reply held code
	Executed  bool      `json:"executed"`
	Check     *Check    `json:"check,omitempty"`
	Trained   bool      `json:"trained"`
	Public    *Score    `json:"public,omitempty"`
	Failure   Failure   `json:"failure,omitempty"`
	Detail    string    `json:"detail,omitempty"` // what the agent is told of the failure
}

// Valid reports whether the attempt left a valid submission.
func (a Attempt) Valid() bool { return a.Check != nil && a.Check.Valid }

// Trial is the state of a trial: the fold of its events.
type Trial struct {
	Spec     Spec          `json:"spec"`
	Attempts []Attempt     `json:"attempts"`
	Usage    Usage         `json:"usage"`
	Elapsed  time.Duration `json:"elapsed_ns"` // run time counted against the budget
	Cut      time.Duration `json:"-"`          // of it, of tries of the present step that were cut off

	Simulated bool          `json:"simulated"`     // the teacher turned out to be no LLM, beside what the spec says
	AgentTime time.Duration `json:"agent_time_ns"` // of it, waiting for the agent
	Faults    int           `json:"faults"`        // steps that the platform failed, and that were repeated

	Training *UpdateData `json:"training,omitempty"` // under way, of students that tell

	Best int       `json:"best"` // number of the best attempt; 0 for none
	End  EndReason `json:"end,omitempty"`
}

// EndReason says why a trial's loop stopped.
type EndReason string

// The reasons.
const (
	EndValid    EndReason = "valid submission" // one-shot: the first valid one
	EndAttempts EndReason = "attempts used up" // the cap of the workflow
	EndTime     EndReason = "run time used up" //
	EndTeacher  EndReason = "teacher calls used up"
	EndTokens   EndReason = "agent tokens used up"
	EndCost     EndReason = "agent cost used up"
	EndAgent    EndReason = "agent time used up"

	// EndCancelled is the end of a trial that its user cancelled. It has no score, and
	// its row no rank: who may leave out a trial chooses the mean.
	EndCancelled EndReason = "cancelled"
)

// Last returns the latest attempt, nil when there is none.
func (t *Trial) Last() *Attempt {
	if len(t.Attempts) == 0 {
		return nil
	}
	return &t.Attempts[len(t.Attempts)-1]
}

// BestAttempt returns the attempt whose submission is the run's result so far.
func (t *Trial) BestAttempt() *Attempt {
	if t.Best == 0 {
		return nil
	}
	return &t.Attempts[t.Best-1]
}

// ValidAttempts counts the attempts with a valid submission.
func (t *Trial) ValidAttempts() int {
	n := 0
	for _, a := range t.Attempts {
		if a.Valid() {
			n++
		}
	}
	return n
}

// Replies counts the attempts that the agent replied to. One that was cut off
// before is no attempt yet (protocol.md section 5).
func (t *Trial) Replies() int {
	n := 0
	for _, a := range t.Attempts {
		if a.Replied {
			n++
		}
	}
	return n
}

// CallsLeft is the teacher calls left in total.
func (t *Trial) CallsLeft() int {
	return max(0, t.Spec.Protocol.Budget.TeacherCalls-t.Usage.TeacherCalls)
}

// AgentSpent names the budget of the agent's own model that is used up, and is
// empty when none is.
func (t *Trial) AgentSpent() EndReason {
	b := t.Spec.Protocol.Budget
	switch {
	case b.AgentTokens > 0 && t.Usage.AgentTokens() >= b.AgentTokens:
		return EndTokens
	case b.AgentCost > 0 && t.Usage.AgentCost.Value >= b.AgentCost:
		return EndCost
	case b.AgentTime > 0 && t.AgentTime >= b.AgentTime:
		return EndAgent
	}
	return ""
}

// OutputAllowed is how many tokens a reply to a prompt of the estimated length
// may have within the budgets and the model's limit; 0 means any number. spent
// names the budget that leaves none.
func (t *Trial) OutputAllowed(prompt int64) (tokens int64, spent EndReason) {
	b, price := t.Spec.Protocol.Budget, t.Spec.Price
	tokens = t.Spec.OutputTokens
	bound := func(left int64, reason EndReason) {
		if left < 1 {
			spent = reason
		}
		if tokens == 0 || left < tokens {
			tokens = max(1, left)
		}
	}
	if b.AgentTokens > 0 {
		bound(b.AgentTokens-t.Usage.AgentTokens()-prompt, EndTokens)
	}
	if b.AgentCost > 0 && price != nil && price.At(prompt).Output > 0 {
		left := b.AgentCost - t.Usage.AgentCost.Value - price.Cost(Tokens{Input: prompt}).Value
		bound(int64(left/price.At(prompt).Output*1e6), EndCost)
	}
	return tokens, spent
}

// TimeLeft is the run time left.
func (t *Trial) TimeLeft() time.Duration { return max(0, t.Spec.Protocol.Budget.RunTime-t.Elapsed) }
