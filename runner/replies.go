package runner

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"strings"
	"time"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/agents/prompt"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
)

// ask opens attempt a.Attempt, unless it is open already, and asks the agent.
func (t *trial) ask(ctx context.Context, a agents.Action) error {
	p, err := t.prompt(a)
	if err != nil {
		return err
	}
	kept, err := t.attempt(a.Attempt).Reply().Read()
	reply := kept.Reply
	if errors.Is(err, fs.ErrNotExist) { // else a crash kept it out of the record
		if reply, err = t.answer(ctx, p); err == nil {
			err = t.writeReply(a.Attempt, reply)
		}
	}
	if err != nil {
		return err
	}
	if err := t.meter(a.Attempt, reply); err != nil {
		return err
	}
	return t.keepReply(a.Attempt, reply)
}

// answer asks the agent within its budgets.
func (t *trial) answer(ctx context.Context, p record.Prompt) (results.Reply, error) {
	books := t.state
	books.Usage = books.Usage.WithAgent(t.gateway.Agent()) // with replies that have no event
	most, spent := books.OutputAllowed(prompt.Tokens(p.Messages))
	if spent = cmp.Or(spent, books.AgentSpent()); spent != "" {
		return results.Reply{}, &spentError{spent}
	}
	return t.reply(ctx, p, most)
}

// writeReply makes the reply durable together with what it used, before anything
// else is done with it: a crash from here on loses neither.
func (t *trial) writeReply(n int, reply results.Reply) error {
	if err := keepText(t.attempt(n).AgentLog(), reply.Log, reply.Log != ""); err != nil {
		return err
	}
	return t.attempt(n).Reply().Write(record.Reply{Reply: reply})
}

// meter puts the reply into the ledger, unless it is there or its calls are.
func (t *trial) meter(n int, reply results.Reply) error {
	if reply.Metered && t.metered {
		return nil
	}
	digest, err := disk.DigestOf(reply)
	if err != nil {
		return err
	}
	return t.gateway.RecordAgent(n, digest, results.AgentUse{Calls: 1, Tokens: reply.Tokens, Cost: reply.Costs(t.state.Spec.Price)})
}

// reply asks the agent within what is left of the run time and of the agent's
// own.
func (t *trial) reply(ctx context.Context, p record.Prompt, most int64) (reply results.Reply, err error) {
	left, cause := t.state.TimeLeft(), errTimeUp
	if budget := t.state.Spec.Protocol.Budget.AgentTime; budget > 0 && budget-t.state.AgentTime < left {
		left, cause = budget-t.state.AgentTime, errAgentTime
	}
	patience := t.patience()
	later, end := linger(ctx)
	defer end()
	bounded, cancel := context.WithTimeoutCause(later, max(left, patience+patience/8), cause)
	defer cancel()
	asking, kill := context.WithCancelCause(bounded)
	defer kill(nil)
	stopped := t.stopped()
	if t.metered { // a program of the agent's own, which would go on
		go t.endStopped(asking, stopped, kill)
	}
	seconds, err := t.timed(func() (err error) {
		reply, err = t.Agent.Reply(asking, agents.Request{
			Trial: t.state.Spec.TrialID, Attempt: p.Attempt, Op: p.Op, Messages: p.Messages,
			Seed: Derive(t.state.Spec.Seed, "agent", p.Attempt), MaxTokens: most, Patience: patience,
		})
		return err
	})
	// A server that had failed before the end is the platform's fault.
	if errors.Is(err, cause) || errors.Is(err, context.DeadlineExceeded) {
		err = timeUp(bounded, err)
	}
	if err == nil && reply.Seconds == 0 && seconds > left.Seconds() {
		err = cause // it came after the end
	}
	if t.stopped() > stopped && (t.metered || errors.Is(err, cause)) {
		err = suspended(t.stopped() - stopped)
	}
	if err != nil && !t.metered && mayBePaid(err) {
		err = errors.Join(err, t.gateway.CutAgent(p.Attempt, err))
	}
	reply.Seconds = cmp.Or(reply.Seconds, seconds)
	reply.Text = strings.ToValidUTF8(reply.Text, "\uFFFD") // as its file holds it, by whose digest it is known
	return reply, err
}

// patience is how long the agent's server may be silent: without a bound well below
// the run time, one that hangs would look like the end of the run time. Where less
// time is left than that, the trial waits to know which of the two it is.
func (t *trial) patience() time.Duration {
	b := t.state.Spec.Protocol.Budget
	patience := min(15*time.Minute, b.RunTime/4)
	if b.AgentTime > 0 {
		patience = min(patience, b.AgentTime/4)
	}
	return patience
}

// lingering is how long calls in flight may go on after an interrupt.
const lingering = 10 * time.Second

// linger is a context that ends a while after ctx does, for a call that is in flight
// and paid for.
func linger(ctx context.Context) (later context.Context, end func()) {
	later, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		time.AfterFunc(lingering, func() { cancel(context.Cause(ctx)) })
	})
	return later, func() {
		stop()
		cancel(nil)
	}
}

// mayBePaid reports an error of a call that may have reached the model.
func mayBePaid(err error) bool {
	var known *results.Error
	return !errors.As(err, &known) || known.Kind == results.Infrastructure
}

// keepReply writes what is found in the reply, and records it with what the
// agent's model used since the event before.
func (t *trial) keepReply(n int, reply results.Reply) error {
	plan, code, failure, detail := judge(reply)
	if err := t.attempt(n).Plan().Write([]byte(plan)); err != nil {
		return err
	}
	if err := keepText(t.attempt(n).Code(), code, failure == ""); err != nil {
		return err
	}
	return t.append(results.AgentReplied, results.ReplyData{
		Reply: disk.Digest([]byte(reply.Text)), Code: failure == "", Failure: failure, Detail: detail,
		Finish: reply.Finish, Seconds: reply.Seconds, Before: t.state.Cut.Seconds(), AgentUse: t.unreported(),
	})
}

// unreported is what the agent's model used and no event tells of.
func (t *trial) unreported() results.AgentUse {
	return t.gateway.Agent().Since(t.state.Usage.Agent())
}

// judge takes plan and program out of a reply, or says what is wrong with it.
func judge(reply results.Reply) (plan, code string, failure results.Failure, detail string) {
	if reply.Unanswered != "" {
		return "", "", results.Classify(results.Signs{Unanswered: true}), reply.Unanswered
	}
	plan, code, failure, detail = agents.Extract(reply.Text, reply.Finish == results.FinishLength)
	if why := reply.Finish.Explain(); failure != "" && why != "" {
		detail = why + ": " + detail
	}
	return plan, code, failure, detail
}

// keepText writes a file of a reply, or removes that of an earlier reply to the
// same prompt, which a crash kept out of the record.
func keepText(file record.Text, text string, has bool) error {
	if has {
		return file.Write([]byte(text))
	}
	return file.Remove()
}
