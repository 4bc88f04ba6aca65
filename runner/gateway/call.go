package gateway

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/autodatabench/autodatabench/agents/dialect"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/cut"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/teacher"
)

const teacherHint = "check that the teacher is up and that its key is right, then resume"

// exhaustedError is a call that was not sent because a budget has none left.
type exhaustedError struct{ budget string } // total | attempt | refusals

func (e *exhaustedError) Error() string {
	switch e.budget {
	case "total":
		return "no teacher calls left in this run"
	case "refusals":
		return "the teacher refused as many requests of this program as it may make calls; no more are sent"
	}
	return "no teacher calls left for this attempt"
}

// ask takes one call through admission, reservation, teacher and settlement. ctx
// ends with the execution and not with the client: a call that is charged is also
// kept.
func (g *Gateway) ask(ctx context.Context, k key, req chatRequest, canonical []byte) (record.Answer, error) {
	if err := g.course.begin(ctx, k); err != nil {
		return record.Answer{}, err
	}
	r := record.LedgerLine{Kind: record.Reserve, Attempt: k.attempt, Request: k.request, Occurrence: k.occurrence}
	if err := g.admit(r); err != nil {
		return record.Answer{}, err
	}
	if err := g.write(r, nil); err != nil {
		return record.Answer{}, err
	}
	begin := g.now()
	resp, err := g.course.send(ctx, req.upstream(callSeed(g.spec.Seed, k)))
	took := g.now().Sub(begin)
	if err != nil {
		return record.Answer{}, g.fail(ctx, r, err, took)
	}
	answer := record.Answer{
		Content: strings.ToValidUTF8(resp.Content, "\ufffd"), FinishReason: resp.FinishReason,
		InputTokens: resp.InputTokens, OutputTokens: resp.OutputTokens, Simulated: resp.Simulated, Adapted: resp.Adapted,
	}
	line, err := disk.Canonical(record.Exchange{Attempt: k.attempt, Digest: k.request, Occurrence: k.occurrence, Request: json.RawMessage(canonical), Response: answer})
	if err != nil {
		return record.Answer{}, fmt.Errorf("encode exchange: %w", err)
	}
	r.Kind, r.Outcome, r.Exchange, r.Input, r.Output = record.Settle, record.Answered, disk.Digest(line), resp.InputTokens, resp.OutputTokens
	r.Simulated = resp.Simulated
	if err := g.settle(r, line, nil); err != nil {
		return record.Answer{}, err
	}
	g.ended(Call{
		Attempt: k.attempt, Outcome: record.Answered, Took: took, Input: resp.InputTokens, Output: resp.OutputTokens,
		Finish: resp.FinishReason, Simulated: resp.Simulated,
	})
	g.mu.Lock()
	defer g.mu.Unlock()
	g.run.answered++
	g.run.last = g.now()
	return answer, nil
}

// now is the time by the options' clock; zero without one.
func (g *Gateway) now() time.Time {
	if g.opts.Now == nil {
		return time.Time{}
	}
	return g.opts.Now()
}

func (g *Gateway) ended(c Call) {
	if g.opts.Ended != nil {
		g.opts.Ended(c)
	}
}

// admit charges the call in memory, so that no other call can take its place
// while the reservation is being written. The teacher may refuse as many calls of
// an attempt as the attempt may make: refused calls cost nothing, and the budget
// would never end them.
func (g *Gateway) admit(r record.LedgerLine) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if over := g.book.exhausted(r.Attempt); over != "" {
		return &exhaustedError{over}
	}
	if g.book.losses[r.Attempt].refused >= g.book.budget.TeacherCallsPerAttempt {
		return &exhaustedError{"refusals"}
	}
	return g.book.apply(r)
}

// settle makes the end of a call durable and only then counts it: a refunded
// call frees its place in the budget when a crash can no longer undo the refund.
func (g *Gateway) settle(r record.LedgerLine, exchange []byte, down error) error {
	g.mu.Lock()
	g.run.note(down)
	g.mu.Unlock()
	return g.write(r, exchange)
}

// fail ends a call without an answer: refunded when the teacher certainly did
// no work, charged otherwise.
func (g *Gateway) fail(ctx context.Context, r record.LedgerLine, err error, took time.Duration) error {
	call := teacher.AsCallError(err)
	r.Kind, r.Detail, r.Cut = record.Refund, cut.Runes(err.Error(), 300, "..."), interrupted(ctx, err)
	r.Refused = call.Refunded && refusal(call.Status)
	if !call.Refunded {
		r.Kind, r.Outcome = record.Settle, record.Unknown
	}
	var down error
	if !forProgram(call) && !r.Cut && !errors.Is(err, errAsRecorded) {
		down = &results.Error{Kind: kindOf(call), Hint: hintOf(call), Err: err, After: call.RetryAfter}
	}
	if unclear(call) && down != nil {
		g.mu.Lock()
		g.run.denied = cmp.Or(g.run.denied, down)
		g.mu.Unlock()
		down = nil
	}
	if err := g.settle(r, nil, down); err != nil {
		return err
	}
	g.ended(Call{Attempt: r.Attempt, Outcome: cmp.Or(r.Outcome, string(record.Refund)), Took: took, Status: call.Status})
	return call
}

// interrupted reports an error that comes of the end of ctx alone. A teacher that
// had failed before the end gives another one.
func interrupted(ctx context.Context, err error) bool {
	if ctx.Err() == nil {
		return false
	}
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Cause(ctx))
}

// refusal reports a status by which a server refuses a request that it has looked
// at. 408 and 429 say that it has not.
func refusal(status int) bool {
	return status >= 300 && status < 500 && status != http.StatusRequestTimeout && status != http.StatusTooManyRequests
}

// forProgram reports a refusal that names what the program chose, such as a prompt
// that is too long.
func forProgram(call *teacher.CallError) bool {
	return blamesRequest(call.Status) && (call.Blame == dialect.Prompt || call.Blame == dialect.Sampling)
}

// unclear reports a refusal by which servers turn down a prompt as well as what the
// platform chose: a status for what is forbidden, also for a key that they do not
// take, or words that name nothing. Answers beside it tell the two apart.
func unclear(call *teacher.CallError) bool {
	return call.Status == http.StatusForbidden || call.Status == http.StatusUnavailableForLegalReasons ||
		blamesRequest(call.Status) && call.Blame == dialect.Nobody
}

// blamesRequest reports a status that means that what was sent is at fault.
func blamesRequest(status int) bool {
	switch status {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		return true
	}
	return false
}

// kindOf is the kind of a fault of the teacher. One that names what the experiment
// chose is bad input: no waiting helps.
func kindOf(call *teacher.CallError) results.Kind {
	if blamesRequest(call.Status) {
		return results.BadInput
	}
	return results.Infrastructure
}

func hintOf(call *teacher.CallError) string {
	if blamesRequest(call.Status) {
		return "the teacher's server does not take what the experiment sends; teacher.request, stream and system change that"
	}
	return teacherHint
}

// callSeed is the seed of a call's sampling: the same for the same call of the
// same trial, whatever the order of calls. It has 53 bits, which every JSON
// number can hold.
func callSeed(trial int64, k key) int64 {
	h := sha256.New()
	for _, v := range []int64{trial, int64(k.attempt), int64(k.occurrence)} {
		binary.Write(h, binary.BigEndian, v)
	}
	h.Write([]byte(k.request))
	return int64(binary.BigEndian.Uint64(h.Sum(nil)) >> 11)
}
