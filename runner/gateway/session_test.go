package gateway

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/teacher"
)

// failsOn is a teacher that fails with err on prompts that hold the word.
func failsOn(word string, err error) *echo {
	return &echo{before: func(_ context.Context, r teacher.Request) error {
		if strings.Contains(r.Messages[len(r.Messages)-1].Content, word) {
			return err
		}
		return nil
	}}
}

// TestFaultStays checks that answers do not hide a fault before them, nor later
// faults the first one.
func TestFaultStays(t *testing.T) {
	g := open(t, t.TempDir(), testSpec(100, 100, 4), failsOn("bad", &teacher.CallError{Status: 503, Refunded: true, Err: errors.New("overloaded")}))
	c := serve(t, g, 1)
	for i, prompt := range []string{"good", "bad one", "good", "bad two", "good"} {
		c.ask(prompt, i)
	}
	if err := g.Fault(); err == nil || !strings.Contains(err.Error(), "overloaded") {
		t.Errorf("fault %v", err)
	}
	c.stop()
	serve(t, g, 1)
	if err := g.Fault(); err != nil {
		t.Errorf("fault %v of an earlier execution", err)
	}
}

// TestUnsentCallsAreForgotten floods a session whose budget is spent: what it
// remembers is the calls that were sent.
func TestUnsentCallsAreForgotten(t *testing.T) {
	const sent = 3
	g := open(t, t.TempDir(), testSpec(100, sent, 2), &echo{})
	s := &session{g: g, ctx: context.Background(), stopping: make(chan struct{}), attempt: 1, used: map[mark]struct{}{}, next: map[[16]byte]uint32{}}
	for i := range 50 {
		body := fmt.Sprintf(`{"messages":[{"role":"user","content":"%d"}]}`, i)
		w := httptest.NewRecorder()
		s.routes().ServeHTTP(w, httptest.NewRequest("POST", "/v1/chat/completions", strings.NewReader(body)))
		if want := map[bool]int{true: 200, false: 429}[i < sent]; w.Code != want {
			t.Errorf("call %d: status %d, want %d", i, w.Code, want)
		}
	}
	if len(s.used) != sent {
		t.Errorf("%d calls are remembered, want %d", len(s.used), sent)
	}
}

// TestNumbers gives equal requests the smallest number that is free.
func TestNumbers(t *testing.T) {
	s := &session{attempt: 1, used: map[mark]struct{}{}, next: map[[16]byte]uint32{}}
	digest := strings.Repeat("ab", 32)
	for i, step := range []struct {
		header string
		freed  int // before it, a number of a call that was not sent; -1 for none
		want   int
	}{
		{"", -1, 0}, {"", -1, 1}, {"3", -1, 3}, {"", -1, 2}, {"", -1, 4}, {"", 1, 1}, {"0", -1, 5}, {"", 3, 3}, {"", 5, 5}, {"7", -1, 7}, {"", -1, 6}, {"", -1, 8},
	} {
		if step.freed >= 0 {
			s.failed(key{1, digest, step.freed}, errStopping)
		}
		got, err := s.number(digest, step.header)
		if err != nil || got.occurrence != step.want {
			t.Errorf("call %d has number %d (%v), want %d", i, got.occurrence, err, step.want)
		}
	}
}

// TestRefusalsAreBounded lets code repeat a request that the teacher refuses and
// that costs nothing.
func TestRefusalsAreBounded(t *testing.T) {
	const calls = 5
	dir := t.TempDir()
	up := failsOn("too long", &teacher.CallError{Status: 400, Refunded: true, Err: errors.New("too long")})
	g := open(t, dir, testSpec(100, calls, 2), up)
	c := serve(t, g, 1)
	if r := c.ask("short", 0); r.Status != 200 {
		t.Fatalf("got %d %+v", r.Status, r.Error)
	}
	for i := range 4 * calls {
		r := c.ask("too long", i)
		if i < calls && (r.Status != 400 || r.Error.Type != "invalid_request_error") ||
			i >= calls && (r.Status != 429 || r.Error.Type != "budget_exhausted" || r.Error.Code != "refusals") {
			t.Errorf("refusal %d: %d %+v", i, r.Status, r.Error)
		}
	}
	if up.count() != 1+calls || g.Usage(1).Calls != 1 || g.Fault() != nil {
		t.Errorf("%d calls sent, %+v, fault %v", up.count(), g.Usage(1), g.Fault())
	}
	c.stop()
	c = serve(t, g, 1) // repeated after a crash: what was answered is there, and the attempt was refused enough
	for i := range calls + 1 {
		c.ask("too long", i)
	}
	if r := c.ask("short", 0); r.Status != 200 || up.count() != 1+calls {
		t.Errorf("repeated: %d %+v, %d calls sent", r.Status, r.Error, up.count())
	}
}

