package chat

import (
	"context"
	"errors"
	"time"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/results"
)

// probePatience is how long a probe waits for a server.
const probePatience = 2 * time.Minute

// Probe asks one small question with the fields that trials will send, and keeps what
// the server needs to be sent in another way. Its error is bad input: a definition
// with which the server takes no question. A server that is busy or down says nothing
// about it and gives no error.
func (c *Client) Probe(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, probePatience)
	defer cancel()
	brief := c.Brief()
	brief.Adapt(c.Adapted())
	_, err := brief.Reply(ctx, agents.Request{Attempt: 1, Op: results.Draft, Messages: []results.Message{
		{Role: results.System, Content: "Answer in one word."}, {Role: results.User, Content: "Say: ready"},
	}})
	c.Adapt(brief.Adapted())
	var known *results.Error
	if errors.As(err, &known) && known.Kind == results.BadInput {
		return err
	}
	return nil
}
