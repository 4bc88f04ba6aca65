// Package chat asks a language model over the protocol of OpenAI's chat
// completions, which most servers speak.
//
// A call is tried again after a dropped connection, 408, 429 and 5xx, no sooner
// than the server asks for. What the model answers is a [agents.Reply], also
// when it is empty or cut; everything else is an error, a fault of the platform.
// The package is not for the teacher, whose calls are budgeted (runner/teacher),
// and reads no environment: the key is handed in and appears in no error.
package chat

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"autodatabench/agents"
	"autodatabench/results"
)

// Config says whom to ask and how. What is nil, 0 or empty is left out of the
// request.
type Config struct {
	BaseURL         string // ends before /chat/completions
	Model           string
	Key             string // bearer token
	Headers         map[string]string
	Temperature     *float64
	TopP            *float64
	MaxTokens       int
	ReasoningEffort string
	Timeout         time.Duration // of one try; 0 means 15 min
	Tries           int           // in all; 0 means 6
	Pause           time.Duration // before the second try, doubling from there; 0 means 2 s
}

// maxAnswer bounds what is read of an answer, in bytes; maxPause what is waited
// between two tries.
const (
	maxAnswer = 16 << 20
	maxPause  = 5 * time.Minute
)

// Client is an [agents.Agent]. It is safe for concurrent use.
type Client struct {
	config Config
	http   *http.Client
}

var _ agents.Agent = (*Client)(nil)

// New returns a client. It sends nothing.
func New(c Config) *Client {
	if c.Timeout == 0 {
		c.Timeout = 15 * time.Minute
	}
	if c.Tries == 0 {
		c.Tries = 6
	}
	if c.Pause == 0 {
		c.Pause = 2 * time.Second
	}
	return &Client{config: c, http: &http.Client{
		Timeout:       c.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

type request struct {
	Model               string           `json:"model"`
	Messages            []agents.Message `json:"messages"`
	Temperature         *float64         `json:"temperature,omitempty"`
	TopP                *float64         `json:"top_p,omitempty"`
	MaxTokens           int              `json:"max_tokens,omitempty"`
	MaxCompletionTokens int              `json:"max_completion_tokens,omitempty"`
	ReasoningEffort     string           `json:"reasoning_effort,omitempty"`
	Seed                int64            `json:"seed"`
}

type response struct {
	Choices []struct {
		Message struct {
			Content string `json:"content"` // null when the limit fell into the reasoning
		} `json:"message"`
		FinishReason string `json:"finish_reason"`
	} `json:"choices"`
	Usage struct {
		PromptTokens     int64 `json:"prompt_tokens"`
		CompletionTokens int64 `json:"completion_tokens"`
	} `json:"usage"`
}

// Reply asks the model.
func (c *Client) Reply(ctx context.Context, r agents.Request) (agents.Reply, error) {
	body, err := json.Marshal(c.request(r))
	if err != nil {
		return agents.Reply{}, fmt.Errorf("encode prompt: %w", err)
	}
	jitter := rand.New(rand.NewPCG(uint64(r.Seed), uint64(r.Attempt)))
	for n := 1; ; n++ {
		reply, failed := c.try(ctx, body)
		if failed == nil {
			return reply, nil
		}
		pause := c.config.Pause << min(n-1, 10)
		pause = max(failed.wait, pause/2+time.Duration(jitter.Int64N(int64(pause/2)+1)))
		if !failed.again || n == c.config.Tries || pause > maxPause || !sleep(ctx, pause) {
			return agents.Reply{}, results.Infra(failed.hint, fmt.Errorf("ask model %s (try %d): %w", c.config.Model, n, failed.err))
		}
	}
}

// request words the call. Models that take a reasoning effort count its tokens
// and want the newer name of the limit. Some servers hold a seed in 32 bits.
func (c *Client) request(r agents.Request) request {
	q := request{
		Model: c.config.Model, Messages: r.Messages,
		Temperature: c.config.Temperature, TopP: c.config.TopP,
		ReasoningEffort: c.config.ReasoningEffort, Seed: r.Seed & (1<<31 - 1),
	}
	if q.ReasoningEffort != "" {
		q.MaxCompletionTokens = c.config.MaxTokens
	} else {
		q.MaxTokens = c.config.MaxTokens
	}
	return q
}

// failure is a try without an answer.
type failure struct {
	err   error
	again bool          // the same call may succeed later
	wait  time.Duration // the least pause that the server asked for
	hint  string
}

func (c *Client) try(ctx context.Context, body []byte) (agents.Reply, *failure) {
	url := strings.TrimSuffix(c.config.BaseURL, "/") + "/chat/completions"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return agents.Reply{}, &failure{err: err}
	}
	for name, value := range c.config.Headers {
		req.Header.Set(name, value)
	}
	req.Header.Set("Content-Type", "application/json")
	if c.config.Key != "" {
		req.Header.Set("Authorization", "Bearer "+c.config.Key)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return agents.Reply{}, &failure{err: err, again: ctx.Err() == nil, hint: "is the server at " + c.config.BaseURL + " up?"}
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return agents.Reply{}, &failure{err: fmt.Errorf("read answer: %w", err), again: ctx.Err() == nil}
	case len(data) > maxAnswer:
		return agents.Reply{}, &failure{err: fmt.Errorf("the answer has more than %d bytes", maxAnswer)}
	case resp.StatusCode != http.StatusOK:
		return agents.Reply{}, refusal(resp, data)
	}
	return decode(data)
}

func decode(data []byte) (agents.Reply, *failure) {
	var r response
	if err := json.Unmarshal(data, &r); err != nil {
		return agents.Reply{}, &failure{err: fmt.Errorf("decode answer: %w", err)}
	}
	if len(r.Choices) == 0 {
		return agents.Reply{}, &failure{err: fmt.Errorf("the answer has no choice")}
	}
	return agents.Reply{
		Text: r.Choices[0].Message.Content, Truncated: r.Choices[0].FinishReason == "length",
		InputTokens: max(0, r.Usage.PromptTokens), OutputTokens: max(0, r.Usage.CompletionTokens),
	}, nil
}

func refusal(resp *http.Response, data []byte) *failure {
	const shown = 300
	text := strings.Join(strings.Fields(string(data[:min(len(data), shown)])), " ")
	f := &failure{err: fmt.Errorf("the server answered %s: %s", resp.Status, text)}
	switch code := resp.StatusCode; {
	case code == http.StatusRequestTimeout || code == http.StatusTooManyRequests || code >= 500:
		f.again, f.wait = true, retryAfter(resp.Header)
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		f.hint = "check the key that api_key_env names"
	case code == http.StatusNotFound:
		f.hint = "check base_url and model"
	}
	return f
}

// retryAfter reads Retry-After in seconds or as a date, which counts from the
// answer's own Date, so that no clock is needed.
func retryAfter(h http.Header) time.Duration {
	v := h.Get("Retry-After")
	if seconds, err := strconv.ParseFloat(v, 64); err == nil {
		if !(seconds > 0) { // also NaN
			return 0
		}
		return time.Duration(min(seconds, 24*3600) * float64(time.Second))
	}
	at, err := http.ParseTime(v)
	if err != nil {
		return 0
	}
	sent, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return 0
	}
	return max(0, at.Sub(sent))
}

func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
