package vllm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/runner/student/llama/bpe"
	"github.com/autodatabench/autodatabench/runner/teacher"
)

// Generate implements [student.Generator]. If the server was lost on the way and
// is there again, the questions that have no answer yet are asked once more.
func (g *Generator) Generate(ctx context.Context, adapterDir string, prompts []string, s results.Sampling, progress func(done, total int)) ([]string, error) {
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	if err := g.samples(s); err != nil {
		return nil, err
	}
	w := &work{prompts: prompts, answers: make([]*string, len(prompts)), sampling: s, progress: progress}
	first, err := g.url(ctx)
	if err != nil {
		return nil, err
	}
	if err = g.round(ctx, first, adapterDir, w); err != nil && ctx.Err() == nil {
		var lost *lostError
		if !errors.As(err, &lost) {
			return nil, err
		}
		now, failed := g.url(ctx)
		if failed != nil {
			return nil, failed
		}
		if now == first && !lost.adapter {
			return nil, err // the same server, which has been tried for long enough
		}
		err = g.round(ctx, now, adapterDir, w)
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		return nil, err
	}
	texts := make([]string, len(prompts))
	for i, a := range w.answers {
		texts[i] = *a
	}
	return texts, nil
}

// url waits for the server to be up, which is no run time.
func (g *Generator) url(ctx context.Context) (string, error) {
	defer student.Wait(ctx)()
	return g.Server.URL(ctx)
}

// work is what one Generate asks, with the answers so far.
type work struct {
	prompts  []string
	sampling results.Sampling

	mu       sync.Mutex
	answers  []*string
	done     int
	progress func(done, total int)
}

func (w *work) answer(i int, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answers[i] = &text
	w.done++
	if w.progress != nil {
		w.progress(w.done, len(w.prompts))
	}
}

// round asks the server at url all that has no answer yet, with the adapter
// loaded for as long as that takes.
func (g *Generator) round(ctx context.Context, url, adapterDir string, w *work) error {
	model := g.Model
	if adapterDir != "" {
		name, unload, err := g.load(ctx, url, adapterDir)
		if err != nil {
			return err
		}
		defer unload()
		model = name
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var group errgroup.Group
	group.SetLimit(g.Concurrency)
	for i := range w.prompts {
		if w.answered(i) {
			continue
		}
		group.Go(func() error {
			if ctx.Err() != nil {
				return nil
			}
			text, err := g.ask(ctx, url, model, w.prompts[i], w.sampling)
			if err != nil {
				cancel(g.explain(url, model, err))
				return nil
			}
			w.answer(i, text)
			return nil
		})
	}
	_ = group.Wait() // the first error is ctx's cause, a caller's end included
	return context.Cause(ctx)
}

func (w *work) answered(i int) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.answers[i] != nil
}

// completion is a request for a continuation of a text that holds the chat
// format already.
type completion struct {
	Model       string  `json:"model"`
	Prompt      string  `json:"prompt"`
	Temperature float64 `json:"temperature"`
	TopP        float64 `json:"top_p"`
	MaxTokens   int     `json:"max_tokens"`
	Seed        int64   `json:"seed"`
	AddSpecial  bool    `json:"add_special_tokens"` // the text begins with the only one
}

// ask asks one question.
func (g *Generator) ask(ctx context.Context, url, model, question string, s results.Sampling) (string, error) {
	e := g.endpoint(url)
	if g.Format == ModelTemplate {
		o := teacher.OpenAI{BaseURL: e.BaseURL, Model: model, Key: e.Key, Thoughts: true, Client: e.Client, Timeout: e.Timeout, Retry: e.Retry}
		r, err := o.Complete(ctx, teacher.Request{
			Messages:    []teacher.Message{{Role: teacher.User, Content: question}},
			Temperature: &s.Temperature, TopP: &s.TopP, MaxTokens: s.MaxTokens, Seed: s.Seed,
		})
		return r.Content, err
	}
	data, err := e.Post(ctx, "/completions", s.Seed, completion{
		Model: model, Prompt: llama3(question), Temperature: s.Temperature, TopP: s.TopP, MaxTokens: s.MaxTokens, Seed: s.Seed,
	})
	if err != nil {
		return "", err
	}
	var answer struct {
		Choices []struct {
			Text *string `json:"text"`
		} `json:"choices"`
	}
	if err := json.Unmarshal(data, &answer); err != nil {
		return "", fmt.Errorf("decode answer: %w", err)
	}
	if len(answer.Choices) == 0 || answer.Choices[0].Text == nil {
		return "", errors.New("answer without a text")
	}
	return *answer.Choices[0].Text, nil
}

// llama3 is the prompt as LLaMA-Factory's template llama3 writes it without a
// system text (see [bpe.Tokenizer.ChatPrompt]).
func llama3(question string) string {
	header := func(role string) string { return bpe.StartHeader + role + bpe.EndHeader + "\n\n" }
	return bpe.BeginOfText + header("user") + question + bpe.EndOfTurn + header("assistant")
}

// lostError is a server that does not answer any more, or does not know an
// adapter that it had: it may be one that was started again.
type lostError struct {
	adapter bool
	err     error
}

func (e *lostError) Error() string { return e.err.Error() }
func (e *lostError) Unwrap() error { return e.err }

// explain says what a failed call means and what to do.
func (g *Generator) explain(url, model string, err error) error {
	call := teacher.AsCallError(err)
	at := func(what string) error { return fmt.Errorf("student at %s, model %q: %s", url, model, what) }
	said := call.Err.Error()
	if call.Status != 0 {
		said = fmt.Sprintf("the server answered %d: %s", call.Status, said)
	}
	switch {
	case call.Status == http.StatusNotFound && model != g.Model:
		return &lostError{true, results.Infra(at(said), "the server lost the adapter: was it started again?")}
	case call.Status == http.StatusUnauthorized || call.Status == http.StatusForbidden:
		return results.Bad(at(said), "name the variable that holds the key: student.serve.api_key_env")
	case call.Status == http.StatusNotFound:
		return results.Bad(at(said), "GET "+url+"/models lists the models that it has; student.serve.name chooses one")
	case call.Status >= 400 && call.Status < 500 && !call.Retryable:
		return results.Bad(at(said))
	case call.Retryable:
		return &lostError{false, results.Infra(at(said), "is the server up, and does it have the memory? autodatabench doctor EXPERIMENT.yaml looks at it")}
	}
	return results.Infra(at(said))
}
