package gateway

import (
	"fmt"

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
	done     chan error
}

// write returns when the record is durable and counted. One that says how a call
// ended is held when the disk fails, and written as soon as it can be: an answer is
// paid for.
func (g *Gateway) write(r record.LedgerLine, exchange []byte) error {
	done := make(chan error, 1)
	g.commits <- commit{record: r, exchange: exchange, done: done}
	return <-done
}

// mend writes what is held.
func (g *Gateway) mend() error { return g.write(record.LedgerLine{}, nil) }

// commitLoop is the one goroutine that writes. Whatever waits while a batch is
// being synced makes up the next one.
func (g *Gateway) commitLoop() {
	var held []commit
	for first := range g.commits {
		batch := g.collect(first)
		all := append(held, batch...)
		if err := g.persist(all); err != nil {
			held = g.hold(all)
			fault := g.broken(fmt.Errorf("write ledger: %w", err), len(held))
			for _, c := range batch {
				c.done <- fault
			}
			continue
		}
		for _, c := range held {
			_ = g.count(c.record) // nobody waits; it was checked when it was sent
		}
		held = nil
		for _, c := range batch {
			c.done <- g.count(c.record)
		}
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
func (g *Gateway) hold(batch []commit) (held []commit) {
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

func (g *Gateway) collect(first commit) []commit {
	batch := []commit{first}
	for len(batch) < maxBatch {
		select {
		case c, open := <-g.commits:
			if !open {
				return batch
			}
			batch = append(batch, c)
		default:
			return batch
		}
	}
	return batch
}

// persist makes exchanges durable and then records; an exchange that it stored
// is taken out of the batch.
func (g *Gateway) persist(batch []commit) error {
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
