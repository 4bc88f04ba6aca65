package teacher

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"time"

	"github.com/autodatabench/autodatabench/results/cut"
	"github.com/autodatabench/autodatabench/results/remote"
)

// OpenAI is a teacher behind the OpenAI chat completions protocol, as vLLM,
// SGLang and the hosted services speak it.
type OpenAI struct {
	BaseURL string // ends before /chat/completions, as in http://localhost:8001/v1
	Model   string
	Key     remote.Key    // bearer token; empty for none
	Client  *http.Client  // nil: http.DefaultClient
	Timeout time.Duration // of one try; 0 means 10 min
	Retry   remote.Retry  // zero fields: 6 tries, pauses from 500 ms to 30 s, at most 2 min
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

// Terms are the model, the form of the address, without the host, which may move,
// and the fields that requests may have.
func (o *OpenAI) Terms() any {
	path := ""
	if u, err := url.Parse(o.BaseURL); err == nil {
		path = u.Path
	}
	var fields []string
	for f := range reflect.TypeFor[wireRequest]().Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		fields = append(fields, name)
	}
	return map[string]any{"model": o.Model, "address": strings.TrimRight(path, "/") + "/chat/completions", "fields": fields}
}

// Complete sends the request and tries again as Retry says.
func (o *OpenAI) Complete(ctx context.Context, r Request) (Response, error) {
	e := Endpoint{BaseURL: o.BaseURL, Key: o.Key, Client: o.Client, Timeout: o.Timeout, Retry: o.Retry}
	data, err := json.Marshal(o.wire(r))
	if err != nil {
		return Response{}, &CallError{Refunded: true, Err: fmt.Errorf("encode request: %w", err)}
	}
	return do(ctx, e.Retry, r.Seed, func(ctx context.Context) (Response, *CallError) {
		reply, failed := e.try(ctx, http.MethodPost, "/chat/completions", data)
		if failed != nil {
			return Response{}, failed
		}
		answer, failed := decodeAnswer(reply.body)
		answer.Content, answer.Simulated = o.Key.HideAnswered(answer.Content), reply.simulated
		return answer, failed
	})
}

type wireRequest struct {
	Model          string      `json:"model"`
	Messages       []Message   `json:"messages"`
	Temperature    *float64    `json:"temperature,omitempty"`
	TopP           *float64    `json:"top_p,omitempty"`
	MaxTokens      int         `json:"max_tokens,omitempty"`
	Stop           []string    `json:"stop,omitempty"`
	ResponseFormat *wireFormat `json:"response_format,omitempty"`
	Seed           int64       `json:"seed"`
}

type wireFormat struct {
	Type string `json:"type"`
}

type wireResponse struct {
	Choices []struct {
		Message struct {
			Content *string `json:"content"`
		} `json:"message"`
		FinishReason string `json:"finish_reason"`
	} `json:"choices"`
	Usage struct {
		PromptTokens     remote.Tokens `json:"prompt_tokens"`
		CompletionTokens remote.Tokens `json:"completion_tokens"`
	} `json:"usage"`
}

func (o *OpenAI) wire(r Request) wireRequest {
	w := wireRequest{
		Model: o.Model, Messages: r.Messages, Temperature: r.Temperature, TopP: r.TopP,
		MaxTokens: r.MaxTokens, Stop: r.Stop, Seed: r.Seed,
	}
	if r.JSON {
		w.ResponseFormat = &wireFormat{Type: "json_object"}
	}
	return w
}

// decodeAnswer reads an answer. One that is no JSON, such as the page of a proxy, is
// as good as none: whether the teacher worked is not known.
func decodeAnswer(data []byte) (Response, *CallError) {
	var w wireResponse
	if err := json.Unmarshal(data, &w); err != nil {
		return Response{}, &CallError{Retryable: !json.Valid(data), Err: fmt.Errorf("decode answer: %w: %s", err, oneLine(string(data[:min(len(data), 200)]), 60))}
	}
	if len(w.Choices) == 0 {
		return Response{}, &CallError{Err: errors.New("answer without a choice")}
	}
	choice := w.Choices[0]
	out := Response{FinishReason: choice.FinishReason, InputTokens: int64(w.Usage.PromptTokens), OutputTokens: int64(w.Usage.CompletionTokens)}
	if choice.Message.Content != nil { // null when all tokens went into reasoning
		out.Content = *choice.Message.Content
	}
	return out, nil
}

func oneLine(s string, limit int) string {
	return cut.Runes(strings.Join(strings.Fields(strings.ToValidUTF8(s, "?")), " "), limit, "...")
}
