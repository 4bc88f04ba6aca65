package chat

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/autodatabench/autodatabench/agents/dialect"
	"github.com/autodatabench/autodatabench/results"
)

// Answer is what a server said to a forwarded request.
type Answer struct {
	Status int
	Body   []byte // JSON, without the key
	results.Tokens
	Cost *float64 // in USD, where the server says it
}

// Forward sends a chat completion that somebody else worded, to the client's
// address with its key, model, headers and settings, and returns the answer as one
// object. A refusal for which the request itself is to blame is an answer, too.
// Errors are those of Reply.
func (c *Client) Forward(ctx context.Context, request map[string]json.RawMessage) (Answer, error) {
	var answer dialect.Answer
	err := c.retry(ctx, uint64(len(request["messages"])), func() (err error) {
		answer, err = c.adapting(func(as []dialect.Adaptation) (map[string]any, dialect.Answer, error) {
			body := c.config.Settings.Rewrite(c.config.Model, request, as)
			answer, err := c.post(ctx, body)
			return body, answer, err
		}, dialect.NoSeed, dialect.ShortSeed) // a seed is the program's own
		if err == nil && !answer.Counted() {
			err = errNoUsage
		}
		return err
	})
	var no *dialect.Refusal
	if errors.As(err, &no) && !no.Spent() && (no.AtFault() || no.Filtered()) {
		data, err := json.Marshal(map[string]any{"error": map[string]any{"message": no.Message, "type": "invalid_request_error"}})
		return Answer{Status: no.Status, Body: data}, err
	}
	if err != nil {
		return Answer{}, c.fault(err)
	}
	body := c.config.hideHeaders(c.config.Key.HideAnswered(string(answer.JSON)))
	return Answer{Status: http.StatusOK, Body: []byte(body), Tokens: answer.Tokens, Cost: answer.Cost}, nil
}
