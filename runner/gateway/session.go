package gateway

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/teacher"
)

// maxOccurrence bounds X-Occurrence.
const maxOccurrence = 1_000_000

// session serves one execution of an attempt's code.
type session struct {
	g           *Gateway
	ctx         context.Context // ends with the execution, not with a client
	stopping    chan struct{}
	attempt     int
	stored      map[key]Answer // of an earlier execution of the same code
	check       func() results.Check
	checking    sync.Mutex
	secondsLeft func() float64

	mu      sync.Mutex
	used    map[key]bool
	refused int // refunded calls that the teacher found fault with
}

// errStopping is a call that came too late or whose client left before it was sent.
var errStopping = errors.New("the execution has ended")

// inSlot waits for one of the teacher's slots, as long as the client waits, and
// holds it while f runs. A recording has no slots: calls that wait as they did in
// the record would keep out those that had an answer.
func (s *session) inSlot(client context.Context, f func() (Answer, error)) (Answer, error) {
	if s.g.recorded != nil {
		return f()
	}
	select {
	case s.g.slots <- struct{}{}:
		defer func() { <-s.g.slots }()
	case <-client.Done():
		return Answer{}, errStopping
	case <-s.stopping:
		return Answer{}, errStopping
	case <-s.ctx.Done():
		return Answer{}, errStopping
	}
	if s.ctx.Err() != nil { // it ended while the call waited
		return Answer{}, errStopping
	}
	return f()
}

// ask returns a stored answer or sends the call, unless the teacher refused too
// many: those are refunded, so that the budget alone would not end them.
func (s *session) ask(k key, req chatRequest, canonical []byte) (Answer, error) {
	if a, ok := s.stored[k]; ok {
		return a, nil
	}
	s.mu.Lock()
	over := s.refused >= s.g.spec.Protocol.Budget.TeacherCallsPerAttempt
	s.mu.Unlock()
	if over {
		return Answer{}, &exhaustedError{"refusals"}
	}
	return s.g.ask(s.ctx, k, req, canonical)
}

// leave waits, where the record stopped the code and its time is over, until the
// code or its client is gone: the record ended before the code could handle that.
func (s *session) leave(client context.Context) {
	if r := s.g.recorded; r == nil || s.ctx.Err() == nil || !r.stopped(s.attempt) {
		return
	}
	select {
	case <-s.stopping:
	case <-client.Done():
	}
}

// failed counts a refused call, and frees the number of one that was never sent:
// a program may make any number of those, and each would take memory.
func (s *session) failed(k key, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var spent *exhaustedError
	var call *teacher.CallError
	switch {
	case errors.Is(err, errStopping) || errors.As(err, &spent):
		delete(s.used, k)
	case errors.As(err, &call) && call.Refunded && requestRefused(call.Status):
		s.refused++
	}
}

// number gives the call its occurrence: the one the client names, unless it was
// taken in this execution; then, or without one, the smallest free one.
func (s *session) number(digest, header string) (key, error) {
	k := key{attempt: s.attempt, request: digest}
	if header != "" {
		n, err := strconv.Atoi(header)
		if err != nil || n < 0 || n > maxOccurrence {
			return key{}, &fieldError{"X-Occurrence", fmt.Errorf("must be an integer from 0 to %d", maxOccurrence)}
		}
		k.occurrence = n
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.used[k] {
		k.occurrence = 0
	}
	for s.used[k] {
		k.occurrence++
	}
	s.used[k] = true
	return k, nil
}