// waits is a teacher that answers nothing before the call is given up.
func waits(sent chan<- struct{}) *echo {
	return &echo{before: func(ctx context.Context, _ teacher.Request) error {
		sent <- struct{}{}
		<-ctx.Done()
		return &teacher.CallError{Err: context.Cause(ctx)}
	}}
}

// TestDeadlineEndsCalls checks that the time of the code binds its calls, too.
func TestDeadlineEndsCalls(t *testing.T) {
	sent := make(chan struct{}, 1)
	g := open(t, t.TempDir(), testSpec(10, 10, 1), waits(sent))
	ctx, cancel := context.WithTimeoutCause(context.Background(), 100*time.Millisecond, errors.New("time is over"))
	defer cancel()
	socket := filepath.Join(t.TempDir(), "s")
	stop, err := g.Serve(ctx, 1, socket, func(context.Context) results.Check { return results.Check{} }, func() float64 { return 1 })
	if err != nil {
		t.Fatal(err)
	}
	c := unixClient(t, socket)
	if r := c.ask("x", 0); r.Status != 502 || r.Error.Code != "charged" {
		t.Errorf("in flight: %d %+v", r.Status, r.Error)
	}
	if r := c.ask("y", 0); r.Status != 503 {
		t.Errorf("after the end: %d %+v", r.Status, r.Error)
	}
	stop()
	if g.Usage(1).Calls != 1 || g.Fault() != nil {
		t.Errorf("usage %+v, fault %v", g.Usage(1), g.Fault())
	}
}

// TestStopGivesUp checks that calls which the code left behind end soon after
// it, charged, and are no fault of the teacher.
func TestStopGivesUp(t *testing.T) {
	sent := make(chan struct{}, 1)
	g, err := Open(record.Trial(t.TempDir()), testSpec(10, 10, 1), waits(sent), Options{Grace: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Close() })
	c := serve(t, g, 1)
	ctx, hangUp := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		req, _ := http.NewRequestWithContext(ctx, "POST", "http://gateway/v1/chat/completions", strings.NewReader(`{"messages":[{"role":"user","content":"x"}]}`))
		if resp, err := c.http.Do(req); err == nil {
			resp.Body.Close()
		}
	})
	<-sent
	hangUp()
	wg.Wait()
	c.stop() // would wait for ever
	if g.Usage(1).Calls != 1 || g.Fault() != nil {
		t.Errorf("usage %+v, fault %v", g.Usage(1), g.Fault())
	}
}

// TestOverdueCallIsAFault checks that a teacher which hangs is found at fault
// although the end of the code cuts the call off.
func TestOverdueCallIsAFault(t *testing.T) {
	sent := make(chan struct{}, 1)
	g, err := Open(record.Trial(t.TempDir()), testSpec(10, 10, 1), waits(sent), Options{Overdue: 20 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Close() })
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	socket := filepath.Join(t.TempDir(), "s")
	stop, err := g.Serve(ctx, 1, socket, func(context.Context) results.Check { return results.Check{} }, func() float64 { return 1 })
	if err != nil {
		t.Fatal(err)
	}
	unixClient(t, socket).ask("x", 0)
	stop()
	if err := g.Fault(); err == nil || !strings.Contains(err.Error(), "no answer within 20ms") {
		t.Errorf("fault %v", err)
	}
}

// TestInterrupted tells a teacher that had failed before the end from a call
// that the end cut off.
func TestInterrupted(t *testing.T) {
	ended, end := context.WithCancelCause(context.Background())
	over := errors.New("over")
	end(over)
	for _, tt := range []struct {
		ctx  context.Context
		err  error
		want bool
	}{
		{context.Background(), context.DeadlineExceeded, false}, // a try's own time-out
		{ended, fmt.Errorf("read answer: %w", context.Canceled), true},
		{ended, &teacher.CallError{Err: over}, true},
		{ended, &teacher.CallError{Status: 503, Refunded: true, Err: errors.New("overloaded")}, false},
	} {
		if got := interrupted(tt.ctx, tt.err); got != tt.want {
			t.Errorf("%v: %v, want %v", tt.err, got, tt.want)
		}
	}
}
