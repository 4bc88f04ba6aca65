package gateway

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
)

func TestBookRules(t *testing.T) {
	reserve := record.LedgerLine{Kind: record.Reserve, Attempt: 1, Request: "a"}
	settle := record.LedgerLine{Kind: record.Settle, Attempt: 1, Request: "a", Outcome: record.Answered, Exchange: "e", Input: 2, Output: 3}
	lost := record.LedgerLine{Kind: record.Settle, Attempt: 1, Request: "a", Outcome: record.Unknown}
	refund := record.LedgerLine{Kind: record.Refund, Attempt: 1, Request: "a"}
	back := func(n int) record.LedgerLine { return record.LedgerLine{Kind: record.Return, Attempt: 1, Calls: n} }
	with := func(r record.LedgerLine, change func(*record.LedgerLine)) record.LedgerLine { change(&r); return r }
	tests := []struct {
		name    string
		records []record.LedgerLine
		calls   int
		problem string
	}{
		{"answered", []record.LedgerLine{reserve, settle}, 1, ""},
		{"crashed, asked again", []record.LedgerLine{reserve, reserve, settle}, 2, ""},
		{"unknown, asked again", []record.LedgerLine{reserve, lost, reserve, settle}, 2, ""},
		{"refunded, asked again", []record.LedgerLine{reserve, refund, reserve, settle}, 1, ""},
		{"settled twice", []record.LedgerLine{reserve, settle, settle}, 1, "without a reservation"},
		{"refunded twice", []record.LedgerLine{reserve, refund, refund}, 0, "without a reservation"},
		{"refunded after the answer", []record.LedgerLine{reserve, settle, refund}, 1, "without a reservation"},
		{"refund of another attempt", []record.LedgerLine{reserve, with(refund, func(r *record.LedgerLine) { r.Attempt = 2 })}, 1, "without a reservation"},
		{"reserved after the answer", []record.LedgerLine{reserve, settle, reserve}, 1, "is answered"},
		{"over the attempt's budget", []record.LedgerLine{reserve, reserve, reserve, reserve}, 3, "over the budget (attempt)"},
		{"answer without exchange", []record.LedgerLine{reserve, with(settle, func(r *record.LedgerLine) { r.Exchange = "" })}, 1, "outcome"},
		{"unknown with exchange", []record.LedgerLine{reserve, with(lost, func(r *record.LedgerLine) { r.Exchange = "e" })}, 1, "outcome"},
		{"negative tokens", []record.LedgerLine{reserve, with(settle, func(r *record.LedgerLine) { r.Input = -1 })}, 1, "negative"},
		{"no attempt", []record.LedgerLine{with(reserve, func(r *record.LedgerLine) { r.Attempt = 0 })}, 0, "attempt 0"},
		{"returned", []record.LedgerLine{reserve, lost, back(1)}, 0, ""},
		{"returned, asked again", []record.LedgerLine{reserve, lost, back(1), reserve, settle}, 1, ""},
		{"crashed, returned", []record.LedgerLine{reserve, reserve, back(2)}, 0, ""},
		{"returned twice", []record.LedgerLine{reserve, lost, back(1), back(1)}, 0, "return of 1 calls, of which 0"},
		{"an answered call returned", []record.LedgerLine{reserve, settle, back(1)}, 1, "of which 0"},
		{"settled after the return", []record.LedgerLine{reserve, back(1), settle}, 0, "without a reservation"},
		{"unknown kind", []record.LedgerLine{{Kind: "gift", Attempt: 1}}, 0, "unknown kind"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBook(results.Budget{TeacherCalls: 5, TeacherCallsPerAttempt: 3})
			problem := ""
			for _, r := range tt.records {
				if err := b.apply(r); err != nil {
					problem = err.Error()
				}
			}
			if b.total.Calls != tt.calls || (tt.problem == "") != (problem == "") || !strings.Contains(problem, tt.problem) {
				t.Errorf("%d calls, problem %q; want %d, %q", b.total.Calls, problem, tt.calls, tt.problem)
			}
		})
	}
}

func TestOpenRefusesOverspentLedger(t *testing.T) {
	dir := t.TempDir()
	log, err := disk.OpenLog(record.Trial(dir).Ledger(), func([]byte) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := log.Append(record.LedgerLine{Kind: record.Reserve, Attempt: 1, Request: "a"}); err != nil {
			t.Fatal(err)
		}
	}
	log.Close()
	if _, err := Open(record.Trial(dir), testSpec(2, 2, 1), &echo{}, Options{}); err == nil || !strings.Contains(err.Error(), "line 3") {
		t.Errorf("got %v", err)
	}
}

func TestRecordAgent(t *testing.T) {
	dir, spec := t.TempDir(), testSpec(10, 10, 1)
	g := open(t, dir, spec, &echo{})
	for n := 1; n <= 2; n++ {
		used := results.AgentUse{Calls: n, Tokens: results.Tokens{Input: 100, Cached: 10, Output: 20, Reasoning: 5}, Cost: results.Num(0.25, true)}
		for range 2 { // the second time, it is in the ledger
			if err := g.RecordAgent(n, "digest", used); err != nil {
				t.Fatal(err)
			}
		}
	}
	want := results.AgentUse{Calls: 3, Tokens: results.Tokens{Input: 200, Cached: 20, Output: 40, Reasoning: 10}, Cost: results.Num(0.5, true)}
	if diff := cmp.Diff(want, g.Agent()); diff != "" {
		t.Error(diff)
	}
	if g.Total() != (Usage{}) {
		t.Errorf("the agent's calls cost the teacher's budget: %+v", g.Total())
	}
	if err := g.Close(); err != nil {
		t.Fatal(err)
	}
	g = open(t, dir, spec, &echo{})
	if err := g.RecordAgent(2, "digest", results.AgentUse{Calls: 2}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, g.Agent()); diff != "" {
		t.Error("reopened:", diff)
	}
	if _, err := os.Stat(string(record.Trial(dir).Teacher())); !os.IsNotExist(err) {
		t.Errorf("a teacher folder without an exchange: %v", err)
	}
}
