package follow

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// waiting is how many events a slow reader may be behind before it loses some.
const waiting = 100_000

// patience is how long Close waits for a reader that takes nothing.
const patience = 5 * time.Second

// Stream writes events as lines of JSON. No reader holds the experiment up: events
// that one is too slow for are counted and left out, and after an error of the writer
// nothing more is written.
type Stream struct {
	queue chan Event
	done  chan struct{}

	mu   sync.Mutex
	lost int
	err  error
}

// NewStream writes to w until Close. failed is called once, if writing fails.
func NewStream(w io.Writer, failed func(error)) *Stream {
	s := &Stream{queue: make(chan Event, waiting), done: make(chan struct{})}
	go func() { // Close waits for it, but for a reader that takes nothing
		defer close(s.done)
		encoder := json.NewEncoder(w) // which writes each line whole
		encoder.SetEscapeHTML(false)
		for e := range s.queue {
			if s.failed() != nil {
				continue
			}
			if err := encoder.Encode(e); err != nil {
				s.mu.Lock()
				s.err = fmt.Errorf("write events: %w", err)
				s.mu.Unlock()
				failed(s.failed())
			}
		}
	}()
	return s
}

// Take writes the event, soon.
func (s *Stream) Take(e Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e.Lost = s.lost
	select {
	case s.queue <- e:
		s.lost = 0
	default:
		s.lost++
	}
}

func (s *Stream) failed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// Close waits until all is written. The error of the writer has been told before.
func (s *Stream) Close() error {
	close(s.queue)
	select {
	case <-s.done:
		return nil
	case <-time.After(patience):
		return errors.New("write events: the reader takes nothing; the last events are left out")
	}
}
