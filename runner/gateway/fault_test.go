package gateway

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/disk/disktest"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/teacher"
)

// TestFullDiskLosesNoAnswer lets every operation on the disk fail in turn: once
// there is space, each call that was answered is in the ledger, and the execution
// can be repeated from it in this process and in the next.
func TestFullDiskLosesNoAnswer(t *testing.T) {
	spec := testSpec(100, 50, 2)
	var dir string
	var up *echo
	disktest.Sweep(t, func(t *testing.T) error {
		dir, up = t.TempDir(), &echo{}
		g, err := Open(record.Trial(dir), spec, up, Options{})
		if err != nil {
			return err
		}
		c := serve(t, g, 1)
		for i := range 4 {
			c.ask(fmt.Sprint(i), 0)
		}
		c.stop()
		fault := g.Fault()
		return errors.Join(fault, g.Close())
	}, func(t *testing.T, failed, err error) {
		asked := 0
		if up != nil {
			asked = up.count()
		}
		if failed != nil && err == nil {
			t.Errorf("%v went unnoticed", failed)
		}
		g := open(t, dir, spec, up)
		c := serve(t, g, 1)
		for i := range 4 {
			if r := c.ask(fmt.Sprint(i), 0); r.Status != 200 {
				t.Errorf("after %v: call %d: %d %+v", failed, i, r.Status, r.Error)
			}
		}
		c.stop()
		if up.count() != 4 {
			t.Errorf("after %v: the teacher was asked %d times, %d of them before; want 4", failed, up.count(), asked)
		}
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	})
}

// TestFullDiskIsMendedInPlace fills the disk while calls are answered, and frees it:
// the next execution of the same process finds the answers.
func TestFullDiskIsMendedInPlace(t *testing.T) {
	up := &echo{}
	g := open(t, t.TempDir(), testSpec(100, 50, 2), up)
	c := serve(t, g, 1)
	c.ask("a", 0)
	var writes atomic.Int32
	mend := disk.Break(func(op disk.Op, _ string) error {
		if op == disk.Write && writes.Add(1) > 1 { // the reservation fits
			return syscall.ENOSPC
		}
		return nil
	})
	if r := c.ask("b", 0); r.Status != 500 {
		t.Errorf("got %d", r.Status)
	}
	c.stop()
	<-g.Faulted()
	if _, err := g.Serve(context.Background(), 1, "/nowhere", nil, nil); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("served on a full disk: %v", err)
	}
	mend()
	c = serve(t, g, 1)
	for _, prompt := range []string{"a", "b", "c"} {
		if r := c.ask(prompt, 0); r.Status != 200 {
			t.Errorf("%s: %d %+v", prompt, r.Status, r.Error)
		}
	}
	if up.count() != 3 || g.Usage(1).Calls != 3 || g.Fault() != nil {
		t.Errorf("%d calls sent, %+v, fault %v", up.count(), g.Usage(1), g.Fault())
	}
}

// TestReturn gives the calls back that an execution lost, and their refusals; the
// ledger keeps them, and a replay of it charges none.
func TestReturn(t *testing.T) {
	fails := map[string]error{
		"lost":    &teacher.CallError{Err: errors.New("connection reset")},
		"refused": &teacher.CallError{Status: 400, Refunded: true, Err: errors.New("too long")},
	}
	up := &echo{before: func(_ context.Context, r teacher.Request) error { return fails[r.Messages[0].Content] }}
	dir, spec := t.TempDir(), testSpec(100, 10, 2)
	g := open(t, dir, spec, up)
	c := serve(t, g, 1)
	for _, prompt := range []string{"kept", "lost", "refused"} {
		c.ask(prompt, 0)
	}
	c.stop()
	if now, ever, err := g.Return(1, g.Fault()); now != 1 || ever != 1 || err != nil {
		t.Errorf("%d now, %d ever, %v", now, ever, err)
	}
	if now, ever, err := g.Return(1, errors.New("again")); now != 0 || ever != 1 || err != nil {
		t.Errorf("again: %d now, %d ever, %v", now, ever, err)
	}
	if u := g.Usage(1); u.Calls != 1 {
		t.Errorf("charged %+v", u)
	}
	delete(fails, "lost")
	c = serve(t, g, 1)
	c.ask("kept", 0)
	c.ask("lost", 0)
	c.stop()
	if err := g.Close(); err != nil {
		t.Fatal(err)
	}
	sum, err := ReadLedger(record.Trial(dir), spec.Protocol.Budget)
	if err != nil || sum.Total.Calls != 2 || sum.Returned != 1 || up.count() != 4 {
		t.Errorf("%+v, %v, %d calls sent", sum, err, up.count())
	}
	again := replaying(t, dir, spec, false)
	c = serve(t, again, 1)
	c.ask("kept", 0)
	c.ask("lost", 0)
	c.stop()
	if again.Usage(1) != sum.Total || again.Fault() != nil {
		t.Errorf("replayed %+v, fault %v", again.Usage(1), again.Fault())
	}
}

