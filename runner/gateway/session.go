package gateway

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
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
	stored      map[key]record.Answer // of an earlier execution of the same code
	check       func() results.Check
	checking    sync.Mutex
	secondsLeft func() float64

	mu      sync.Mutex
	used    map[key]bool
	refused int // refunded calls that the teacher found fault with
}

// errStopping is a call that came too late or whose client left before it was sent.
var errStopping = errors.New("the execution has ended")

// answer waits for the call's turn and asks.
func (s *session) answer(client context.Context, k key, req chatRequest, canonical []byte) (record.Answer, error) {
	leave, err := s.g.course.enter(client, s)
	if err != nil {
		return record.Answer{}, err
	}
	defer leave()
	return s.ask(k, req, canonical)
}

// ask returns a stored answer or sends the call, unless the teacher refused too
// many: those are refunded, so that the budget alone would not end them.
func (s *session) ask(k key, req chatRequest, canonical []byte) (record.Answer, error) {
	if a, ok := s.stored[k]; ok {
		return a, nil
	}
	s.mu.Lock()
	over := s.refused >= s.g.spec.Protocol.Budget.TeacherCallsPerAttempt
	s.mu.Unlock()
	if over {
		return record.Answer{}, &exhaustedError{"refusals"}
	}
	return s.g.ask(s.ctx, k, req, canonical)
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
