package gateway

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/agents/dialect"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/teacher"
)

func TestServeProtocol(t *testing.T) {
	g := open(t, t.TempDir(), testSpec(100, 10, 4), &echo{})
	c := serve(t, g, 1)
	r := c.post(`{"model":"any","messages":[{"role":"system","content":"be brief"},{"role":"user","content":"hello"}],
		"temperature":0.5,"top_p":1,"max_tokens":16,"stop":"\n","n":1,"response_format":{"type":"json_object"}}`, "")
	if r.Status != 200 || r.Model != "echo-1" || !strings.HasPrefix(r.text(), "hello #") || r.Choices[0].Message.Role != "assistant" || r.Choices[0].FinishReason != "stop" {
		t.Errorf("got %+v", r)
	}
	if diff := cmp.Diff(map[string]int64{"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8}, r.Usage); diff != "" {
		t.Error(diff)
	}
	for _, tt := range []struct{ method, path, want string }{
		{"GET", "/v1/budget", `{"concurrency":4,"seconds_left":12.5,"teacher_calls_left":99,"teacher_calls_left_attempt":9}`},
		{"POST", "/v1/check", `{"valid":false,"problem":"there is no submission.json","rows":0,"kept":0,"used":0}`},
	} {
		status, data, err := c.do(tt.method, tt.path, []byte("{}"), nil)
		if err != nil || status != 200 || strings.TrimSpace(string(data)) != tt.want {
			t.Errorf("%s: %d %s %v", tt.path, status, data, err)
		}
	}
	if diff := cmp.Diff(Usage{Calls: 1, InputTokens: 3, OutputTokens: 5}, g.Usage(1)); diff != "" {
		t.Error(diff)
	}
	for path, want := range map[string]int{"/v1/models": 404, "/v1/chat/completions": 404, "/": 404} {
		if status, _, err := c.do("GET", path, nil, nil); err != nil || status != want {
			t.Errorf("GET %s: status %d (%v), want %d", path, status, err, want)
		}
	}
}

func TestServeRefuses(t *testing.T) {
	up := &echo{}
	g := open(t, t.TempDir(), testSpec(100, 10, 4), up)
	c := serve(t, g, 1)
	const messages = `"messages":[{"role":"user","content":"x"}]`
	tests := []struct {
		name, body, occurrence string
		status                 int
		param                  string
	}{
		{"body limit", `{` + messages + `,"model":"` + strings.Repeat("x", 256<<10) + `"}`, "", 413, ""},
		{"no JSON", `{`, "", 400, ""},
		{"null", `null`, "", 400, ""},
		{"no messages", `{}`, "", 400, "messages"},
		{"tools", `{` + messages + `,"tools":[]}`, "", 400, "tools"},
		{"occurrence", `{` + messages + `}`, "-1", 400, "X-Occurrence"},
		{"occurrence text", `{` + messages + `}`, "1e3", 400, "X-Occurrence"},
	}
	for _, tt := range tests {
		r := c.post(tt.body, tt.occurrence)
		if r.Status != tt.status || r.Error == nil || r.Error.Type != "invalid_request_error" || r.Error.Param != tt.param {
			t.Errorf("%s: got %d %+v", tt.name, r.Status, r.Error)
		}
	}
	if up.count() != 0 || g.Total() != (Usage{}) {
		t.Errorf("refused requests cost %+v and reached the teacher %d times", g.Total(), up.count())
	}
}

// TestBudgetRace lets many clients fight for few calls.
func TestBudgetRace(t *testing.T) {
	dir, up := t.TempDir(), &echo{}
	spec := testSpec(40, 25, 8)
	g := open(t, dir, spec, up)
	codes := map[int]map[string]int{}
	for attempt := 1; attempt <= 3; attempt++ {
		c := serve(t, g, attempt)
		codes[attempt] = map[string]int{}
		var wg sync.WaitGroup
		var mu sync.Mutex
		for i := range 48 {
			wg.Go(func() {
				r := c.ask("same prompt", i)
				code := "answered"
				if r.Status == http.StatusTooManyRequests && r.Error.Type == "budget_exhausted" {
					code = r.Error.Code
				} else if r.Status != 200 {
					code = fmt.Sprint(r.Status)
				}
				mu.Lock()
				codes[attempt][code]++
				mu.Unlock()
			})
		}
		wg.Wait()
		c.stop()
	}
	want := map[int]map[string]int{1: {"answered": 25, "attempt": 23}, 2: {"answered": 15, "total": 33}, 3: {"total": 48}}
	if diff := cmp.Diff(want, codes); diff != "" {
		t.Error(diff)
	}
	if up.count() != 40 || up.most > 8 {
		t.Errorf("the teacher had %d calls, up to %d at once", up.count(), up.most)
	}
	if err := g.Close(); err != nil {
		t.Fatal(err)
	}
	sum, err := ReadLedger(record.Trial(dir), spec.Protocol.Budget)
	if err != nil || sum.Total.Calls != 40 || len(sum.Exchanges) != 40 {
		t.Errorf("ledger: %+v, %v", sum.Total, err)
	}
	found := 0
	err = record.Trial(dir).Teacher().Read(func(digest string, e record.Exchange) error {
		if sum.Exchanges[digest] && strings.HasPrefix(e.Response.Content, "same prompt #") {
			found++
		}
		return nil
	})
	if err != nil || found != 40 {
		t.Errorf("%d of 40 exchanges are stored (%v)", found, err)
	}
}

func TestRefunds(t *testing.T) {
	tests := []struct {
		name    string
		err     error
		status  int
		kind    string
		charged int
		down    bool
	}{
		{"connection refused", &teacher.CallError{Refunded: true, Err: errors.New("refused")}, 502, "teacher_unavailable", 0, true},
		{"429", &teacher.CallError{Status: 429, Refunded: true, Err: errors.New("slow down")}, 502, "teacher_unavailable", 0, true},
		{"503", &teacher.CallError{Status: 503, Refunded: true, Err: errors.New("loading")}, 502, "teacher_unavailable", 0, true},
		{"wrong key", &teacher.CallError{Status: 401, Refunded: true, Err: errors.New("key")}, 502, "teacher_unavailable", 0, true},
		{"prompt too long", &teacher.CallError{Status: 400, Refunded: true, Blame: dialect.Prompt, Err: errors.New("too long")}, 400, "invalid_request_error", 0, false},
		{"a temperature that it does not take", &teacher.CallError{Status: 400, Refunded: true, Blame: dialect.Sampling, Err: errors.New("temperature")}, 400, "invalid_request_error", 0, false},
		{"the platform's seed", &teacher.CallError{Status: 400, Refunded: true, Blame: dialect.Platform, Err: errors.New("seed")}, 502, "teacher_unavailable", 0, true},
		{"nobody's, of a teacher that answers nothing", &teacher.CallError{Status: 400, Refunded: true, Err: errors.New("bad request")}, 400, "invalid_request_error", 0, true},
		{"timeout", &teacher.CallError{Err: context.DeadlineExceeded}, 502, "teacher_unavailable", 1, true},
		{"unknown error", errors.New("strange"), 502, "teacher_unavailable", 1, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir, fails := t.TempDir(), true
			up := &echo{before: func(context.Context, teacher.Request) error {
				if fails {
					return tt.err
				}
				return nil
			}}
			spec := testSpec(10, 10, 1)
			g := open(t, dir, spec, up)
			c := serve(t, g, 1)
			if r := c.ask("x", 0); r.Status != tt.status || r.Error.Type != tt.kind {
				t.Errorf("got %d %+v", r.Status, r.Error)
			}
			if got := g.Usage(1).Calls; got != tt.charged {
				t.Errorf("charged %d calls, want %d", got, tt.charged)
			}
			if got := g.Fault() != nil; got != tt.down {
				t.Errorf("fault %v", g.Fault())
			}
			c.stop()
			fails = false
			c = serve(t, g, 1) // the same key again is a new call
			if r := c.ask("x", 0); r.Status != 200 || g.Usage(1).Calls != tt.charged+1 || g.Fault() != nil {
				t.Errorf("asked again: %d, %+v, fault %v", r.Status, g.Usage(1), g.Fault())
			}
			c.stop()
			g.Close()
			if sum, err := ReadLedger(record.Trial(dir), spec.Protocol.Budget); err != nil || sum.Total.Calls != tt.charged+1 {
				t.Errorf("ledger %+v %v", sum, err)
			}
		})
	}
}

