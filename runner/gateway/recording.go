package gateway

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/teacher"
)

// Recording is the teacher of a recorded trial: it gives the stored answers again
// and asks nobody. Calls are known by the seed that the gateway derives from
// attempt, request and occurrence. As in the record:
//   - a call that was charged without an answer is charged and has none;
//   - a call that no budget had a place for, and one that came too late, is not
//     in the ledger: which of the two it was is told by whether a budget of the
//     attempt ever was exhausted, and whether its code was stopped for its time;
//   - a call that had no answer when its execution ended waits for that end.
//
// No failure of a recorded call is a fault of the platform: the record went on.
// The order of concurrent calls is not repeated. It matters in one case: a call that
// was refunded may hold the last place of a budget while another asks for it.
type Recording struct {
	name      string
	simulated bool
	seed      int64 // of the trial
	calls     map[int64]*recordedCall
	exhausted map[int]string // by attempt, the budget that had no call left at some time
	stopped   func(attempt int) bool
}

// recordedCall is what the record has of a call. Of several executions of the
// same code the last one counts.
type recordedCall struct {
	attempt int
	answer  *record.Answer     // nil for none
	failed  *teacher.CallError // why there is no answer
	cut     bool               // its execution ended before it did
	open    bool               // a reservation that is not settled
	lost    int                // how often an execution before was charged for it without an answer
}

var (
	_ teacher.Teacher = (*Recording)(nil)

	errAsRecorded = errors.New("as recorded")
)

// OpenRecording reads the stored calls of the trial folder, which was run under
// the spec. stopped says whether an attempt's code was stopped for its time.
func OpenRecording(dir record.Trial, spec results.Spec, stopped func(attempt int) bool) (*Recording, error) {
	r := &Recording{
		name: spec.Teacher, simulated: spec.Simulated, seed: spec.Seed, stopped: stopped,
		calls: map[int64]*recordedCall{}, exhausted: map[int]string{},
	}
	answers := map[string]record.Answer{}
	err := dir.Teacher().Read(func(digest string, e record.Exchange) error {
		answers[digest] = e.Response
		r.calls[callSeed(spec.Seed, key{e.Attempt, e.Digest, e.Occurrence})] = &recordedCall{attempt: e.Attempt, answer: &e.Response} // if there is no ledger
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read recorded teacher: %w", err)
	}
	b := newBook(spec.Protocol.Budget)
	err = disk.ReadLog(dir.Ledger(), func(line []byte) error {
		var said record.LedgerLine
		if err := json.Unmarshal(line, &said); err != nil {
			return err
		}
		if err := b.apply(said); err != nil {
			return err
		}
		return r.take(said, b.exhausted(said.Attempt), answers)
	})
	if err != nil {
		return nil, fmt.Errorf("read recorded teacher: %w", err)
	}
	return r, nil
}

// take adds a record of the ledger, after which the named budget is exhausted.
func (r *Recording) take(said record.LedgerLine, exhausted string, answers map[string]record.Answer) error {
	switch said.Kind {
	case record.OfAgent:
		return nil
	case record.Return:
		r.forget(said.Attempt)
		return nil
	}
	if exhausted != "" {
		r.exhausted[said.Attempt] = exhausted
	}
	seed := callSeed(r.seed, keyOf(said))
	call := r.calls[seed]
	if call == nil {
		call = &recordedCall{attempt: said.Attempt}
		r.calls[seed] = call
	}
	switch {
	case said.Kind == record.Reserve:
		if call.open || call.failed != nil && !call.failed.Refunded {
			call.lost++
		}
		call.answer, call.failed = nil, &teacher.CallError{Err: errAsRecorded}
		call.open, call.cut = true, false
		return nil
	case said.Outcome == record.Answered:
		answer, ok := answers[said.Exchange]
		if !ok {
			return fmt.Errorf("the answer %s is missing", said.Exchange)
		}
		call.answer, call.failed = &answer, nil
	default:
		status := 0
		fmt.Sscanf(said.Detail, "teacher answered %d:", &status) // stays 0 where there was none
		call.cut = said.Cut
		call.failed = &teacher.CallError{Status: status, Refunded: said.Kind == record.Refund, Err: errAsRecorded}
	}
	call.open = false
	return nil
}

// forget drops the attempt's calls that have no answer: a fault of the platform
// ended their execution, and they were given back.
func (r *Recording) forget(attempt int) {
	delete(r.exhausted, attempt)
	for seed, call := range r.calls {
		if call.attempt == attempt && call.answer == nil {
			delete(r.calls, seed)
		} else if call.attempt == attempt {
			call.lost = 0
		}
	}
}

// before is asked before a call is admitted, with the budget that has none left: it
// keeps out what the record did not admit, and says how often the call was charged
// before its last execution.
func (r *Recording) before(ctx context.Context, k key, exhausted string) (lost int, err error) {
	if call := r.calls[callSeed(r.seed, k)]; call != nil {
		return call.lost, nil
	}
	if budget := cmp.Or(r.exhausted[k.attempt], exhausted); budget != "" {
		return 0, &exhaustedError{budget}
	}
	if r.stopped(k.attempt) {
		<-ctx.Done()
		return 0, errStopping
	}
	return 0, nil
}

// Complete gives the recorded answer to the call.
func (r *Recording) Complete(ctx context.Context, q teacher.Request) (teacher.Response, error) {
	call := r.calls[q.Seed]
	switch {
	case call == nil:
		return teacher.Response{}, &teacher.CallError{Refunded: true, Err: errors.New("the recording has no such call")}
	case call.cut:
		<-ctx.Done()
		return teacher.Response{}, &teacher.CallError{Refunded: call.failed.Refunded, Err: ctx.Err()}
	case call.failed != nil:
		return teacher.Response{}, call.failed
	}
	a := call.answer
	return teacher.Response{Content: a.Content, FinishReason: a.FinishReason, InputTokens: a.InputTokens, OutputTokens: a.OutputTokens, Simulated: a.Simulated, Adapted: a.Adapted}, nil
}

// Name is that of the recorded teacher.
func (r *Recording) Name() string { return r.name }

// Simulated says whether the recorded trial was.
func (r *Recording) Simulated() bool { return r.simulated }
