package gateway

import (
	"errors"
	"fmt"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
)

// answers loads what the teacher answered in an earlier execution of the
// attempt's code. An answer that the ledger names and the store lost is an
// error: it was paid for.
func (g *Gateway) answers(attempt int) (map[key]record.Answer, error) {
	g.mu.Lock()
	want := map[string]key{}
	for k, at := range g.book.keys {
		if k.attempt == attempt && at.exchange != "" {
			want[at.exchange] = k
		}
	}
	g.mu.Unlock()
	if len(want) == 0 {
		return nil, nil
	}
	found := make(map[key]record.Answer, len(want))
	err := g.dir.Teacher().Read(func(digest string, e record.Exchange) error {
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
