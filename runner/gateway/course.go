package gateway

import (
	"context"
	"fmt"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/teacher"
)

// course is the way of a call to the teacher: as it comes, or as a recording has
// it.
type course interface {
	// enter waits for the call's turn, as long as its client waits. leave ends it.
	enter(client context.Context, s *session) (leave func(), err error)

	// begin does what comes before the call in the ledger.
	begin(ctx context.Context, k key) error

	// send asks the teacher.
	send(ctx context.Context, q teacher.Request) (teacher.Response, error)

	// refuse comes before the client is told that its call has no answer.
	refuse(client context.Context, s *session)
}

// hanging is how long a teacher that answers no call at all is waited for.
const hanging = 10 * time.Minute

// live is the course of calls to a teacher that is there.
type live struct{ g *Gateway }

// enter waits for one of the teacher's slots.
func (l live) enter(client context.Context, s *session) (leave func(), err error) {
	leave = func() { <-l.g.slots }
	select {
	case l.g.slots <- struct{}{}: // without a look at the client, which costs more
	default:
		select {
		case l.g.slots <- struct{}{}:
		case <-client.Done():
			return nil, errStopping
		case <-s.stopping:
			return nil, errStopping
		case <-s.ctx.Done():
			return nil, errStopping
		}
	}
	if s.ctx.Err() != nil { // it ended while the call waited
		leave()
		return nil, errStopping
	}
	return leave, nil
}

func (live) begin(context.Context, key) error { return nil }

// send takes a teacher that gives no answer in time for faulty before the call
// ends: the time of the code may cut it off, and would then hide that the teacher
// hangs.
func (l live) send(ctx context.Context, q teacher.Request) (teacher.Response, error) {
	g := l.g
	g.mu.Lock()
	before := g.run.answered
	g.mu.Unlock()
	late := time.AfterFunc(g.opts.Overdue, func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.run.late++
	})
	defer time.AfterFunc(max(hanging, g.opts.Overdue), func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		if g.run.answered == before {
			g.run.note(results.Infra(fmt.Errorf("the teacher answers nothing since %s", max(hanging, g.opts.Overdue)), teacherHint))
		}
	}).Stop()
	answer, err := g.up.Complete(ctx, q)
	if !late.Stop() && err == nil { // slow, but it answers
		g.mu.Lock()
		defer g.mu.Unlock()
		g.run.late--
	}
	return answer, err
}

func (live) refuse(context.Context, *session) {}

// relived is the course of calls in a replay.
type relived struct {
	g *Gateway
	r *Recording
}

// enter has no slots: calls that wait as they did in the record would keep out
// those that had an answer.
func (relived) enter(context.Context, *session) (leave func(), err error) {
	return func() {}, nil
}

// begin does what the record has before the call's last execution.
func (l relived) begin(ctx context.Context, k key) error {
	l.g.mu.Lock()
	exhausted := l.g.book.exhausted(k.attempt)
	l.g.mu.Unlock()
	lost, err := l.r.before(ctx, k, exhausted)
	if err != nil {
		return err
	}
	for range lost {
		r := record.LedgerLine{Kind: record.Reserve, Attempt: k.attempt, Request: k.request, Occurrence: k.occurrence}
		if err := l.g.admit(r); err != nil {
			return err
		}
		if err := l.g.write(r, nil); err != nil {
			return err
		}
		r.Kind, r.Outcome, r.Detail = record.Settle, record.Unknown, errAsRecorded.Error()
		if err := l.g.settle(r, nil, nil); err != nil {
			return err
		}
	}
	return nil
}

// send waits where the record did.
func (l relived) send(ctx context.Context, q teacher.Request) (teacher.Response, error) {
	return l.r.Complete(ctx, q)
}

// refuse waits, where the record stopped the code and its time is over, until the
// code or its client is gone: the record ended before the code could handle that.
func (l relived) refuse(client context.Context, s *session) {
	if s.ctx.Err() == nil || !l.r.stopped(s.attempt) {
		return
	}
	select {
	case <-s.stopping:
	case <-client.Done():
	}
}
