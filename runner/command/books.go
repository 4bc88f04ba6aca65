package command

import (
	"encoding/json"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
)

// record keeps a call, with what it used, and then meters it.
func (t *inTrial) record(attempt int, request map[string]json.RawMessage, response []byte, used results.Tokens, cost *float64) error {
	line, err := t.dir.Attempt(attempt).Calls().Append(record.ModelCall{Call: t.kept[attempt] + 1, Request: request, Response: response, Used: used, Cost: cost})
	if err != nil {
		return results.Infra(err)
	}
	return t.book(attempt, line, used, cost)
}

func (t *inTrial) book(attempt int, line []byte, used results.Tokens, cost *float64) error {
	t.kept[attempt]++
	return t.meter.RecordAgent(attempt, disk.Digest(line), results.AgentUse{Calls: 1, Tokens: used, Cost: results.Reply{Tokens: used, Cost: cost}.Costs(t.spec.Price)})
}

// reconcile meters the calls that are kept and that a crash kept out of the
// books. A line that it tore is of an answer that nobody got; it is cut off.
func (t *inTrial) reconcile() error {
	for n := 1; disk.Exists(string(t.dir.Attempt(n))); n++ {
		err := t.dir.Attempt(n).Calls().Recover(func(line []byte, c record.ModelCall) error { return t.book(n, line, c.Used, c.Cost) })
		if err != nil {
			return err
		}
	}
	return nil
}
