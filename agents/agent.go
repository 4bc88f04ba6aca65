package agents

import (
	"context"

	"autodatabench/results"
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
}

// Reply is what an agent answered. Token counts are 0 where no model was asked.
type Reply struct {
	Text         string
	InputTokens  int64
	OutputTokens int64
	Truncated    bool // the model's output limit cut the text
}

// Agent answers prompts with a plan and a program. An error is a fault of the
// platform, never of the agent; the step can be done again.
type Agent interface {
	Reply(ctx context.Context, r Request) (Reply, error)
}
