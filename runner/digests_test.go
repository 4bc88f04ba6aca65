package runner

import (
	"errors"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
)

// A ledger that has fewer calls than the events tell of is refused, and so is one that
// is gone while the teacher's answers are there.
func TestLedgerIsBehindTheEvents(t *testing.T) {
	reserve := record.LedgerLine{Kind: record.Reserve, Attempt: 1, Request: "r"}
	for name, c := range map[string]struct {
		lines []any
		used  results.Usage
		store bool
		want  string
	}{
		"none of nothing":     {want: ""},
		"as many":             {lines: []any{reserve}, used: results.Usage{TeacherCalls: 1}},
		"more":                {lines: []any{reserve}},
		"fewer":               {lines: []any{reserve}, used: results.Usage{TeacherCalls: 2}, want: "1 calls of the teacher, the trial's events have 2"},
		"none":                {used: results.Usage{TeacherCalls: 2}, want: "0 calls of the teacher"},
		"fewer of the agent":  {lines: []any{reserve}, used: results.Usage{AgentCalls: 1}, want: "calls of the agent's model"},
		"fewer tokens":        {lines: []any{record.LedgerLine{Kind: record.OfAgent, Attempt: 1, Input: 5}}, used: results.Usage{AgentCalls: 1, AgentInput: 6}, want: "calls of the agent's model"},
		"none, yet an answer": {store: true, want: "is missing"},
	} {
		dir := record.Trial(t.TempDir())
		if len(c.lines) > 0 {
			log, err := disk.OpenLog(dir.Ledger(), func([]byte) error { return nil })
			if err != nil {
				t.Fatal(err)
			}
			_, err = log.Append(c.lines...)
			if err := errors.Join(err, log.Close()); err != nil {
				t.Fatal(err)
			}
		}
		if c.store {
			if err := disk.WriteFile(dir.Teacher().Finished("one"), []byte("x")); err != nil {
				t.Fatal(err)
			}
		}
		err := checkLedger(dir, &results.Trial{Spec: results.Spec{Protocol: results.Mini()}, Usage: c.used})
		if (err == nil) != (c.want == "") || err != nil && (!strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), dir.Ledger())) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}
