// Package server keeps an external program running that answers over HTTP, for
// example `vllm serve`. It starts the program on a free port of this machine, waits
// until it is healthy, starts it again after a crash or when it is unhealthy, and
// ends it with all its children.
//
// The package is not for jobs that end by themselves (runner/launch), and it does
// not know what the server answers. Invariants: a process never outlives
// [Server.Close] nor, on Linux, this program. If two callers find it gone, one
// starts it and the other waits. A server that cannot be kept alive is given up for
// good.
package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/autodatabench/autodatabench/results"
)

// Spec says what to start. --host and --port are added to the command.
type Spec struct {
	What    string        // names it in messages, as in "vllm serve of the student"
	Command []string      // program and arguments
	Env     []string      // the whole environment
	Log     string        // file that gets what it prints; Close removes it, unless the server was given up
	Missing string        // what to do when the program is not there
	Limit   time.Duration // to become healthy; 0 means 20 min, for the weights of a large model
	Look    time.Duration // between two looks at the health of one that runs; 0 means 10 s
	Settle  time.Duration // it must live to be started again after a second crash; 0 means 10 min
	Poll    time.Duration // between two looks at its health; 0 means 500 ms
	Grace   time.Duration // between the request to end and the kill; 0 means 15 s
}

func (s Spec) withDefaults() Spec {
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{{&s.Limit, 20 * time.Minute}, {&s.Look, 10 * time.Second}, {&s.Settle, 10 * time.Minute}, {&s.Poll, 500 * time.Millisecond}, {&s.Grace, 15 * time.Second}} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	return s
}

// Server is the program, started when it is first asked for. Its methods may be
// called concurrently.
type Server struct {
	spec Spec

	mu      sync.Mutex
	running *process    // the latest; nil before the first start
	settled *time.Timer // runs out when the latest has lived long enough
	look    *time.Timer // runs out when the health of the latest is to be looked at again
	crashes int         // since a process last settled
	failed  error       // why it is given up
}

// New checks that the program is there. It starts nothing.
func New(spec Spec) (*Server, error) {
	if _, err := exec.LookPath(spec.Command[0]); err != nil {
		return nil, results.Infra(fmt.Errorf("%s: %w", spec.What, err), spec.Missing)
	}
	return &Server{spec: spec.withDefaults()}, nil
}

// URL returns the server's address without a path once it is healthy. It starts
// it if it does not run, and anew if it runs and is ill; a new process has a new
// address.
func (s *Server) URL(ctx context.Context) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed != nil {
		return "", s.failed
	}
	if s.running != nil {
		lost := s.lost(ctx)
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
		if lost == "" {
			return s.running.url, nil
		}
		if err := s.crashed(lost); err != nil {
			return "", err
		}
		s.running = nil // counted, also if the next start is cancelled
	}
	p, err := s.begin(ctx)
	if err != nil {
		return "", err
	}
	s.running, s.settled, s.look = p, time.NewTimer(s.spec.Settle), time.NewTimer(s.spec.Look)
	return p.url, nil
}

// begin starts a process and waits until it is healthy. One that ends before, as
// it does when its port was taken meanwhile, is started once more on another.
func (s *Server) begin(ctx context.Context) (*process, error) {
	for again := true; ; again = false {
		p, err := start(s.spec)
		if err != nil {
			return nil, results.Infra(fmt.Errorf("%s: %w", s.spec.What, err))
		}
		if err = p.healthy(ctx, s.spec); err == nil {
			return p, nil
		}
		ended := !p.Alive()
		p.stop(s.spec.Grace)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if !ended || !again || !p.portTaken() { // whatever else ended it would end it again
			return nil, s.giveUp(err)
		}
	}
}

// lost says what became of a process that cannot be asked any more; empty for one
// that can. One that runs and is ill is stopped. Its health is looked at twice, and
// not each time that somebody asks for it. The caller holds the lock.
func (s *Server) lost(ctx context.Context) string {
	if !s.running.Alive() {
		s.running.stop(s.spec.Grace) // its children live on, and hold the memory that the next one needs
		return fmt.Sprintf("ended by itself with %v", s.running.Wait())
	}
	select {
	case <-s.look.C:
		s.look.Reset(s.spec.Look)
	default:
		return ""
	}
	if s.running.answers(ctx) {
		return ""
	}
	select {
	case <-time.After(s.spec.Poll):
	case <-ctx.Done():
	}
	if s.running.answers(ctx) || ctx.Err() != nil {
		return ""
	}
	s.running.stop(s.spec.Grace)
	return "was alive and not healthy"
}

// crashed counts a process that was lost; the second that did not live long ends
// it all. The caller holds the lock.
func (s *Server) crashed(lost string) error {
	select {
	case <-s.settled.C:
		s.crashes = 0
	default:
		s.settled.Stop()
	}
	if s.crashes++; s.crashes > 1 {
		return s.giveUp(fmt.Errorf("was lost twice; the last time it %s: %s", lost, s.running.tail()))
	}
	return nil
}

// giveUp keeps the error for all later callers, so that a server that takes
// minutes to fail is not started for each of them.
func (s *Server) giveUp(err error) error {
	s.failed = results.Infra(fmt.Errorf("%s (%s): %w", s.spec.What, strings.Join(s.spec.Command, " "), err), "the whole log is in "+s.spec.Log)
	return s.failed
}

// Close ends the process and its children. The server cannot be asked again.
func (s *Server) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running != nil {
		s.settled.Stop()
		s.look.Stop()
		s.running.stop(s.spec.Grace)
	}
	if s.failed != nil {
		return nil
	}
	s.failed = errors.New(s.spec.What + ": it is closed")
	if err := os.Remove(s.spec.Log); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
