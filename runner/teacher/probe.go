package teacher

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/autodatabench/autodatabench/agents/dialect"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/remote"
)

// probePatience is how long a probe waits for a server.
const probePatience = 2 * time.Minute

// Probe asks one small question with the fields that programs' calls have, and keeps
// what the server needs to be sent in another way. A server that refuses it for good
// is bad input, in its own words. One that is busy or down says nothing about the
// fields and gives no error.
func (o *OpenAI) Probe(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, probePatience)
	defer cancel()
	brief := *o
	brief.Retry = remote.Retry{Tries: 2}
	const usual = 0.7 // of programs that say nothing
	warm := usual
	ask := Request{Messages: []Message{{System, "Answer in one word."}, {User, "Say: ready"}}, Temperature: &warm, MaxTokens: 64, Seed: 1}
	_, err := brief.Complete(ctx, ask)
	if call := AsCallError(err); err != nil && call.Blame == dialect.Sampling { // which programs can change
		ask.Temperature = nil
		_, err = brief.Complete(ctx, ask)
	}
	var no *dialect.Refusal
	if call := AsCallError(err); err != nil && !call.Retryable && errors.As(err, &no) && !no.Filtered() && call.Blame != dialect.Sampling {
		return results.Bad(fmt.Errorf("the teacher %s at %s takes no question: %w", o.Model, o.BaseURL, err),
			"check teacher.model, base_url and key; teacher.request, stream and system change what is sent")
	}
	return nil
}

// Adapted is what the server is known to need.
func (o *OpenAI) Adapted() []dialect.Adaptation { return o.Needs.List() }

// Adapt says what the server needs.
func (o *OpenAI) Adapt(list []dialect.Adaptation) { o.Needs.Set(list) }
