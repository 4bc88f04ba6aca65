package chat

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/agents/dialect"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/remote"
)

// maxAnswer bounds what is read of an answer, in bytes.
const maxAnswer = 16 << 20

// try asks once, and again at once in another way where the server refuses a field
// that the definition does not set. A reply beside an error holds only what was
// used until then.
func (c *Client) try(ctx context.Context, r agents.Request, limit int64) (results.Reply, error) {
	var adapted []string
	answer, err := c.adapting(func(as []dialect.Adaptation) (map[string]any, dialect.Answer, error) {
		adapted = dialect.Names(as)
		body := c.config.Settings.Word(c.api(), c.config.Model, c.question(r, limit), as)
		answer, err := c.post(ctx, body)
		return body, answer, err
	})
	reply := results.Reply{Text: answer.Text, Finish: answer.Finish, Tokens: answer.Tokens, Cost: answer.Cost, Notes: answer.Notes, Adapted: adapted}
	switch {
	case err != nil:
		return results.Reply{Tokens: answer.Tokens}, err
	case !answer.Counted():
		return results.Reply{}, errNoUsage
	}
	return reply, nil
}

// adapting calls send until what the server refuses can be sent in no other way. What
// it needs is kept once it has led to an answer.
// never are ways that are out of the question.
func (c *Client) adapting(send func([]dialect.Adaptation) (map[string]any, dialect.Answer, error), never ...dialect.Adaptation) (dialect.Answer, error) {
	as := c.Adapted()
	for {
		body, answer, err := send(as)
		no, refused := err.(*dialect.Refusal)
		if !refused {
			if err == nil {
				c.Adapt(as)
			}
			return answer, err
		}
		next, ok := c.config.Settings.Adapt(body, no, append(never, as...))
		if !ok {
			return answer, err
		}
		as = append(slices.Clone(as), next)
	}
}

// Adapted is what the server was found to need.
func (c *Client) Adapted() []dialect.Adaptation {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.adapted
}

// Adapt says what the server is known to need.
func (c *Client) Adapt(as []dialect.Adaptation) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.adapted = as
}

// question is what the agent is asked, as the definition words it. Some servers hold
// a seed in 32 bits.
func (c *Client) question(r agents.Request, limit int64) dialect.Question {
	q := dialect.Question{
		Messages: slices.Clone(r.Messages), Temperature: c.config.Temperature, TopP: c.config.TopP,
		MaxTokens: limit, Effort: c.config.ReasoningEffort,
	}
	if c.config.Seed {
		seed := r.Seed & (1<<31 - 1)
		q.Seed = &seed
	}
	return q
}

// api is the protocol in which the server is asked.
func (c *Client) api() string {
	switch {
	case c.config.Provider == Anthropic:
		return dialect.Messages
	case c.config.Settings.API != "":
		return c.config.Settings.API
	}
	return dialect.Chat
}

// post sends a request and reads the answer to its end.
func (c *Client) post(ctx context.Context, body any) (dialect.Answer, error) {
	data, err := json.Marshal(body)
	if err != nil {
		return dialect.Answer{}, err
	}
	api := c.api()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.config.Settings.Address(c.config.BaseURL, api), bytes.NewReader(data))
	if err != nil {
		return dialect.Answer{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	if api == dialect.Messages {
		req.Header.Set("Anthropic-Version", "2023-06-01")
	}
	c.config.Settings.Sign(req.Header, string(c.config.Key))
	for name, value := range c.config.Headers {
		req.Header.Set(name, value)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return dialect.Answer{}, err
	}
	got, err := remote.ReadBody(resp, maxAnswer, dialect.Complete)
	switch {
	case resp.StatusCode != http.StatusOK && (err == nil || len(got) > 0):
		return dialect.Answer{}, dialect.Refuse(resp.StatusCode, resp.Header, got, c.config.hide)
	case err != nil:
		return dialect.Answer{}, fmt.Errorf("%w: %w", errRead, err)
	}
	answer, err := dialect.Read(got, c.config.hide)
	if dialect.IsPage(got) {
		err = dialect.Refuse(resp.StatusCode, resp.Header, got, c.config.hide)
	}
	return answer, err
}