// TestOccurrences checks that equal requests get answers of their own, that a
// number is good once, and that seeds depend on the key alone.
func TestOccurrences(t *testing.T) {
	texts := func(order []string) map[string]bool {
		g := open(t, t.TempDir(), testSpec(100, 100, 4), &echo{})
		c := serve(t, g, 2)
		got := map[string]bool{}
		for _, k := range order {
			got[c.post(`{"messages":[{"role":"user","content":"x"}]}`, k).text()] = true
		}
		if g.Usage(2).Calls != len(order) {
			t.Errorf("%v: charged %d calls", order, g.Usage(2).Calls)
		}
		return got
	}
	want := texts([]string{"0", "1", "2", "3"})
	if len(want) != 4 {
		t.Fatalf("equal requests share answers: %v", want)
	}
	for _, order := range [][]string{{"3", "1", "0", "2"}, {"", "", "", ""}, {"0", "0", "0", "0"}, {"1", "", "1", "3"}} {
		if diff := cmp.Diff(want, texts(order)); diff != "" {
			t.Errorf("%v: %s", order, diff)
		}
	}
}

// TestStopWaits checks that a call that was sent is settled, whatever becomes
// of its client.
func TestStopWaits(t *testing.T) {
	sent, proceed := make(chan struct{}), make(chan struct{})
	up := &echo{before: func(context.Context, teacher.Request) error { close(sent); <-proceed; return nil }}
	g := open(t, t.TempDir(), testSpec(10, 10, 1), up)
	c := serve(t, g, 1)
	ctx, hangUp := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		req, _ := http.NewRequestWithContext(ctx, "POST", "http://gateway/v1/chat/completions", strings.NewReader(`{"messages":[{"role":"user","content":"x"}]}`))
		if resp, err := c.http.Do(req); err == nil {
			resp.Body.Close()
			t.Error("the client was answered after it had hung up")
		}
	})
	<-sent
	hangUp()
	wg.Wait()
	close(proceed)
	c.stop()
	if diff := cmp.Diff(Usage{Calls: 1, InputTokens: 3, OutputTokens: 5}, g.Total()); diff != "" {
		t.Error(diff)
	}
}

