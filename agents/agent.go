package agents

import (
	"context"

	"github.com/autodatabench/autodatabench/results"
)

// The roles of a message.
const (
	System = "system"
	User   = "user"
)

// Message is one part of a prompt.
type Message struct {
	Role    string `json:"role"` // System or User
	Content string `json:"content"`
}

// Request asks an agent for one attempt.
type Request struct {
	Trial    results.TrialID
	Attempt  int // from 1
	Op       results.Operation
	Messages []Message
	Seed     int64

	// MaxTokens bounds the reply within what the budgets leave; 0 leaves it to the
	// agent's definition.
	MaxTokens int64
}

// Reply is what an agent answered. Token counts are 0 where no model was asked.
type Reply struct {
	Text   string         `json:"text"`
	Finish results.Finish `json:"finish,omitempty"`
	results.Tokens

	// Unanswered says why there is no reply, through the agent's own fault.
	Unanswered string `json:"unanswered,omitempty"`

	// Metered says that the ledger holds the agent's calls already: it made them
	// through the platform.
	Metered bool `json:"metered,omitempty"`

	// Seconds is how long it took. The platform sets it.
	Seconds float64 `json:"seconds,omitempty"`

	// Log is what the agent's own program said beside its reply.
	Log string `json:"-"`
}

// Agent answers prompts with a plan and a program. An error is a fault of the
// platform, never of the agent; the step can be done again.
type Agent interface {
	Reply(ctx context.Context, r Request) (Reply, error)
}
