package teacher

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/autodatabench/autodatabench/results/remote"
)

// maxAnswer bounds what is read of one answer, in bytes.
const maxAnswer = 8 << 20

// Endpoint is a server that speaks the OpenAI protocol, for calls of any kind.
type Endpoint struct {
	BaseURL string        // ends before the paths of calls, as in http://localhost:8001/v1
	Key     remote.Key    // bearer token; empty for none
	Client  *http.Client  // nil: http.DefaultClient
	Timeout time.Duration // of one try; 0 means 10 min
	Retry   remote.Retry  // zero fields: 6 tries, pauses from 500 ms to 30 s, at most 2 min
}

// Post sends body as JSON to the path and returns the answer's body. It tries
// again as Retry says, with waits drawn from seed. Errors are [*CallError]s; the
// key is in none of them.
func (e Endpoint) Post(ctx context.Context, path string, seed int64, body any) ([]byte, error) {
	data, err := json.Marshal(body)
	if err != nil {
		return nil, &CallError{Refunded: true, Err: fmt.Errorf("encode request: %w", err)}
	}
	answer, err := do(ctx, e.Retry, seed, func(ctx context.Context) (answered, *CallError) { return e.try(ctx, http.MethodPost, path, data) })
	return answer.body, err
}

// answered is a complete answer of a server.
type answered struct {
	body      []byte
	simulated bool // the server says that it is no LLM
}

// Get is Post without a body.
func (e Endpoint) Get(ctx context.Context, path string) ([]byte, error) {
	answer, err := do(ctx, e.Retry, 0, func(ctx context.Context) (answered, *CallError) { return e.try(ctx, http.MethodGet, path, nil) })
	return answer.body, err
}

func (e Endpoint) try(ctx context.Context, method, path string, body []byte) (answered, *CallError) {
	timeout := e.Timeout
	if timeout == 0 {
		timeout = 10 * time.Minute
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(e.BaseURL, "/")+path, bytes.NewReader(body))
	if err != nil {
		return answered{}, &CallError{Refunded: true, Err: err}
	}
	req.Header.Set("Content-Type", "application/json")
	if e.Key != "" {
		req.Header.Set("Authorization", "Bearer "+string(e.Key))
	}
	var connected atomic.Bool
	req = req.WithContext(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }}))
	resp, err := e.client().Do(req)
	if err != nil {
		return answered{}, &CallError{Refunded: !connected.Load() || neverSent(err), Retryable: true, Err: err}
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return answered{}, &CallError{Retryable: true, Err: fmt.Errorf("read answer: %w", err)}
	}
	if resp.StatusCode != http.StatusOK {
		return answered{}, refusal(resp, data, e.Key)
	}
	if len(data) > maxAnswer {
		return answered{}, &CallError{Err: fmt.Errorf("answer is over %d bytes", maxAnswer)}
	}
	return answered{data, resp.Header.Get(simulatedHeader) == "true"}, nil
}

// client is a copy of the client that follows no redirect: the key and the prompt
// are for the address that the user gave.
func (e Endpoint) client() *http.Client {
	client := http.Client{}
	if e.Client != nil {
		client = *e.Client
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client
}

// neverSent reports an error of making the connection. It is one although an older
// connection was at hand, which the server had closed before a byte was sent.
func neverSent(err error) bool {
	var op *net.OpError
	var dns *net.DNSError
	return errors.Is(err, syscall.ECONNREFUSED) || errors.As(err, &op) && op.Op == "dial" || errors.As(err, &dns)
}

// refusal is the error of a complete answer that is not 200: the teacher did no
// work, whatever the reason. The key is hidden before the message is cut, so that
// no part of it is left.
func refusal(resp *http.Response, data []byte, key remote.Key) *CallError {
	e := &CallError{Status: resp.StatusCode, Refunded: true, RetryAfter: remote.RetryAfter(resp.Header)}
	switch {
	case resp.StatusCode == http.StatusTooManyRequests, resp.StatusCode == http.StatusRequestTimeout:
		e.Retryable = true
	case resp.StatusCode >= 500:
		e.Retryable = true
	}
	message := cmp.Or(serverSays(data), http.StatusText(resp.StatusCode))
	if resp.StatusCode < 400 {
		message = "it redirects to another address, which is not followed; base_url must be the last one"
	}
	e.Err = errors.New(oneLine(key.Hide(message), 300))
	return e
}

// serverSays finds the message of a refusal in the forms of OpenAI's protocol,
// of older vLLMs and of FastAPI; empty when it is in none of them.
func serverSays(data []byte) string {
	var body struct {
		Error   json.RawMessage `json:"error"`
		Message string          `json:"message"`
		Detail  json.RawMessage `json:"detail"`
	}
	if json.Unmarshal(data, &body) != nil {
		return ""
	}
	for _, raw := range []json.RawMessage{body.Error, body.Detail} {
		var text string
		var inner struct {
			Message string `json:"message"`
		}
		if json.Unmarshal(raw, &text) == nil && text != "" {
			return text
		}
		if json.Unmarshal(raw, &inner) == nil && inner.Message != "" {
			return inner.Message
		}
	}
	return body.Message
}
