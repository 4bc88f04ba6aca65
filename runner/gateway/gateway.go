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
// # Faults of the platform
//
// A fault of the teacher or of the disk ends the execution, and [Gateway.Return]
// gives its calls of unknown outcome back to the budget (protocol.md section 6).
// Records that say how a call ended wait in memory while the disk is full.
//
// # Files
//
// ledger.jsonl (format: results/disk) holds records of kind reserve, settle,
// refund, return and agent; teacher/<digest>.jsonl.zst holds one exchange a line.
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
	"github.com/autodatabench/autodatabench/results/cut"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/teacher"
)

// Gateway meters one trial. It is safe for concurrent use.
type Gateway struct {
	dir    record.Trial
	spec   results.Spec
	up     teacher.Teacher
	course course
	opts   Options
	log    *disk.Log
	store  *store
	slots  chan struct{} // one for each call in flight
	queue  queue

	mu      sync.Mutex
	book    *book
	fault   error // the ledger cannot be written at present
	run     served
	serving bool
	closed  bool
}

// served is what became of the calls since Serve.
type served struct {
	down     error     // the first fault of teacher or disk
	denied   error     // the first call that was forbidden: a fault if none is answered
	late     int       // calls without an answer for longer than Options.Overdue
	answered int       // calls that the teacher answered
	last     time.Time // when the last answer came, by Options.Now
	faulted  chan struct{}
}

// note keeps the first fault, whatever comes after it. The caller holds mu.
func (e *served) note(down error) {
	if e.down != nil || down == nil {
		return
	}
	e.down = down
	close(e.faulted)
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

	Now func() time.Time // tells when answers come; nil: nobody asks

	Ended func(Call) // is told of each call that was sent and has ended; nil: nobody asks
}

// Call is a call to the teacher that has ended, without what was said in it.
type Call struct {
	Attempt   int
	Outcome   string        // record.Answered or record.Unknown, which are charged, or record.Refund
	Took      time.Duration // until the answer or the error came, by Options.Now
	Input     int64         // tokens
	Output    int64         // tokens
	Finish    string        // the server's word for why the answer ends, as the server chose it
	Status    int           // of HTTP, where the server refused; 0 for none
	Simulated bool          // no LLM answered
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
		slots: make(chan struct{}, budget.TeacherConcurrency),
		run:   served{faulted: make(chan struct{})},
	}
	g.course = live{g}
	if r, ok := up.(*Recording); ok {
		g.course = relived{g, r}
	}
	var err error
	if g.log, err = disk.OpenLog(dir.Ledger(), g.book.applyLine); err != nil {
		return nil, fmt.Errorf("open ledger: %w", err)
	}
	g.book.goOn()
	if g.store, err = openStore(dir.Teacher()); err != nil {
		return nil, errors.Join(fmt.Errorf("open teacher store: %w", err), g.log.Close())
	}
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
	fault := g.fault
	g.mu.Unlock()
	if fault != nil {
		fault = g.mend() // there may be space by now
	}
	return errors.Join(fault, g.store.seal(), g.log.Close())
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

// Fault says why the outcome of code that ran just now does not count: the ledger
// could not be written, or a teacher call failed for a reason that lies with the
// teacher, whether or not others were answered since. Serve forgets the latter.
func (g *Gateway) Fault() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.fault != nil:
		return g.fault
	case g.run.down != nil:
		return g.run.down
	case g.run.denied != nil && g.run.answered == 0:
		return g.run.denied
	case g.run.late > 0:
		return results.Infra(fmt.Errorf("the teacher gave no answer within %s", g.opts.Overdue), teacherHint)
	}
	return nil
}

// Faulted is closed at the first fault of the execution after which nothing that
// its code does counts.
func (g *Gateway) Faulted() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.run.faulted
}

// LastAnswer is when the last answer of the execution came; zero for none.
func (g *Gateway) LastAnswer() time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.run.last
}

// Return ends an execution that the platform failed: the attempt's calls without
// an answer are given back to the budget, and so are its refusals. It says how many
// calls were, and how many of the attempt ever were.
func (g *Gateway) Return(attempt int, why error) (now, ever int, err error) {
	if err := g.mend(); err != nil { // calls may have ended that are not counted yet
		return 0, 0, err
	}
	g.mu.Lock()
	was := g.book.losses[attempt]
	now = g.book.unanswered(attempt)
	g.mu.Unlock()
	if now == 0 && was.refused == 0 {
		return 0, was.returned, nil
	}
	err = g.write(record.LedgerLine{Kind: record.Return, Attempt: attempt, Calls: now, Detail: cut.Runes(why.Error(), 300, "...")}, nil)
	return now, was.returned + now, err
}

// CutAgent records a call of the agent's model that gave no reply, and whose use
// is not known.
func (g *Gateway) CutAgent(attempt int, why error) error {
	return g.write(record.LedgerLine{Kind: record.OfAgent, Attempt: attempt, Outcome: record.Unknown, Detail: cut.Runes(why.Error(), 300, "...")}, nil)
}

// RecordAgent meters calls of the agent's LLM, in tokens and, where the price is
// known, in US dollars. exchange is the digest of what is kept of them: those that
// are in the ledger already are not counted again.
func (g *Gateway) RecordAgent(attempt int, exchange string, used results.AgentUse) error {
	r := record.LedgerLine{
		Kind: record.OfAgent, Attempt: attempt, Exchange: exchange,
		Input: used.Input, Cached: used.Cached, Written: used.Written, Output: used.Output, Reasoning: used.Reasoning,
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
	return g.write(r, nil)
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
