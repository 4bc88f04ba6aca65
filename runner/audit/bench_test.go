package audit

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/results"
)

// BenchmarkTrace traces 2,000 rows in 50,000 calls whose answers have 300 words, as of an
// LLM; the goal is 10 s on two cores.
func BenchmarkTrace(b *testing.B) {
	const rows, calls, words = 2_000, 50_000, 300
	r := rand.New(rand.NewPCG(1, 2))
	text := func(n int) string {
		var s strings.Builder
		for range n {
			if r.IntN(8) == 0 {
				fmt.Fprintf(&s, "%d ", r.IntN(1000))
			} else {
				fmt.Fprintf(&s, "w%c%d ", 'a'+r.IntN(26), min(r.IntN(400), r.IntN(400))) // some words are frequent
			}
		}
		return s.String()
	}
	answers := make([][2]string, 4_000) // the others repeat them with another beginning
	for i := range answers {
		answers[i] = [2]string{text(60), text(words - 60)}
	}
	var list []results.Row
	for i := range rows {
		list = append(list, results.Row{Instruction: answers[i][0], Output: answers[i][1]})
	}
	for b.Loop() {
		t := newTracer(list)
		for i := range calls {
			a := answers[i%len(answers)]
			t.call(exchange(i, "Write one new problem from the area of heat, with a solution, one short step a line.", fmt.Sprintf("%d %s %s", i, a[0], a[1])))
		}
		found := 0
		for _, row := range t.rows(list, newSet(nil, nil), newSet(nil, nil)) {
			if row.Call != nil {
				found++
			}
		}
		if found != rows {
			b.Fatalf("%d rows found, want %d", found, rows)
		}
	}
}
