package runner

import (
	"context"
	"errors"
	"fmt"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/student"
)

// spentError is the cause with which a step ends when a budget does.
type spentError struct{ reason results.EndReason }

// Spent is the error of an agent or a student that ends the trial for the reason.
func Spent(reason results.EndReason) error { return &spentError{reason} }

func (e *spentError) Error() string { return "the trial ends: " + string(e.reason) }

var (
	errTimeUp    = &spentError{results.EndTime}
	errAgentTime = &spentError{results.EndAgent}
)

// student bounds a use of the student by the run time left and returns the
// seconds it took. Waiting for a place to run is no run time (protocol.md section 6).
func (t *trial) student(ctx context.Context, f func(context.Context) error) (seconds float64, err error) {
	stopped := t.stopped()
	ctx, meter := student.Metered(ctx, t.state.TimeLeft(), errTimeUp, t.Clock.Now)
	if err = timeUp(ctx, f(ctx)); errors.Is(err, errTimeUp) && t.stopped() > stopped {
		err = suspended(t.stopped() - stopped)
	}
	seconds = meter.Stop().Seconds()
	t.used = seconds
	t.paid += meter.Paid()
	if errors.Is(err, errTimeUp) {
		t.cut = seconds
	}
	return seconds, err
}

// timeUp is the spent budget in place of an error that a step bounded by it gave
// after its end: whatever it says, there was no time left for another outcome.
func timeUp(ctx context.Context, err error) error {
	var spent *spentError
	if err != nil && errors.As(context.Cause(ctx), &spent) {
		return spent
	}
	return err
}

// loop asks the workflow and acts until it says finish. When a budget ends
// within a step, the attempt ends as it stands (protocol.md section 5) and the trial
// with it; that is an event, so that a resume does not try the step again. A
// step that the platform failed is done again, which is an event too, and so is
// one that an interrupt ended. A trial that is cancelled ends without a score.
func (t *trial) loop(ctx context.Context) error {
	ctx, stop := t.cancellable(ctx)
	defer stop()
	var down outage
	for t.state.End == "" && !t.opened() {
		switch err := context.Cause(ctx); {
		case errors.Is(err, errCancelled):
			return t.cancelled()
		case err != nil:
			return err
		}
		action, err := agents.Next(&t.state)
		if err != nil {
			return err
		}
		t.report(string(action.Kind))
		begin := t.Clock.Now()
		stop := t.beat(action, begin)
		err = t.act(ctx, action)
		stop()
		var spent *spentError
		switch {
		case errors.As(err, &spent):
			err = t.end(spent.reason)
		case err != nil && ctx.Err() != nil:
			err = errors.Join(err, t.interrupted(action, begin, err))
		case err != nil && t.opening:
		case err != nil:
			if err = t.outlast(ctx, action, err, &down); err == nil {
				continue
			}
		}
		if err != nil && !errors.Is(context.Cause(ctx), errCancelled) {
			return fmt.Errorf("%s: %w", action.Kind, err)
		}
		down = outage{}
	}
	return nil
}

// opened reports a trial that is to be left here, with its first reply.
func (t *trial) opened() bool {
	return t.opening && len(t.state.Attempts) > 0 && t.state.Attempts[0].Replied
}

func (t *trial) act(ctx context.Context, a agents.Action) error {
	if err := t.room(); err != nil {
		return err
	}
	t.paid = 0
	switch a.Kind {
	case agents.Ask:
		return t.ask(ctx, a)
	case agents.Execute:
		return t.execute(ctx, a.Attempt)
	case agents.Check:
		return t.check(a.Attempt)
	case agents.Train:
		return t.train(ctx, a.Attempt)
	case agents.Evaluate:
		return t.evaluate(ctx, a.Attempt)
	case agents.Finish:
		return t.end(a.Reason)
	}
	return fmt.Errorf("unknown action")
}

// end closes the loop, so that the events tell of all that the ledger has.
func (t *trial) end(reason results.EndReason) error {
	data := results.EndData{Reason: reason, StudentSeconds: t.cut}
	if t.cut > 0 {
		data.GPUSeconds, data.StudentCost = t.GPUs.student(t.cut), t.paid
	}
	if cut := t.unreported(); cut.Calls > 0 {
		data.Agent = &cut
	}
	return t.append(results.TrialEnded, data)
}
