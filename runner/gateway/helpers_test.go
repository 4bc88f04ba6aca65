package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/teacher"
)

// echo is a teacher that answers with what it was sent and the seed, unless
// before says otherwise.
type echo struct {
	before func(ctx context.Context, r teacher.Request) error

	mu             sync.Mutex
	calls          int
	inFlight, most int
}

func (e *echo) Name() string    { return "echo-1" }
func (e *echo) Simulated() bool { return true }

func (e *echo) Complete(ctx context.Context, r teacher.Request) (teacher.Response, error) {
	e.mu.Lock()
	e.calls++
	e.inFlight++
	e.most = max(e.most, e.inFlight)
	e.mu.Unlock()
	defer func() {
		e.mu.Lock()
		e.inFlight--
		e.mu.Unlock()
	}()
	if e.before != nil {
		if err := e.before(ctx, r); err != nil {
			return teacher.Response{}, err
		}
	}
	text := fmt.Sprintf("%s #%d", r.Messages[len(r.Messages)-1].Content, r.Seed)
	return teacher.Response{Content: text, FinishReason: "stop", InputTokens: 3, OutputTokens: 5}, nil
}

func (e *echo) count() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.calls
}

func testSpec(total, perAttempt, concurrency int) results.Spec {
	p := results.Mini()
	p.Budget.TeacherCalls, p.Budget.TeacherCallsPerAttempt, p.Budget.TeacherConcurrency = total, perAttempt, concurrency
	return results.Spec{Protocol: p, Seed: 7}
}

func open(t testing.TB, dir string, spec results.Spec, up teacher.Teacher) *Gateway {
	t.Helper()
	g, err := Open(record.Trial(dir), spec, up, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Close() })
	return g
}

// client speaks to one execution.
type client struct {
	t    testing.TB
	http *http.Client
	stop func()
}

func serve(t testing.TB, g *Gateway, attempt int) *client {
	t.Helper()
	return serveIn(context.Background(), t, g, attempt)
}

func serveIn(ctx context.Context, t testing.TB, g *Gateway, attempt int) *client {
	t.Helper()
	dir, err := os.MkdirTemp("", "gw") // short: a socket's path is limited
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(dir, "s")
	stop, err := g.Serve(ctx, attempt, socket,
		func(context.Context) results.Check { return results.Check{Problem: "there is no submission.json"} }, func() float64 { return 12.5 })
	if err != nil {
		t.Fatal(err)
	}
	c := unixClient(t, socket)
	c.stop = func() { c.http.CloseIdleConnections(); stop() }
	t.Cleanup(func() { c.stop(); os.RemoveAll(dir) })
	return c
}

func unixClient(t testing.TB, socket string) *client {
	return &client{t: t, http: &http.Client{Transport: &http.Transport{
		MaxIdleConnsPerHost: 64,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "unix", socket)
		},
	}}}
}

// chatReply is what came back, whichever kind it is.
type chatReply struct {
	Status  int
	Model   string
	Choices []struct {
		Message      struct{ Role, Content string }
		FinishReason string `json:"finish_reason"`
	}
	Usage map[string]int64
	Error *struct{ Message, Type, Param, Code string }
}

func (r chatReply) text() string {
	if len(r.Choices) != 1 {
		return ""
	}
	return r.Choices[0].Message.Content
}

func (c *client) do(method, path string, body []byte, header http.Header) (int, []byte, error) {
	req, err := http.NewRequest(method, "http://gateway"+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	for k, v := range header {
		req.Header[k] = v
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return resp.StatusCode, data, err
}

func (c *client) post(body string, occurrence string) chatReply {
	c.t.Helper()
	header := http.Header{}
	if occurrence != "" {
		header.Set("X-Occurrence", occurrence)
	}
	status, data, err := c.do("POST", "/v1/chat/completions", []byte(body), header)
	if err != nil {
		c.t.Error(err)
		return chatReply{}
	}
	r := chatReply{Status: status}
	if err := json.Unmarshal(data, &r); err != nil {
		c.t.Errorf("answer %d is no JSON: %v\n%s", status, err, data)
	}
	return r
}

// ask sends a prompt with an occurrence.
func (c *client) ask(prompt string, occurrence int) chatReply {
	c.t.Helper()
	body, _ := json.Marshal(map[string]any{"messages": []any{map[string]string{"role": "user", "content": prompt}}})
	return c.post(string(body), fmt.Sprint(occurrence))
}
