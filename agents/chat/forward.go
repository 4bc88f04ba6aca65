package chat

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/remote"
)

// Answer is what a server said to a forwarded request.
type Answer struct {
	Status int
	Body   []byte // JSON, without the key
	results.Tokens
}

// Forward sends a chat completion that somebody else worded, to the client's
// address with its key, model and headers, and returns the answer as it came. A
// refusal for which the request itself is to blame is an answer, too. Errors are
// those of Reply.
func (c *Client) Forward(ctx context.Context, request map[string]json.RawMessage) (Answer, error) {
	var err error
	if request["model"], err = json.Marshal(c.config.Model); err != nil {
		return Answer{}, err
	}
	body, err := json.Marshal(request)
	if err != nil {
		return Answer{}, err
	}
	var data []byte
	err = c.retry(ctx, uint64(len(body)), func() (err error) {
		data, err = c.post(ctx, body)
		if err == nil && !json.Valid(data) && c.answered.Load() {
			err = fmt.Errorf("%w: no JSON", errMalformed)
		}
		return err
	})
	var no *refusal
	if errors.As(err, &no) && (no.requestAtFault() || no.filtered()) {
		data, err := json.Marshal(map[string]any{"error": map[string]any{"message": no.message, "type": "invalid_request_error"}})
		return Answer{Status: no.status, Body: data}, err
	}
	if err != nil {
		return Answer{}, c.fault(err)
	}
	return c.answer(data)
}

func (c *Client) post(ctx context.Context, body []byte) ([]byte, error) {
	url := strings.TrimSuffix(c.config.BaseURL, "/") + "/chat/completions"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for name, value := range c.config.Headers {
		req.Header.Set(name, value)
	}
	req.Header.Set("Content-Type", "application/json")
	if c.config.Key != "" {
		req.Header.Set("Authorization", "Bearer "+string(c.config.Key))
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	if no := failedWithin([]byte(c.config.hideHeaders(string(data))), c.config.Key); no != nil {
		return nil, no
	}
	return data, nil
}

// answer reads the usage out of an answer.
func (c *Client) answer(data []byte) (Answer, error) {
	var said struct {
		Usage struct {
			Input        remote.Tokens `json:"prompt_tokens"`
			Output       remote.Tokens `json:"completion_tokens"`
			InputDetails struct {
				Cached remote.Tokens `json:"cached_tokens"`
			} `json:"prompt_tokens_details"`
			OutputDetails struct {
				Reasoning remote.Tokens `json:"reasoning_tokens"`
			} `json:"completion_tokens_details"`
		} `json:"usage"`
	}
	if err := json.Unmarshal(data, &said); err != nil || said.Usage.Input <= 0 {
		return Answer{}, results.Bad(fmt.Errorf("ask model %s at %s: %w", c.config.Model, c.config.BaseURL, errNoUsage), usageHint)
	}
	used := said.Usage
	return Answer{Status: http.StatusOK, Body: []byte(c.config.hideHeaders(c.config.Key.HideAnswered(string(data)))), Tokens: bounded(results.Tokens{
		Input: int64(used.Input), Cached: int64(used.InputDetails.Cached), Output: int64(used.Output), Reasoning: int64(used.OutputDetails.Reasoning),
	})}, nil
}
