// Package gateway is the only way from an agent's code to the teacher: an HTTP
// server on a unix socket that meters every call against the trial's budget.
//
// # Order of a call
//
// Admission (a slot, then the budget), a durable reservation, the call itself,
// a durable settlement with the answer, the answer to the code. Reservations
// and settlements that arrive together share one sync. The rules hold at every
// point at which the process can be killed: what is left of the budget is never
// negative, a call is never charged twice, and an answered call is never lost.
//
// # Keys
//
// A call's key is (attempt, digest of the request, occurrence). Clients number
// equal requests by the X-Occurrence header; without it, or when the number was
// taken in the same execution, the smallest free number is used. When an
// execution of the code is repeated after a crash, answered keys come from the
// ledger and cost nothing. A reservation that was never settled stays charged,
// and its key asked again is a new call.
//
// # Files
//
// ledger.jsonl (format: results/disk) holds records of kind reserve, settle,
// refund and agent; teacher/<digest>.jsonl.zst holds one [Exchange] a line.
//
// The package is not for judging what code or teacher say, nor for running the
// code. What arrives on the socket is hostile.
package gateway

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/teacher"
)

// Gateway meters one trial. It is safe for concurrent use.
type Gateway struct {
	dir      record.Trial
	spec     results.Spec
	up       teacher.Teacher
	course   course
	opts     Options
	log      *disk.Log
	store    *store
	slots    chan struct{} // one for each call in flight
	commits  chan commit
	commiter sync.WaitGroup

	mu      sync.Mutex
	book    *book
	fault   error // the ledger cannot be written: final
	down    error // the first call of the execution that failed through the teacher's fault
	serving bool
	closed  bool
}

// Options are limits that the protocol does not fix.
type Options struct {
	BodyLimit   int64 // bytes of a request; 0 means the constant BodyLimit
	Connections int   // open at once; 0 means 512

	// Grace is what calls in flight get when the code has ended; 0 means 10 s.
	Grace time.Duration

	// Overdue is when a call without an answer counts as a fault of the
	// teacher; 0 means 10 min, or half the time of one execution if that is less.
	Overdue time.Duration
}

// Open opens or creates the ledger of the trial folder dir. It is the only
// writer of the ledger and of the teacher folder until Close.
func Open(dir record.Trial, spec results.Spec, up teacher.Teacher, opts Options) (*Gateway, error) {
	budget := spec.Protocol.Budget
	if err := budget.Validate(); err != nil {
		return nil, results.Bad(fmt.Errorf("open gateway: budget: %w", err))
	}
	if opts.BodyLimit == 0 {
		opts.BodyLimit = BodyLimit
	}
	if opts.Connections == 0 {
		opts.Connections = 512
	}
	if opts.Grace == 0 {
		opts.Grace = 10 * time.Second
	}
	if opts.Overdue == 0 {
		opts.Overdue = min(10*time.Minute, budget.CodeTime/2)
	}
	g := &Gateway{
		dir: dir, spec: spec, up: up, opts: opts, book: newBook(budget),
		slots:   make(chan struct{}, budget.TeacherConcurrency),
		commits: make(chan commit, maxBatch),
	}
	g.course = live{g}
	if r, ok := up.(*Recording); ok {
		g.course = relived{g, r}
	}
	var err error
	if g.log, err = disk.OpenLog(dir.Ledger(), g.book.applyLine); err != nil {
		return nil, fmt.Errorf("open ledger: %w", err)
	}
	if g.store, err = openStore(dir.Teacher()); err != nil {
		return nil, errors.Join(fmt.Errorf("open teacher store: %w", err), g.log.Close())
	}
	g.commiter.Go(g.commitLoop)
	return g, nil
}

// Close waits for what is being written, seals the stored exchanges and returns
// the first fault, if there was any. No execution may be served any more.
func (g *Gateway) Close() error {
	g.mu.Lock()
	if g.closed {
		g.mu.Unlock()
		return nil
	}
	if g.serving {
		g.mu.Unlock()
		return errors.New("close gateway: an execution is still served")
	}
	g.closed = true
	g.mu.Unlock()
	close(g.commits)
	g.commiter.Wait()
	return errors.Join(g.fault, g.store.seal(), g.log.Close())
}

// Usage is what the attempt was charged so far.
func (g *Gateway) Usage(attempt int) Usage {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.book.attempts[attempt]
}

// Total is what the trial was charged so far.
func (g *Gateway) Total() Usage {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.book.total
}

// Fault says why code that ran just now may have failed without the agent's
// fault: the ledger could not be written, or a teacher call failed for a reason
// that lies with the teacher, whether or not others were answered since. Serve
// forgets the latter.
func (g *Gateway) Fault() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.fault != nil {
		return g.fault
	}
	return g.down
}

// RecordAgent meters calls of the agent's LLM, in tokens and, where the price is
// known, in US dollars. exchange is the digest of what is kept of them: those that
// are in the ledger already are not counted again.
func (g *Gateway) RecordAgent(attempt int, exchange string, used results.AgentUse) error {
	r := record.LedgerLine{
		Kind: record.OfAgent, Attempt: attempt, Exchange: exchange,
		Input: used.Input, Cached: used.Cached, Output: used.Output, Reasoning: used.Reasoning,
	}
	if used.Calls != 1 {
		r.Calls = used.Calls
	}
	if used.Cost.Known {
		r.Cost = &used.Cost.Value
	}
	g.mu.Lock()
	known := g.book.replies[key{attempt: attempt, request: exchange}]
	g.mu.Unlock()
	if known {
		return nil
	}
	if err := g.write(r, nil); err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.book.apply(r)
}

// Simulated reports whether the teacher's server said that it is no LLM.
func (g *Gateway) Simulated() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.book.simulated
}

// Agent is what was recorded of the agent's LLM.
func (g *Gateway) Agent() results.AgentUse {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.book.agent
}
