package teacher

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/autodatabench/autodatabench/agents/dialect"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/cut"
	"github.com/autodatabench/autodatabench/results/remote"
	"github.com/autodatabench/autodatabench/results/thoughts"
)

// OpenAI is a teacher behind the OpenAI chat completions protocol, as vLLM,
// SGLang and the hosted services speak it.
type OpenAI struct {
	BaseURL  string // ends before /chat/completions, as in http://localhost:8001/v1
	Model    string
	Key      remote.Key // empty for none
	Settings dialect.Settings
	Thoughts bool          // keep what the model thinks in the answer
	Client   *http.Client  // nil: http.DefaultClient
	Timeout  time.Duration // of one try; 0 means 10 min
	Retry    remote.Retry  // zero fields: 6 tries, pauses from 500 ms to 30 s, at most 2 min

	Needs *Needs // what the server is known to need; nil: nothing is kept
}

// Needs are the ways in which a server's requests differ from those that were meant.
// They are found out by what it refuses.
type Needs struct {
	mu       sync.Mutex
	list     []dialect.Adaptation
	answered bool
}

// List is what the server is known to need.
func (n *Needs) List() []dialect.Adaptation {
	if n == nil {
		return nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.list
}

// Set says what the server needs.
func (n *Needs) Set(list []dialect.Adaptation) {
	if n == nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.list = list
}

// fit keeps what led to an answer.
func (n *Needs) fit(as []dialect.Adaptation) {
	if n == nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.answered = true
	if len(as) > len(n.list) {
		n.list = as
	}
}

// blame decides about a refusal that names nothing: a server that has answered
// requests of the same fields means what was asked.
func (n *Needs) blame(call *CallError) *CallError {
	if n == nil || call.Blame != dialect.Nobody {
		return call
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	var no *dialect.Refusal
	if n.answered && errors.As(call.Err, &no) && no.AtFault() {
		call.Blame = dialect.Prompt
	}
	return call
}

var (
	_ Teacher   = (*OpenAI)(nil)
	_ Described = (*OpenAI)(nil)
)

// Name is the model's name.
func (o *OpenAI) Name() string { return o.Model }

// Simulated is false: the model behind the address is taken for an LLM, unless
// its answers say that it is none.
func (o *OpenAI) Simulated() bool { return false }

// sentFields are the fields that a request may have without settings.
var sentFields = []string{"model", "messages", "temperature", "top_p", "max_tokens", "stop", "response_format", "seed"}

// Terms are the model, the form of the address, without the host, which may move,
// the fields that requests may have, and what was set or is known to be needed beyond
// that.
func (o *OpenAI) Terms() any {
	path := ""
	if u, err := url.Parse(o.Settings.Address(o.BaseURL, o.api())); err == nil {
		path = u.RequestURI()
	}
	terms := map[string]any{"model": o.Model, "address": path, "fields": sentFields}
	settings := o.Settings
	settings.Query = nil // in the address
	if v, err := json.Marshal(settings); err == nil && string(v) != "{}" {
		terms["settings"] = json.RawMessage(v)
	}
	if needs := o.Needs.List(); len(needs) > 0 {
		terms["adapted"] = needs
	}
	if !o.Thoughts {
		terms["thinking"] = "strip"
	}
	return terms
}

func (o *OpenAI) api() string {
	if o.Settings.API == "" {
		return dialect.Chat
	}
	return o.Settings.API
}

// Complete sends the request and tries again as Retry says. What the server refuses of
// the platform's own fields is sent in another way.
func (o *OpenAI) Complete(ctx context.Context, r Request) (Response, error) {
	e := Endpoint{BaseURL: o.BaseURL, Key: o.Key, Settings: o.Settings, Client: o.Client, Timeout: o.Timeout, Retry: o.Retry}
	return do(ctx, e.Retry, r.Seed, func(ctx context.Context) (Response, *CallError) {
		as := o.Needs.List()
		for {
			body := o.Settings.Word(o.api(), o.Model, r.question(), as)
			answer, failed := o.try(ctx, e, body)
			var no *dialect.Refusal
			if failed == nil {
				o.Needs.fit(as)
				said := o.said(answer, r)
				said.Adapted = dialect.Names(as)
				return said, nil
			}
			if !errors.As(failed.Err, &no) {
				return Response{}, failed
			}
			next, ok := o.Settings.Adapt(body, no, as)
			if !ok {
				return Response{}, o.Needs.blame(failed)
			}
			as = append(slices.Clone(as), next)
		}
	})
}

func (r Request) question() dialect.Question {
	q := dialect.Question{Temperature: r.Temperature, TopP: r.TopP, MaxTokens: int64(r.MaxTokens), Stop: r.Stop, JSON: r.JSON, Seed: &r.Seed}
	q.Messages = make([]results.Message, 0, len(r.Messages))
	for _, m := range r.Messages {
		q.Messages = append(q.Messages, results.Message(m))
	}
	return q
}

func (o *OpenAI) try(ctx context.Context, e Endpoint, body map[string]any) (answered, *CallError) {
	data, err := json.Marshal(body)
	if err != nil {
		return answered{}, &CallError{Refunded: true, Err: fmt.Errorf("encode request: %w", err)}
	}
	reply, failed := e.send(ctx, http.MethodPost, o.Settings.Address(o.BaseURL, o.api()), data)
	if failed != nil {
		return answered{}, failed
	}
	reply.answer, failed = decodeAnswer(reply.body, o.Key.Hide)
	return reply, failed
}

// words of the protocol for the endings.
var finishes = map[results.Finish]string{
	results.FinishStop: "stop", results.FinishLength: "length", results.FinishFilter: "content_filter", results.FinishRefusal: "content_filter",
}

// said is the answer as programs get it: without the model's thoughts, and cut at the
// texts that end it, where the protocol has no field for them.
func (o *OpenAI) said(a answered, r Request) Response {
	out := Response{
		Content: o.Key.HideAnswered(a.answer.Text), FinishReason: finishes[a.answer.Finish],
		InputTokens: a.answer.Input, OutputTokens: a.answer.Output, Simulated: a.simulated,
	}
	if !o.Thoughts {
		out.Content = withoutThoughts(out.Content)
	}
	if o.api() == dialect.Responses {
		for _, stop := range r.Stop {
			out.Content, _, _ = strings.Cut(out.Content, stop)
		}
	}
	return out
}

// withoutThoughts is what a model says. Thoughts that the limit cut are no answer.
func withoutThoughts(text string) string {
	said, _ := thoughts.Said(text, func([]string, int) (int, int, bool) { return 0, 0, false })
	if said != text {
		said = strings.TrimLeft(said, " \t\r\n")
	}
	return said
}

// decodeAnswer reads an answer. One that holds an error did no work; of one that is
// none of the protocol, such as the page of a proxy, that is not known.
func decodeAnswer(data []byte, hide func(string) string) (dialect.Answer, *CallError) {
	answer, err := dialect.Read(data, hide)
	var no *dialect.Refusal
	switch {
	case err == nil:
		return answer, nil
	case errors.As(err, &no):
		return answer, refusal(no)
	case errors.Is(err, dialect.ErrNothing):
		return answer, &CallError{Refunded: true, Retryable: true, Err: err}
	case errors.Is(err, dialect.ErrFinish), errors.Is(err, dialect.ErrBroken), dialect.IsPage(data):
		return answer, &CallError{Retryable: true, Err: fmt.Errorf("decode answer: %w", err)}
	}
	return answer, &CallError{Err: fmt.Errorf("decode answer: %w", err)}
}

func oneLine(s string, limit int) string {
	return cut.Runes(strings.Join(strings.Fields(strings.ToValidUTF8(s, "?")), " "), limit, "...")
}
