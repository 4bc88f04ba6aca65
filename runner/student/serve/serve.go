// Package serve offers a student through the protocols of package teacher's Handler,
// the base and each adapter as one model, so that standard clients can talk to it.
//
// It is for looking at a student by hand and for tools that speak the protocol.
// Trials do not use it: they ask a student.Generator itself, with the protocol's
// sampling.
package serve

import (
	"context"
	"errors"
	"fmt"
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
	// Answer answers a conversation with the adapter in a folder, or without one,
	// and says how many tokens it drew. The turns are the user's and the student's
	// in alternation, the user's first and last.
	Answer(ctx context.Context, adapterDir string, turns []string, s results.Sampling) (text string, tokens int, err error)
	// Tokens counts the tokens of a text.
	Tokens(text string) int
	// PromptTokens counts those of a conversation with its frame, and Window says
	// how many it may have together with the answer.
	PromptTokens(turns []string) int
	Window() int
}

// defaultTokens bounds an answer whose request names no bound.
const defaultTokens = 128

// Handler serves the base student under name, and the adapters, folders by
// model name; a request's model must be one of them. Its messages are those of user
// and student in alternation. The chat format has no system block: system messages
// before the first become its beginning, each with an empty line after it. A request
// without a seed gets one of fresh.
func Handler(s Student, name string, adapters map[string]string, fresh func() int64) http.Handler {
	models := []teacher.Teacher{model{s, name, ""}}
	for _, adapter := range slices.Sorted(maps.Keys(adapters)) {
		models = append(models, model{s, adapter, adapters[adapter]})
	}
	return teacher.Handler(fresh, models...)
}

// model is the student with one adapter, or none.
type model struct {
	student Student
	name    string
	adapter string
}

func (m model) Name() string    { return m.name }
func (m model) Simulated() bool { return false }

// turns are what user and student said. ok is false unless they alternate and the
// user begins and ends.
func turns(messages []teacher.Message) (turns []string, ok bool) {
	said, system := teacher.Assistant, ""
	for _, m := range messages {
		switch {
		case m.Role == teacher.System && turns == nil:
			system += m.Content + "\n\n"
		case m.Role == teacher.System || m.Role == said:
			return nil, false
		default:
			turns, said = append(turns, system+m.Content), m.Role
			system = ""
		}
	}
	return turns, said == teacher.User
}

// Complete answers the conversation. What the student cannot do is refused.
func (m model) Complete(ctx context.Context, r teacher.Request) (teacher.Response, error) {
	turns, ok := turns(r.Messages)
	switch {
	case !ok:
		return teacher.Response{}, refused("messages: the student answers one user message, or turns of user and assistant in alternation; system messages come before them")
	case r.JSON:
		return teacher.Response{}, refused("response_format: the student writes text only")
	}
	sampling, err := m.sampling(r, m.student.PromptTokens(turns))
	if err != nil {
		return teacher.Response{}, err
	}
	answer, tokens, err := m.student.Answer(ctx, m.adapter, turns, sampling)
	var known *results.Error
	diverged := errors.Is(err, student.ErrDiverged) // what is served is damaged, not what is asked
	if !diverged && errors.As(err, &known) && known.Kind == results.BadInput {
		return teacher.Response{}, refused(err.Error())
	}
	if err != nil {
		return teacher.Response{}, &teacher.CallError{Status: http.StatusInternalServerError, Err: err}
	}
	response := teacher.Response{Content: answer, FinishReason: "stop", OutputTokens: int64(tokens)}
	for _, turn := range turns {
		response.InputTokens += int64(m.student.Tokens(turn))
	}
	if cut, stopped := cutAtStop(answer, r.Stop); stopped {
		response.Content, response.OutputTokens = cut, int64(m.student.Tokens(cut))
	} else if tokens >= sampling.MaxTokens {
		response.FinishReason = "length"
	}
	return response, nil
}

// sampling is how an answer to a prompt of so many tokens is drawn. A prompt that
// leaves no room for the answer is refused, where a trial's prompt would be cut.
func (m model) sampling(r teacher.Request, prompt int) (results.Sampling, error) {
	s := results.Sampling{Temperature: 1, TopP: 1, MaxTokens: r.MaxTokens, Seed: r.Seed}
	if r.Temperature != nil {
		s.Temperature = *r.Temperature
	}
	if r.TopP != nil {
		s.TopP = *r.TopP
	}
	if s.MaxTokens == 0 {
		s.MaxTokens = max(1, min(defaultTokens, m.student.Window()-prompt))
	}
	if window := m.student.Window(); s.MaxTokens < window && prompt+s.MaxTokens > window { // in the words that clients know from OpenAI
		return s, refused(fmt.Sprintf("this model's maximum context length is %d tokens; however, you requested %d tokens (%d in the messages, %d in the completion)",
			window, prompt+s.MaxTokens, prompt, s.MaxTokens))
	}
	return s, nil
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
