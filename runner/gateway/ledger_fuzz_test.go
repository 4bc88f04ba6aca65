package gateway

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
)

// FuzzLedger applies hostile lines: what is left of a budget is never negative, and
// never more than the budget.
func FuzzLedger(f *testing.F) {
	f.Add(`{"kind":"reserve","attempt":1,"request":"a","occurrence":0}` + "\n" + `{"kind":"settle","attempt":1,"request":"a","occurrence":0}`)
	f.Add(`{"attempt":1,"exchange":"e","input_tokens":3,"kind":"settle","occurrence":1,"outcome":"answered","output_tokens":5,"prev":"p","request":"r","seq":7,"simulated":true}`)
	f.Add(`{"kind":"reserve","attempt":-1,"request":"","occurrence":-9}`)
	f.Fuzz(func(t *testing.T, text string) {
		budget := results.Mini().Budget
		b := newBook(budget)
		for line := range strings.Lines(text) {
			if fast, ok := plainLine([]byte(line)); ok {
				var slow record.LedgerLine
				if err := json.Unmarshal([]byte(line), &slow); err != nil || slow != fast {
					t.Errorf("%s: read in one pass %+v, else %+v, %v", line, fast, slow, err)
				}
			}
			if b.applyLine([]byte(strings.TrimSpace(line))) != nil {
				return
			}
		}
		if total, attempt := b.left(1); total < 0 || attempt < 0 || total > budget.TeacherCalls || attempt > budget.TeacherCallsPerAttempt {
			t.Errorf("%d calls are left, %d of the attempt", total, attempt)
		}
	})
}
