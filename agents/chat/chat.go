// Package chat asks language models. It speaks the protocols of agents/dialect:
// OpenAI's chat completions, which most servers know, and responses, and Anthropic's
// messages.
//
// A call is tried again after a dropped connection, 408, 409, 429 and 5xx, no
// sooner than the server asks for, unless its header x-should-retry says otherwise.
// An answer that was read to its end is not asked for again, unless it says that the
// server failed. A seed, a limit's name or a whole answer that the server refuses is
// sent in another way, or left out.
// Every answer of the model is a [results.Reply], even an empty, refused, withheld
// or cut one. A prompt that the model cannot take, for example one beyond its
// context, is a reply too: it is a fault of the agent. Everything else is an error,
// a fault of the platform or of the user's definition.
//
// Base URL, key and headers come from [Config] and nowhere else. (Go's own proxy
// variables hold as everywhere.) No error and no reply contains the key. The package
// is not for the teacher, whose calls are budgeted (runner/teacher).
package chat

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/agents/dialect"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/remote"
)

// Provider names a protocol.
type Provider string

// The protocols.
const (
	OpenAI    Provider = "openai"
	Anthropic Provider = "anthropic"
)

// Config says whom to ask and how. What is nil, 0 or empty is left out of the
// request.
type Config struct {
	Provider        Provider
	BaseURL         string // ends before /chat/completions or /v1/messages
	Model           string
	Key             remote.Key
	Headers         map[string]string
	Temperature     *float64
	TopP            *float64
	MaxTokens       int64 // Anthropic's protocol needs it
	ReasoningEffort string
	Seed            bool // send the trial's seed
	Settings        dialect.Settings
	Timeout         time.Duration // of one try; 0 means 30 min
	Patience        time.Duration // with a server that sends no byte; 0 means 15 min
	Tries           int           // in all; 0 means 6
	Pause           time.Duration // before the second try, doubling from there; 0 means 2 s

	brief bool // no further try where nothing answers
}

// maxPause is the longest wait between two tries.
const maxPause = 5 * time.Minute

// Client is an [agents.Agent]. It is safe for concurrent use.
type Client struct {
	config   Config
	http     *http.Client
	answered atomic.Bool // the address is that of an API

	mu      sync.Mutex
	adapted []dialect.Adaptation // what the server is known to need
}

var _ agents.Agent = (*Client)(nil)

// New returns a client. It sends nothing.
func New(c Config) *Client {
	if c.Timeout == 0 {
		c.Timeout = 30 * time.Minute
	}
	if c.Patience == 0 {
		c.Patience = 15 * time.Minute
	}
	if c.Tries == 0 {
		c.Tries = 6
	}
	if c.Pause == 0 {
		c.Pause = 2 * time.Second
	}
	return &Client{config: c, http: &http.Client{
		Timeout:       c.Timeout,
		Transport:     listening{http.DefaultTransport, c.Patience},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Brief is a client for somebody who waits: it gives up at once where nothing
// answers, and soon where a server does.
func (c *Client) Brief() *Client {
	brief := c.config
	brief.Tries, brief.brief = 3, true
	return New(brief)
}

// Reply asks the model.
func (c *Client) Reply(ctx context.Context, r agents.Request) (results.Reply, error) {
	limit := c.config.MaxTokens
	if r.MaxTokens > 0 && (limit == 0 || r.MaxTokens < limit) {
		limit = r.MaxTokens
	}
	var reply results.Reply
	err := c.retry(ctx, uint64(r.Seed), func() (err error) {
		ctx, cancel := patient(ctx, r.Patience)
		defer cancel()
		reply, err = c.try(ctx, r, limit)
		return slow(ctx, err)
	})
	var no *dialect.Refusal
	switch {
	case errors.As(err, &no) && no.Filtered():
		reply.Text, reply.Finish = no.Message, results.FinishFilter
	case no != nil && no.PromptTooLong():
		return results.Reply{Unanswered: "the model cannot take the prompt: " + no.Error()}, nil
	case err != nil:
		return results.Reply{}, c.fault(err)
	}
	return c.finished(reply), nil
}

// givenUp is the failure of the last of several tries.
type givenUp struct {
	tries int
	failure
}

func (g givenUp) Error() string { return g.err.Error() }
func (g givenUp) Unwrap() error { return g.err }

// retry calls try until it succeeds or trying again makes no sense. Where the end
// of ctx cuts off a try after others have failed, the failure before it counts.
func (c *Client) retry(ctx context.Context, seed uint64, try func() error) error {
	r := remote.Retry{Tries: c.config.Tries, Base: c.config.Pause, Cap: c.config.Pause << 10, MaxWait: maxPause}
	var last failure
	n := r.Do(ctx, rand.New(rand.NewPCG(seed, uint64(c.config.Tries))), func() (bool, time.Duration) {
		err := try()
		if err == nil {
			last = failure{}
			c.answered.Store(true)
			return false, 0
		}
		failed := c.failureOf(ctx, err)
		if failed.cut && last.err != nil {
			return false, 0
		}
		last = failed
		return failed.again, failed.wait
	})
	if last.err != nil {
		return givenUp{n, last}
	}
	return nil
}

// fault is the error of a call that was given up.
func (c *Client) fault(err error) error {
	var last givenUp
	if !errors.As(err, &last) {
		return err
	}
	err = fmt.Errorf("ask model %s at %s (try %d): %w", c.config.Model, c.config.BaseURL, last.tries, hidden{c, last.err})
	if last.bad {
		return results.Bad(err, c.config.hide(last.hint))
	}
	return &results.Error{Kind: results.Infrastructure, Hint: c.config.hide(last.hint), Err: err, After: last.wait}
}

// finished completes a reply: an ending that nothing else explains, and the secrets
// taken out of what a server echoes.
func (c *Client) finished(r results.Reply) results.Reply {
	r.Text = c.config.hideHeaders(c.config.Key.HideAnswered(r.Text))
	if r.Finish == results.FinishStop && strings.TrimSpace(r.Text) == "" {
		r.Finish = results.FinishEmpty
	}
	return r
}

// hide takes the key and the values of headers out of a message.
func (c Config) hide(text string) string { return c.hideHeaders(c.Key.Hide(text)) }

// hideHeaders takes the values of headers out of what a server sent: they may name a
// person or an account. A short one may be a word of the answer.
func (c Config) hideHeaders(text string) string {
	for _, value := range c.Headers {
		text = remote.Key(value).HideAnswered(text)
	}
	return text
}

// hidden is an error without the key in its message.
type hidden struct {
	client *Client
	err    error
}

// Error is the message without the key.
func (h hidden) Error() string { return h.client.config.hide(h.err.Error()) }

// Is looks through for the causes that callers tell apart. There is no Unwrap:
// what is below may show the key.
func (h hidden) Is(target error) bool {
	return (target == context.Canceled || target == context.DeadlineExceeded) && errors.Is(h.err, target)
}