// TestBudgetSpentByLostCalls reopens a ledger in which a crash left as many calls in
// flight as there may be: a repeat that they leave no call is a fault.
func TestBudgetSpentByLostCalls(t *testing.T) {
	dir, spec := t.TempDir(), testSpec(100, 3, 1)
	log, err := disk.OpenLog(record.Trial(dir).Ledger(), func([]byte) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if _, err := log.Append(record.LedgerLine{Kind: record.Reserve, Attempt: 1, Request: fmt.Sprint(i)}); err != nil {
			t.Fatal(err)
		}
	}
	log.Close()
	g := open(t, dir, spec, &echo{})
	c := serve(t, g, 1)
	if r := c.ask("x", 0); r.Status != 429 || g.Fault() == nil {
		t.Errorf("%d, fault %v", r.Status, g.Fault())
	}
	c.stop()
	if _, ever, err := g.Return(1, g.Fault()); ever != 3 || err != nil {
		t.Errorf("%d returned, %v", ever, err)
	}
	c = serve(t, g, 1)
	if r := c.ask("x", 0); r.Status != 200 || g.Fault() != nil {
		t.Errorf("%d, fault %v", r.Status, g.Fault())
	}
}

// TestForbidden takes 403 for the program's own beside an answered call, and for a
// fault where nothing is answered.
func TestForbidden(t *testing.T) {
	for _, status := range []int{403, 451} {
		for _, answered := range []bool{true, false} {
			g := open(t, t.TempDir(), testSpec(100, 5, 2), failsOn("bad", &teacher.CallError{Status: status, Refunded: true, Err: errors.New("moderated")}))
			c := serve(t, g, 1)
			for i := range 8 {
				if r := c.ask("bad", i); r.Status != 400 && r.Status != 429 {
					t.Errorf("%d: call %d: %d", status, i, r.Status)
				}
			}
			if answered {
				g.run.answered++ // as a call in flight is
			}
			if fault := g.Fault() != nil; fault == answered {
				t.Errorf("%d beside an answer %v: fault %v", status, answered, g.Fault())
			}
			if sent := g.up.(*echo).count(); sent != 5 {
				t.Errorf("%d requests reached the teacher, want as many as the attempt has calls", sent)
			}
		}
	}
}

// TestSlowTeacherIsNoFault lets a call be overdue and then be answered.
func TestSlowTeacherIsNoFault(t *testing.T) {
	up := &echo{before: func(context.Context, teacher.Request) error { time.Sleep(60 * time.Millisecond); return nil }}
	g, err := Open(record.Trial(t.TempDir()), testSpec(10, 10, 1), up, Options{Overdue: 10 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Close() })
	c := serve(t, g, 1)
	if r := c.ask("x", 0); r.Status != 200 || g.Fault() != nil {
		t.Errorf("%d, fault %v", r.Status, g.Fault())
	}
}

// TestInterruptKeepsCallsInFlight ends the context of an execution while a call is
// in flight: its answer is stored, and no other call is sent.
func TestInterruptKeepsCallsInFlight(t *testing.T) {
	sent, proceed := make(chan struct{}), make(chan struct{})
	up := &echo{before: func(context.Context, teacher.Request) error { close(sent); <-proceed; return nil }}
	g := open(t, t.TempDir(), testSpec(10, 10, 1), up)
	ctx, interrupt := context.WithCancel(context.Background())
	c := serveIn(ctx, t, g, 1)
	answered := make(chan int)
	go func() { answered <- c.ask("x", 0).Status }()
	<-sent
	interrupt()
	if r := c.ask("y", 0); r.Status != 503 {
		t.Errorf("a call after the interrupt: %d", r.Status)
	}
	close(proceed)
	if got := <-answered; got != 200 {
		t.Errorf("the call in flight: %d", got)
	}
	c.stop()
	if u := g.Usage(1); u.Calls != 1 || u.OutputTokens != 5 || g.Fault() != nil {
		t.Errorf("%+v, fault %v", u, g.Fault())
	}
}
