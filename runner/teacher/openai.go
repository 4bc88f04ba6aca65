package teacher

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"autodatabench/results/remote"
)

// maxAnswer bounds what is read of one answer, in bytes.
const maxAnswer = 8 << 20

// OpenAI is a teacher behind the OpenAI chat completions protocol, as vLLM,
// SGLang and the hosted services speak it.
type OpenAI struct {
	BaseURL string // ends before /chat/completions, as in http://localhost:8001/v1
	Model   string
	Key     remote.Key    // bearer token; empty for none
	Client  *http.Client  // nil: http.DefaultClient
	Timeout time.Duration // of one try; 0 means 10 min
	Retry   Retry
}

var _ Teacher = (*OpenAI)(nil)

// Name is the model's name.
func (o *OpenAI) Name() string { return o.Model }

// Simulated is false: the model behind the address is taken for an LLM, unless
// its answers say that it is none.
func (o *OpenAI) Simulated() bool { return false }

// Complete sends the request and tries again as Retry says.
func (o *OpenAI) Complete(ctx context.Context, r Request) (Response, error) {
	body, err := json.Marshal(o.wire(r))
	if err != nil {
		return Response{}, &CallError{Refunded: true, Err: fmt.Errorf("encode request: %w", err)}
	}
	return o.Retry.do(ctx, r.Seed, func(ctx context.Context) (Response, *CallError) { return o.try(ctx, body) })
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
		PromptTokens     int64 `json:"prompt_tokens"`
		CompletionTokens int64 `json:"completion_tokens"`
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

func (o *OpenAI) try(ctx context.Context, body []byte) (Response, *CallError) {
	timeout := o.Timeout
	if timeout == 0 {
		timeout = 10 * time.Minute
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	url := strings.TrimSuffix(o.BaseURL, "/") + "/chat/completions"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return Response{}, &CallError{Refunded: true, Err: err}
	}
	req.Header.Set("Content-Type", "application/json")
	if o.Key != "" {
		req.Header.Set("Authorization", "Bearer "+string(o.Key))
	}
	client := o.Client
	if client == nil {
		client = http.DefaultClient
	}
	resp, err := client.Do(req)
	if err != nil {
		return Response{}, &CallError{Refunded: neverSent(err), Retryable: true, Err: err}
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return Response{}, &CallError{Retryable: true, Err: fmt.Errorf("read answer: %w", err)}
	}
	if resp.StatusCode != http.StatusOK {
		failed := refusal(resp, data)
		failed.Err = errors.New(o.Key.Hide(failed.Err.Error()))
		return Response{}, failed
	}
	if len(data) > maxAnswer {
		return Response{}, &CallError{Err: fmt.Errorf("answer is over %d bytes", maxAnswer)}
	}
	answer, failed := decodeAnswer(data)
	answer.Content, answer.Simulated = o.Key.HideAnswered(answer.Content), resp.Header.Get(simulatedHeader) == "true"
	return answer, failed
}

func decodeAnswer(data []byte) (Response, *CallError) {
	var w wireResponse
	if err := json.Unmarshal(data, &w); err != nil {
		return Response{}, &CallError{Err: fmt.Errorf("decode answer: %w", err)}
	}
	if len(w.Choices) == 0 {
		return Response{}, &CallError{Err: errors.New("answer without a choice")}
	}
	choice := w.Choices[0]
	out := Response{FinishReason: choice.FinishReason, InputTokens: max(0, w.Usage.PromptTokens), OutputTokens: max(0, w.Usage.CompletionTokens)}
	if choice.Message.Content != nil { // null when all tokens went into reasoning
		out.Content = *choice.Message.Content
	}
	return out, nil
}

// refusal is the error of a complete answer that is not 200: the teacher did no
// work, whatever the reason.
func refusal(resp *http.Response, data []byte) *CallError {
	e := &CallError{Status: resp.StatusCode, Refunded: true, RetryAfter: remote.RetryAfter(resp.Header)}
	switch {
	case resp.StatusCode == http.StatusTooManyRequests, resp.StatusCode == http.StatusRequestTimeout:
		e.Retryable = true
	case resp.StatusCode >= 500:
		e.Retryable = true
	}
	var w struct {
		Error struct {
			Message string `json:"message"`
		} `json:"error"`
	}
	message := http.StatusText(resp.StatusCode)
	if json.Unmarshal(data, &w) == nil && w.Error.Message != "" {
		message = w.Error.Message
	}
	e.Err = errors.New(oneLine(message, 300))
	return e
}

// neverSent reports whether the connection was never made, so that no byte of
// the request can have reached the teacher.
func neverSent(err error) bool {
	if errors.Is(err, syscall.ECONNREFUSED) {
		return true
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return true
	}
	var dns *net.DNSError
	return errors.As(err, &dns)
}

func oneLine(s string, limit int) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "?")), " ")
	if runes := []rune(s); len(runes) > limit {
		return string(runes[:limit]) + "..."
	}
	return s
}
