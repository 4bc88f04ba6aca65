package gateway

import (
	"errors"
	"fmt"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
)

// answers loads what the teacher answered in an earlier execution of the
// attempt's code. An answer that the ledger names and the store lost is an
// error: it was paid for.
func (g *Gateway) answers(attempt int) (map[key]record.Answer, error) {
	g.mu.Lock()
	count := g.book.losses[attempt].answered
	g.mu.Unlock()
	if count == 0 {
		return nil, nil
	}
	want := make(map[string]key, count)
	err := disk.ReadLog(g.dir.Ledger(), func(line []byte) error {
		r, err := decodeLine(line)
		if err == nil && r.Attempt == attempt && r.Kind == record.Settle && r.Exchange != "" {
			want[r.Exchange] = keyOf(r)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	found := make(map[key]record.Answer, len(want))
	err = g.dir.Teacher().Read(func(digest string, e record.Exchange) error {
		if k, ok := want[digest]; ok {
			found[k] = e.Response
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(found) < len(want) {
		return nil, results.Bad(fmt.Errorf("teacher answers of attempt %d: %w", attempt, errors.New("some that the ledger names are missing")),
			"the folder was changed by hand; move it away to start afresh")
	}
	return found, nil
}
