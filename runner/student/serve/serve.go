// Package serve offers a student through the OpenAI chat-completions protocol, the
// base and each adapter as one model, so that standard clients can talk to it.
//
// It is for looking at a student by hand and for tools that speak the protocol.
// Trials do not use it: they ask a student.Generator itself, with the protocol's
// sampling.
package serve

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/runner/teacher"
)

// Student is what is served.
type Student interface {
	// Answer answers a question with the adapter in a folder, or without one,
	// and says how many tokens it drew.
	Answer(ctx context.Context, adapterDir, question string, s results.Sampling) (text string, tokens int, err error)
	// Tokens counts the tokens of a text.
	Tokens(text string) int
}

// defaultTokens bounds an answer whose request names no bound.
const defaultTokens = 128

// Handler serves the base student under name, and the adapters, folders by
// model name; a request's model must be one of them. It holds one user message.
// The chat format has no system block: system messages before it become its
// beginning, each with an empty line after it.
func Handler(s Student, name string, adapters map[string]string) http.Handler {
	models := []teacher.Teacher{model{s, name, ""}}
	for _, adapter := range slices.Sorted(maps.Keys(adapters)) {
		models = append(models, model{s, adapter, adapters[adapter]})
	}
	return teacher.Handler(models...)
}

// model is the student with one adapter, or none.
type model struct {
	student Student
	name    string
	adapter string
}

func (m model) Name() string    { return m.name }
func (m model) Simulated() bool { return false }

// question is the text that the student is asked. ok is false unless there is one
// user message, and it is the last.
func question(messages []teacher.Message) (text string, ok bool) {
	last := len(messages) - 1
	for i, m := range messages {
		if ok = m.Role == teacher.User; ok != (i == last) {
			return "", false
		}
		text += m.Content
		if !ok {
			text += "\n\n"
		}
	}
	return text, ok
}

// Complete answers the question. What the student cannot do is refused.
func (m model) Complete(ctx context.Context, r teacher.Request) (teacher.Response, error) {
	question, ok := question(r.Messages)
	switch {
	case !ok:
		return teacher.Response{}, refused("messages: the student answers one user message, which system messages may come before")
	case r.JSON:
		return teacher.Response{}, refused("response_format: the student writes text only")
	}
	sampling := results.Sampling{Temperature: 1, TopP: 1, MaxTokens: defaultTokens, Seed: r.Seed}
	if r.Temperature != nil {
		sampling.Temperature = *r.Temperature
	}
	if r.TopP != nil {
		sampling.TopP = *r.TopP
	}
	if r.MaxTokens > 0 {
		sampling.MaxTokens = r.MaxTokens
	}
	answer, tokens, err := m.student.Answer(ctx, m.adapter, question, sampling)
	var known *results.Error
	diverged := errors.Is(err, student.ErrDiverged) // what is served is damaged, not what is asked
	if !diverged && errors.As(err, &known) && known.Kind == results.BadInput {
		return teacher.Response{}, refused(err.Error())
	}
	if err != nil {
		return teacher.Response{}, &teacher.CallError{Status: http.StatusInternalServerError, Err: err}
	}
	answer, stopped := cutAtStop(answer, r.Stop)
	response := teacher.Response{
		Content: answer, FinishReason: "stop", InputTokens: int64(m.student.Tokens(question)), OutputTokens: int64(tokens),
	}
	if tokens >= sampling.MaxTokens && !stopped {
		response.FinishReason = "length"
	}
	return response, nil
}

// cutAtStop cuts the answer before the first of the stops that occurs in it.
func cutAtStop(answer string, stops []string) (cut string, stopped bool) {
	at := len(answer)
	for _, stop := range stops {
		if i := strings.Index(answer, stop); i >= 0 && stop != "" {
			at = min(at, i)
		}
	}
	return answer[:at], at < len(answer)
}

func refused(why string) error {
	return &teacher.CallError{Status: http.StatusBadRequest, Refunded: true, Err: errors.New(why)}
}
