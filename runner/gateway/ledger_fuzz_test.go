package gateway

import (
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/results"
)

// FuzzLedger applies hostile lines: what is left of a budget is never negative, and
// never more than the budget.
func FuzzLedger(f *testing.F) {
	f.Add(`{"kind":"reserve","attempt":1,"request":"a","occurrence":0}` + "\n" + `{"kind":"settle","attempt":1,"request":"a","occurrence":0}`)
	f.Add(`{"kind":"reserve","attempt":-1,"request":"","occurrence":-9}`)
	f.Fuzz(func(t *testing.T, text string) {
		budget := results.Mini().Budget
		b := newBook(budget)
		for line := range strings.Lines(text) {
			if b.applyLine([]byte(strings.TrimSpace(line))) != nil {
				return
			}
		}
		if total, attempt := b.left(1); total < 0 || attempt < 0 || total > budget.TeacherCalls || attempt > budget.TeacherCallsPerAttempt {
			t.Errorf("%d calls are left, %d of the attempt", total, attempt)
		}
	})
}
