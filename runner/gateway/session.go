package gateway

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
)

// maxOccurrence bounds X-Occurrence.
const maxOccurrence = 1_000_000

// session serves one execution of an attempt's code.
type session struct {
	g           *Gateway
	ctx         context.Context // ends with the execution: no call is sent any more
	calls       context.Context // ends somewhat later: calls in flight are given up
	stopping    chan struct{}
	attempt     int
	stored      map[key]record.Answer // of an earlier execution of the same code
	check       func(context.Context) results.Check
	checking    sync.Mutex   // held while the one check goes on
	handlers    sync.RWMutex // held for reading by each handler, and for good by the end
	secondsLeft func() float64
	lost        int // calls of earlier executions that are charged and have no answer

	mu   sync.Mutex
	used map[mark]struct{}
	next map[[16]byte]uint32 // of a request that was made again: all occurrences below are used
}

// mark is what a session remembers of a call: half of the request's digest, which no two
// requests share, and the occurrence. Code may make any number of calls.
type mark struct {
	request    [16]byte
	occurrence uint32
}

func markOf(k key) (m mark) {
	_, _ = hex.Decode(m.request[:], []byte(k.request)[:2*len(m.request)]) // of a digest
	m.occurrence = uint32(k.occurrence)
	return m
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

// ask returns a stored answer or sends the call.
func (s *session) ask(k key, req chatRequest, canonical []byte) (record.Answer, error) {
	if a, ok := s.stored[k]; ok {
		return a, nil
	}
	return s.g.ask(s.calls, k, req, canonical)
}

// failed frees the number of a call that was never sent: a program may make any
// number of those, and each would take memory. A budget that is spent by calls
// which an earlier execution lost is a fault of the platform.
func (s *session) failed(k key, err error) {
	var spent *exhaustedError
	if !errors.Is(err, errStopping) && !errors.As(err, &spent) {
		return
	}
	m := markOf(k)
	s.mu.Lock()
	delete(s.used, m)
	if n, again := s.next[m.request]; again {
		s.next[m.request] = min(n, m.occurrence)
	}
	s.mu.Unlock()
	if spent != nil && spent.budget != "refusals" && s.lost > 0 {
		s.g.mu.Lock()
		defer s.g.mu.Unlock()
		s.g.run.note(results.Infra(fmt.Errorf("%d calls that an earlier execution lost fill the budget: %w", s.lost, err)))
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
	m := markOf(k)
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, taken := s.used[m]; taken {
		m.occurrence = s.next[m.request]
		for _, taken := s.used[m]; taken; _, taken = s.used[m] {
			m.occurrence++
		}
		s.next[m.request] = m.occurrence + 1
	}
	s.used[m] = struct{}{}
	k.occurrence = int(m.occurrence)
	return k, nil
}
