package gateway

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"autodatabench/results"
	"autodatabench/results/folder"
	"autodatabench/runner/teacher"
)

// exhaustedError is a call that was not sent because a budget has none left.
type exhaustedError struct{ budget string } // total | attempt

func (e *exhaustedError) Error() string {
	if e.budget == "total" {
		return "no teacher calls left in this run"
	}
	return "no teacher calls left for this attempt"
}

// ask takes one admitted call through reservation, teacher and settlement. It
// returns a stored answer when the key has one. ctx ends with the execution's
// platform and not with the client: a call that is charged is also kept.
func (g *Gateway) ask(ctx context.Context, k key, req chatRequest, canonical []byte, stored map[key]Answer) (Answer, error) {
	if a, ok := stored[k]; ok {
		return a, nil
	}
	r := record{Kind: kindReserve, Attempt: k.attempt, Request: k.request, Occurrence: k.occurrence}
	if err := g.admit(r); err != nil {
		return Answer{}, err
	}
	if err := g.write(r, nil); err != nil {
		return Answer{}, err
	}
	resp, err := g.up.Complete(ctx, req.upstream(callSeed(g.spec.Seed, k)))
	if err != nil {
		return Answer{}, g.fail(r, err)
	}
	answer := Answer{Content: strings.ToValidUTF8(resp.Content, "\ufffd"), FinishReason: resp.FinishReason, InputTokens: resp.InputTokens, OutputTokens: resp.OutputTokens}
	line, err := folder.Canonical(Exchange{Attempt: k.attempt, Digest: k.request, Occurrence: k.occurrence, Request: json.RawMessage(canonical), Response: answer})
	if err != nil {
		return Answer{}, fmt.Errorf("encode exchange: %w", err)
	}
	r.Kind, r.Outcome, r.Exchange, r.Input, r.Output = kindSettle, answered, folder.Digest(line), resp.InputTokens, resp.OutputTokens
	if err := g.settle(r, line, nil); err != nil {
		return Answer{}, err
	}
	return answer, nil
}

// admit charges the call in memory, so that no other call can take its place
// while the reservation is being written.
func (g *Gateway) admit(r record) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if over := g.book.exhausted(r.Attempt); over != "" {
		return &exhaustedError{over}
	}
	return g.book.apply(r)
}

// settle makes the end of a call durable and only then counts it: a refunded
// call frees its place in the budget when a crash can no longer undo the refund.
func (g *Gateway) settle(r record, exchange []byte, down error) error {
	if err := g.write(r, exchange); err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.down = down
	return g.book.apply(r)
}

// fail ends a call without an answer: refunded when the teacher certainly did
// no work, charged otherwise.
func (g *Gateway) fail(r record, err error) error {
	call := teacher.AsCallError(err)
	r.Kind, r.Detail = kindRefund, clip(err.Error(), 300)
	if !call.Refunded {
		r.Kind, r.Outcome = kindSettle, unknown
	}
	var down error
	if !requestRefused(call.Status) && !errors.Is(err, context.Canceled) {
		down = results.Infra("check that the teacher is up and that its key is right, then resume", err)
	}
	if err := g.settle(r, nil, down); err != nil {
		return err
	}
	return call
}

// requestRefused reports a status that means that this request, and not the
// teacher, is at fault: a prompt that is too long, for one.
func requestRefused(status int) bool {
	switch status {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		return true
	}
	return false
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
