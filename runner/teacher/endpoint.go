package teacher

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/autodatabench/autodatabench/agents/dialect"
	"github.com/autodatabench/autodatabench/results/remote"
)

// maxAnswer bounds what is read of one answer, in bytes.
const maxAnswer = 8 << 20

// Endpoint is a server that speaks the OpenAI protocol, for calls of any kind.
type Endpoint struct {
	BaseURL  string     // ends before the paths of calls, as in http://localhost:8001/v1
	Key      remote.Key // empty for none
	Settings dialect.Settings
	Client   *http.Client  // nil: http.DefaultClient
	Timeout  time.Duration // of one try; 0 means 10 min
	Retry    remote.Retry  // zero fields: 6 tries, pauses from 500 ms to 30 s, at most 2 min
}

// Post sends body as JSON to the path and returns the answer's body. It tries
// again as Retry says, with waits drawn from seed. Errors are [*CallError]s; the
// key is in none of them.
func (e Endpoint) Post(ctx context.Context, path string, seed int64, body any) ([]byte, error) {
	data, err := json.Marshal(body)
	if err != nil {
		return nil, &CallError{Refunded: true, Err: fmt.Errorf("encode request: %w", err)}
	}
	answer, err := do(ctx, e.Retry, seed, func(ctx context.Context) (answered, *CallError) {
		return e.send(ctx, http.MethodPost, e.at(path), data)
	})
	return answer.body, err
}

// answered is a complete answer of a server.
type answered struct {
	body      []byte
	answer    dialect.Answer // of a call that asks the model
	simulated bool           // the server says that it is no LLM
}

// Get is Post without a body.
func (e Endpoint) Get(ctx context.Context, path string) ([]byte, error) {
	answer, err := do(ctx, e.Retry, 0, func(ctx context.Context) (answered, *CallError) { return e.send(ctx, http.MethodGet, e.at(path), nil) })
	return answer.body, err
}

// at is the address of a path.
func (e Endpoint) at(path string) string { return strings.TrimSuffix(e.BaseURL, "/") + path }

func (e Endpoint) send(ctx context.Context, method, url string, body []byte) (answered, *CallError) {
	timeout := e.Timeout
	if timeout == 0 {
		timeout = 10 * time.Minute
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return answered{}, &CallError{Refunded: true, Err: err}
	}
	req.Header.Set("Content-Type", "application/json")
	e.Settings.Sign(req.Header, string(e.Key))
	var connected atomic.Bool
	req = req.WithContext(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }}))
	resp, err := e.client().Do(req)
	if err != nil {
		return answered{}, &CallError{Refunded: !connected.Load() || neverSent(err), Retryable: true, Err: err}
	}
	data, err := remote.ReadBody(resp, maxAnswer, dialect.Complete)
	switch {
	case errors.As(err, new(remote.ErrTooLarge)):
		return answered{}, &CallError{Err: err}
	case err != nil:
		return answered{}, &CallError{Retryable: true, Err: fmt.Errorf("read answer: %w", err)}
	case resp.StatusCode >= 300 && resp.StatusCode < 400:
		return answered{}, &CallError{Status: resp.StatusCode, Refunded: true, Err: errors.New("it redirects to another address, which is not followed; base_url must be the last one")}
	case resp.StatusCode != http.StatusOK:
		return answered{}, refusal(dialect.Refuse(resp.StatusCode, resp.Header, data, e.Key.Hide))
	}
	return answered{body: data, simulated: resp.Header.Get(simulatedHeader) == "true"}, nil
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

// refusal is the error of a complete answer that is no success: the teacher did no
// work, whatever the reason.
func refusal(no *dialect.Refusal) *CallError {
	e := &CallError{Status: no.Status, Refunded: true, RetryAfter: no.Wait, Err: refused{no}}
	switch {
	case no.Spent():
	case no.Status == http.StatusTooManyRequests, no.Status == http.StatusRequestTimeout, no.Status >= 500:
		e.Retryable = true
	}
	if no.AtFault() {
		e.Blame = no.Blame()
	}
	return e
}

// refused is a refusal in its words alone, beside which the status is told.
type refused struct{ no *dialect.Refusal }

// Error is what the server said.
func (r refused) Error() string { return cmp.Or(r.no.Message, http.StatusText(r.no.Status)) }

// Unwrap is the refusal.
func (r refused) Unwrap() error { return r.no }
