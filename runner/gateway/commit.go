package gateway

import (
	"fmt"
	"sync"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
)

// maxBatch bounds the records that share one sync.
const maxBatch = 256

// commit is a record to be made durable, with the exchange that must be durable
// before it. One without a kind only asks for what is held.
type commit struct {
	record   record.LedgerLine
	exchange []byte // a line, or nil
	leads    chan bool
	err      error // once it was told that it does not lead
}

// queue has those that wait to be written. One of them leads: it writes for all that wait,
// and hands the lead to the first that came meanwhile. So a call that is alone needs nobody
// else to be woken, and calls at the same time share their syncs.
type queue struct {
	mu      sync.Mutex
	waiting []*commit
	led     bool
	held    []*commit // of whoever leads: records that the disk did not take
}

// join reports whether the commit leads.
func (q *queue) join(c *commit) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, c)
	leads := !q.led
	q.led = true
	return leads
}

// take takes those that wait, in order: first the one that leads.
func (q *queue) take() []*commit {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := min(len(q.waiting), maxBatch)
	batch := q.waiting[:n:n]
	q.waiting = q.waiting[n:]
	return batch
}

// pass hands on the lead.
func (q *queue) pass() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.led = len(q.waiting) > 0; q.led {
		q.waiting[0].leads <- true
	}
}

// write returns when the record is durable and counted. One that says how a call
// ended is held when the disk fails, and written as soon as it can be: an answer is
// paid for.
func (g *Gateway) write(r record.LedgerLine, exchange []byte) error {
	c := &commit{record: r, exchange: exchange, leads: make(chan bool, 1)}
	if g.queue.join(c) || <-c.leads {
		defer g.queue.pass()
		batch := g.queue.take()
		g.commit(batch)
		for _, other := range batch[1:] {
			other.leads <- false
		}
	}
	return c.err
}

// mend writes what is held.
func (g *Gateway) mend() error { return g.write(record.LedgerLine{}, nil) }

// commit writes and counts the batch and what is held. The caller leads.
func (g *Gateway) commit(batch []*commit) {
	all := append(g.queue.held, batch...)
	if err := g.persist(all); err != nil {
		g.queue.held = g.hold(all)
		fault := g.broken(fmt.Errorf("write ledger: %w", err), len(g.queue.held))
		for _, c := range batch {
			c.err = fault
		}
		return
	}
	g.queue.held = nil
	for _, c := range all {
		c.err = g.count(c.record) // of one that was held, nobody waits for that; it was checked when it was sent
	}
}

// count folds a durable record. Reservations are folded when they are admitted.
func (g *Gateway) count(r record.LedgerLine) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.fault = nil
	if r.Kind == "" || r.Kind == record.Reserve {
		return nil
	}
	return g.book.apply(r)
}

// hold keeps the records that must not be lost. A reservation that could not be
// written is taken back: its call is not sent.
func (g *Gateway) hold(batch []*commit) (held []*commit) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, c := range batch {
		switch c.record.Kind {
		case "":
		case record.Reserve:
			taken := c.record
			taken.Kind = record.Refund
			_ = g.book.apply(taken) // of a key that is open
		case record.Settle, record.Refund:
			held = append(held, c)
		} // others are made again
	}
	return held
}

// broken notes that the disk cannot be written to.
func (g *Gateway) broken(err error, held int) error {
	if held > 0 {
		err = fmt.Errorf("%w; %d records wait in memory", err, held)
	}
	fault := results.Infra(err, "free disk space or check the disk, then resume")
	g.mu.Lock()
	defer g.mu.Unlock()
	g.fault = fault
	g.run.note(fault)
	return fault
}

// persist makes exchanges durable and then records; an exchange that it stored
// is taken out of the batch.
func (g *Gateway) persist(batch []*commit) error {
	var lines [][]byte
	var records []any
	for _, c := range batch {
		if c.record.Kind != "" {
			records = append(records, c.record)
		}
		if c.exchange != nil {
			lines = append(lines, c.exchange)
		}
	}
	if err := g.store.append(lines); err != nil {
		return err
	}
	for i := range batch {
		batch[i].exchange = nil
	}
	if len(records) == 0 {
		return nil
	}
	_, err := g.log.Append(records...)
	return err
}
