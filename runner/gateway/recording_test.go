package gateway

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/teacher"
)

// replaying opens a gateway on the recorded teacher of the trial in dir.
func replaying(t *testing.T, dir string, spec results.Spec, stopped bool) *Gateway {
	t.Helper()
	r, err := OpenRecording(record.Trial(dir), spec, func(int) bool { return stopped })
	if err != nil {
		t.Fatal(err)
	}
	return open(t, t.TempDir(), spec, r)
}

// TestReplayChargesWhatHadNoAnswer repeats a charged failure, a refunded one and a
// call that was charged in two executions and answered in the second.
func TestReplayChargesWhatHadNoAnswer(t *testing.T) {
	fails := map[string]error{
		"charged":  &teacher.CallError{Status: 500, Err: errors.New("lost")},
		"refunded": &teacher.CallError{Status: 503, Refunded: true, Err: errors.New("overloaded")},
		"twice":    errors.New("the connection broke"),
	}
	up := &echo{before: func(_ context.Context, r teacher.Request) error { return fails[r.Messages[0].Content] }}
	spec, dir := testSpec(100, 100, 4), t.TempDir()
	recorded := open(t, dir, spec, up)
	first := serve(t, recorded, 1)
	first.ask("twice", 0)
	first.stop()
	delete(fails, "twice")

	said := map[string]chatReply{}
	prompts := []string{"charged", "refunded", "twice", "answered"}
	second := serve(t, recorded, 1)
	for _, p := range prompts {
		said[p] = second.ask(p, 0)
	}
	second.stop()
	want := recorded.Usage(1)
	if err := recorded.Close(); err != nil || want.Calls != 4 || said["charged"].Status != http.StatusBadGateway {
		t.Fatalf("%v, recorded %+v, %+v", err, want, said)
	}

	again := replaying(t, dir, spec, false)
	c := serve(t, again, 1)
	for _, p := range prompts {
		if got := c.ask(p, 0); got.Status != said[p].Status || got.text() != said[p].text() || got.Error != nil && *got.Error != *said[p].Error {
			t.Errorf("%s: %+v, recorded %+v", p, got, said[p])
		}
	}
	c.stop()
	if got := again.Usage(1); got != want || again.Fault() != nil {
		t.Errorf("replayed %+v, recorded %+v, fault %v", got, want, again.Fault())
	}
	if c := serve(t, again, 1); c.ask("new", 0).Status != http.StatusBadGateway || again.Fault() == nil {
		t.Error("a call that the record has not is no fault")
	}
}

// TestReplayOfCallsInFlight ends an execution while calls wait for the teacher or
// for a slot: they wait in the replay as well, and are no fault of it.
func TestReplayOfCallsInFlight(t *testing.T) {
	up := &echo{before: func(ctx context.Context, r teacher.Request) error {
		if r.Messages[0].Content == "quick" {
			return nil
		}
		<-ctx.Done()
		return ctx.Err()
	}}
	spec, dir := testSpec(100, 100, 2), t.TempDir()
	run := func(g *Gateway, order []string) (answer string, waited time.Duration) {
		ctx, cancel := context.WithTimeout(context.Background(), 700*time.Millisecond)
		defer cancel()
		c := serveIn(ctx, t, g, 1)
		start := time.Now()
		var group sync.WaitGroup
		for _, p := range order {
			group.Go(func() {
				if r := c.ask(p, 0); p == "quick" {
					answer = r.text()
				} else if r.Status == http.StatusOK {
					t.Errorf("%s has an answer", p)
				}
			})
			time.Sleep(30 * time.Millisecond) // so that they come in order
		}
		<-ctx.Done()
		c.stop()
		group.Wait()
		return answer, time.Since(start)
	}
	recorded := open(t, dir, spec, up)
	said, _ := run(recorded, []string{"quick", "slow 1", "slow 2", "queued"})
	want := recorded.Usage(1)
	if err := recorded.Close(); err != nil || want.Calls != 3 || said == "" {
		t.Fatalf("%v, recorded %+v, %q", err, want, said)
	}
	again := replaying(t, dir, spec, true)
	got, waited := run(again, []string{"queued", "slow 2", "slow 1", "quick"}) // more than there are slots before the quick one
	if got != said || again.Usage(1) != want || again.Fault() != nil {
		t.Errorf("replayed %+v, recorded %+v, answer %q, fault %v", again.Usage(1), want, got, again.Fault())
	}
	if waited < 700*time.Millisecond {
		t.Errorf("the calls waited %s only", waited)
	}
}

// TestReplayOfAnExhaustedBudget asks in another order than in the record: the same
// calls are refused.
func TestReplayOfAnExhaustedBudget(t *testing.T) {
	for _, c := range []struct {
		total, perAttempt int
		code              string
	}{{5, 100, "total"}, {100, 5, "attempt"}} {
		spec, dir := testSpec(c.total, c.perAttempt, 4), t.TempDir()
		recorded := open(t, dir, spec, &echo{})
		one := serve(t, recorded, 1)
		const calls = 12
		for i := range calls {
			one.ask(fmt.Sprint(i), 0)
		}
		one.stop()
		if err := recorded.Close(); err != nil {
			t.Fatal(err)
		}
		again := replaying(t, dir, spec, false)
		two := serve(t, again, 1)
		for i := range calls {
			i = calls - 1 - i
			got := two.ask(fmt.Sprint(i), 0)
			refused := got.Error != nil && got.Status == http.StatusTooManyRequests && got.Error.Code == c.code
			if refused != (i >= 5) {
				t.Errorf("%s: call %d: %+v", c.code, i, got)
			}
		}
		two.stop()
		if again.Fault() != nil || again.Usage(1).Calls != 5 {
			t.Errorf("%s: fault %v, %+v", c.code, again.Fault(), again.Usage(1))
		}
	}
}
