// Package dialect reads and words what servers of language models say: OpenAI's chat
// completions and responses, Anthropic's messages, and the many ways in which other
// servers speak them.
//
// [Read] takes the body of an answer, whether it is one JSON object, an object with
// a stream's tail, or a stream that nobody asked for. It decides by the body alone.
// An error that comes as a success is a [*Refusal], like one that has a status.
// [Settings] word a request. [Adapt] finds what to send in another way where a
// server refuses a field that no user chose.
//
// The package sends nothing, holds no key and reads no clock. It is not for whether a
// call is made again or who pays for it: each client has its own rules (agents/chat,
// runner/teacher). Answers are hostile: any body gives an answer or an
// error, in time that grows with its length only.
package dialect

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/autodatabench/autodatabench/results"
)

// Answer is what a server answered.
type Answer struct {
	Text   string
	Finish results.Finish
	Usage
	JSON json.RawMessage // the answer as one object
}

// The errors of a body that holds no answer.
var (
	ErrBroken  = errors.New("the answer broke off")
	ErrNothing = errors.New("the answer has no choice")
	ErrForeign = errors.New("the answer is none of the protocol")
	ErrFinish  = errors.New("the answer did not end as one ends")
)

// Read reads the body of an answer that is a success by its status. Errors are a
// [*Refusal] for one that the body holds, or one of this package's. hide takes what
// is secret out of a text.
func Read(body []byte, hide func(string) string) (Answer, error) {
	if a, ok := plainChat(body); ok {
		return a, nil
	}
	return read(body, hide)
}

// read reads a body of any form.
func read(body []byte, hide func(string) string) (Answer, error) {
	object, err := whole(body)
	if err != nil {
		return Answer{}, err
	}
	e := envelope{raw: object}
	take(object, &e)
	a := Answer{JSON: object, Usage: e.usage()}
	var said reply
	switch {
	case e.isResponse():
		said = e.response()
	case e.isMessage():
		said = e.message()
	default:
		if said, err = e.choice(); err != nil {
			return a, e.failure(reply{}, hide, err)
		}
	}
	if err := e.failure(said, hide, nil); err != nil {
		return a, err
	}
	a.Text = said.text
	var known bool
	if a.Finish, known = finishOf(said.ended); !known {
		return a, fmt.Errorf("%w: it ended with %q", ErrFinish, short(said.ended))
	}
	if said.refusal != "" {
		a.Finish = results.FinishRefusal
		if a.Text == "" {
			a.Text = said.refusal
		}
	}
	return a, nil
}

// reply is the part of an answer that a model gave.
type reply struct {
	text    string
	refusal string
	ended   string          // the server's word for the ending
	failed  json.RawMessage // an error that stands in the choice
}

// envelope has the fields by which the protocols tell how an answer went.
type envelope struct {
	Type    loose           `json:"type"`
	Object  loose           `json:"object"`
	Choices json.RawMessage `json:"choices"`
	Counts  json.RawMessage `json:"usage"`
	Groq    struct {
		Counts json.RawMessage `json:"usage"`
	} `json:"x_groq"`
	Error json.RawMessage `json:"error"`

	// Of messages.
	Content    json.RawMessage `json:"content"`
	StopReason loose           `json:"stop_reason"`

	// Of responses.
	Output     json.RawMessage `json:"output"`
	Status     loose           `json:"status"`
	Incomplete struct {
		Reason loose `json:"reason"`
	} `json:"incomplete_details"`

	raw json.RawMessage
}

// take decodes JSON whose fields may be of another kind than expected; those are left
// as they were.
func take(raw json.RawMessage, into any) { _ = json.Unmarshal(raw, into) }

func (e envelope) isMessage() bool {
	return e.Type == "message" || e.Choices == nil && e.Content != nil
}
func (e envelope) isResponse() bool {
	return e.Object == "response" || e.Choices == nil && isList(e.Output)
}

// choice is the first choice of a chat completion, which an old server may give as
// a completion.
func (e envelope) choice() (reply, error) {
	if e.Choices == nil {
		return reply{}, ErrForeign
	}
	type one struct {
		Index   number          `json:"index"`
		Message json.RawMessage `json:"message"`
		Text    json.RawMessage `json:"text"`
		Reason  loose           `json:"finish_reason"`
		Error   json.RawMessage `json:"error"`
	}
	var list []json.RawMessage
	take(e.Choices, &list)
	var c one
	found := false
	for _, raw := range list {
		var next one
		if take(raw, &next); isObject(raw) && (!found || c.Index != 0 && next.Index == 0) {
			c, found = next, true
		}
	}
	if !found {
		return reply{}, ErrNothing
	}
	said := reply{ended: string(c.Reason), failed: c.Error}
	var m struct {
		Content json.RawMessage `json:"content"`
		Refusal json.RawMessage `json:"refusal"`
	}
	if isObject(c.Message) {
		take(c.Message, &m)
		said.text, said.refusal = textOf(m.Content)
		if said.refusal == "" {
			said.refusal, _ = textOf(m.Refusal)
		}
	} else {
		said.text, _ = textOf(c.Text)
	}
	return said, nil
}

// message is the reply of Anthropic's protocol.
func (e envelope) message() reply {
	said := reply{ended: string(e.StopReason)}
	said.text, said.refusal = textOf(e.Content)
	return said
}

// response is the reply of OpenAI's responses, whose items are messages, thoughts
// and calls of tools.
func (e envelope) response() reply {
	said := reply{ended: string(e.Status)}
	if said.ended == "incomplete" {
		said.ended = string(e.Incomplete.Reason)
	}
	var items []struct {
		Type    loose           `json:"type"`
		Content json.RawMessage `json:"content"`
	}
	take(e.Output, &items)
	for _, item := range items {
		if item.Type == "message" {
			text, refusal := textOf(item.Content)
			said.text, said.refusal = said.text+text, said.refusal+refusal
		}
	}
	return said
}
