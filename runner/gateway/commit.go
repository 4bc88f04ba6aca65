package gateway

import (
	"fmt"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
)

// maxBatch bounds the records that share one sync.
const maxBatch = 256

// commit is a record to be made durable, with the exchange that must be durable
// before it.
type commit struct {
	record   record.LedgerLine
	exchange []byte // a line, or nil
	done     chan error
}

// write returns when the record is durable. After the first error every later
// write fails with it: the file's end is no longer known.
func (g *Gateway) write(r record.LedgerLine, exchange []byte) error {
	done := make(chan error, 1)
	g.commits <- commit{record: r, exchange: exchange, done: done}
	return <-done
}

// commitLoop is the one goroutine that writes. Whatever waits while a batch is
// being synced makes up the next one.
func (g *Gateway) commitLoop() {
	var broken error
	for first := range g.commits {
		batch := g.collect(first)
		if broken == nil {
			if err := g.persist(batch); err != nil {
				broken = results.Infra(fmt.Errorf("write ledger: %w", err), "free disk space or check the disk, then resume")
				g.mu.Lock()
				g.fault = broken
				g.mu.Unlock()
			}
		}
		for _, c := range batch {
			c.done <- broken
		}
	}
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

func (g *Gateway) persist(batch []commit) error {
	var lines [][]byte
	records := make([]any, len(batch))
	for i, c := range batch {
		records[i] = c.record
		if c.exchange != nil {
			lines = append(lines, c.exchange)
		}
	}
	if err := g.store.append(lines); err != nil {
		return err
	}
	_, err := g.log.Append(records...)
	return err
}
