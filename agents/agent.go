package agents

import (
	"context"
	"time"

	"github.com/autodatabench/autodatabench/results"
)

// Request asks an agent for one attempt.
type Request struct {
	Trial    results.TrialID
	Attempt  int // from 1
	Op       results.Operation
	Messages []results.Message
	Seed     int64

	// MaxTokens bounds the reply within what the budgets leave; 0 leaves it to the
	// agent's definition.
	MaxTokens int64

	// Patience is how long a server may be silent before it counts as hung; 0 leaves
	// it to the agent.
	Patience time.Duration
}

// Agent answers prompts with a plan and a program. An error is a fault of the
// platform, never of the agent; the step can be done again.
type Agent interface {
	Reply(ctx context.Context, r Request) (results.Reply, error)
}