// TestServeEnds checks that calls in flight end with the platform's context and
// stay charged.
func TestServeEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	up := &echo{before: func(ctx context.Context, _ teacher.Request) error {
		cancel()
		<-ctx.Done()
		return &teacher.CallError{Err: ctx.Err()}
	}}
	g := open(t, t.TempDir(), testSpec(10, 10, 1), up)
	g.opts.Grace = 50 * time.Millisecond
	socket := filepath.Join(t.TempDir(), "s")
	stop, err := g.Serve(ctx, 1, socket, func(context.Context) results.Check { return results.Check{} }, func() float64 { return 1 })
	if err != nil {
		t.Fatal(err)
	}
	c := unixClient(t, socket)
	if r := c.ask("x", 0); r.Status != 502 || r.Error.Code != "charged" {
		t.Errorf("got %d %+v", r.Status, r.Error)
	}
	stop()
	if g.Usage(1).Calls != 1 || g.Fault() != nil {
		t.Errorf("usage %+v, fault %v", g.Usage(1), g.Fault())
	}
}

func TestServeErrors(t *testing.T) {
	g := open(t, t.TempDir(), testSpec(10, 10, 1), &echo{})
	long := filepath.Join(t.TempDir(), strings.Repeat("s", 120))
	if _, err := g.Serve(context.Background(), 1, long, nil, nil); err == nil || !strings.Contains(err.Error(), "107 bytes") {
		t.Errorf("long path: %v", err)
	}
	serve(t, g, 1)
	if _, err := g.Serve(context.Background(), 2, filepath.Join(t.TempDir(), "s"), nil, nil); err == nil || !strings.Contains(err.Error(), "another execution") {
		t.Errorf("second execution: %v", err)
	}
	if err := g.Close(); err == nil {
		t.Error("closed while serving")
	}
}

// TestCommitFails breaks the ledger under the gateway: the call is not sent and
// the fault stays.
func TestCommitFails(t *testing.T) {
	up := &echo{}
	g := open(t, t.TempDir(), testSpec(10, 10, 1), up)
	c := serve(t, g, 1)
	g.log.Close()
	if r := c.ask("x", 0); r.Status != 500 || r.Error.Type != "platform_error" || up.count() != 0 {
		t.Errorf("got %d %+v, %d calls sent", r.Status, r.Error, up.count())
	}
	var fault *results.Error
	if !errors.As(g.Fault(), &fault) || fault.Kind != results.Infrastructure {
		t.Errorf("fault %v", g.Fault())
	}
}

// TestQueue checks that the lead goes on in the order in which commits came, and that a
// batch has a limit.
func TestQueue(t *testing.T) {
	var q queue
	list := make([]*commit, maxBatch+9)
	for i := range list {
		list[i] = &commit{leads: make(chan bool, 1)}
		if leads := q.join(list[i]); leads != (i == 0) {
			t.Fatalf("commit %d leads: %v", i, leads)
		}
	}
	if batch := q.take(); len(batch) != maxBatch || batch[0] != list[0] || batch[maxBatch-1] != list[maxBatch-1] {
		t.Errorf("first batch has %d commits", len(batch))
	}
	q.pass()
	if next := list[maxBatch]; len(next.leads) != 1 || !<-next.leads {
		t.Error("the first that waits does not lead")
	}
	if batch := q.take(); len(batch) != 9 || batch[0] != list[maxBatch] {
		t.Errorf("second batch has %d commits", len(batch))
	}
	q.pass()
	if !q.join(list[0]) {
		t.Error("nobody leads and nobody may")
	}
}
