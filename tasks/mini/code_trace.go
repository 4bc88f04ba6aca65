package mini

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// Limits on what code families solve; beyond them an instance is not theirs.
const (
	minCodeItems = 2 // elements of a list, letters of a string
	maxCodeItems = 12
	maxCodeValue = 9999      // of a number in a list or on its own
	maxCodeTotal = 9_999_999 // of a product on the way
)

// drawLength returns how long a list is: from three to five, five being rare.
func drawLength(r *rand.Rand) int { return []int{3, 3, 4, 4, 5}[r.IntN(5)] }

// drawInts returns n numbers from lo to hi.
func drawInts(r *rand.Rand, n, lo, hi int) []int {
	xs := make([]int, n)
	for i := range xs {
		xs[i] = between(r, lo, hi)
	}
	return xs
}

// drawDistinct returns n different numbers from lo to hi.
func drawDistinct(r *rand.Rand, n, lo, hi int) []int {
	xs := r.Perm(hi - lo + 1)[:n]
	for i := range xs {
		xs[i] += lo
	}
	return xs
}

// drawLetters returns n different lower-case letters.
func drawLetters(r *rand.Rand, n int) []string {
	letters := make([]string, n)
	for i, x := range r.Perm(26)[:n] {
		letters[i] = string(rune('a' + x))
	}
	return letters
}

func drawItem(r *rand.Rand) string { return codeItems[r.IntN(len(codeItems))] }

func quote(s string) string { return "'" + s + "'" }

// codeList reads a list within the limits.
func codeList(text string) ([]int, bool) {
	xs, ok := ParseList(text)
	if !ok || len(xs) < minCodeItems || len(xs) > maxCodeItems {
		return nil, false
	}
	for _, x := range xs {
		if x < -maxCodeValue || x > maxCodeValue {
			return nil, false
		}
	}
	return xs, true
}

// codeNumber reads a whole number within the limits.
func codeNumber(text string) (int, bool) {
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= -maxCodeValue && n <= maxCodeValue
}

// codeText reads a quoted string of ASCII letters and digits within the limits:
// what is left out would need escapes or could not be told apart in a trace.
func codeText(text string, atLeast int) ([]string, bool) {
	inner, opened := strings.CutPrefix(text, "'")
	inner, closed := strings.CutSuffix(inner, "'")
	if !opened || !closed || len(inner) < atLeast || len(inner) > maxCodeItems {
		return nil, false
	}
	for _, c := range inner {
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9') {
			return nil, false
		}
	}
	return strings.Split(inner, ""), true
}

// trace is the worked value of one call.
type trace struct {
	steps  []string
	answer string
	bad    bool // the call is outside what the family covers
}

// solution puts the call that the question asserts to the trace.
func (t trace) solution(call string, v Vars) (Solution, bool) {
	if t.bad {
		return Solution{}, false
	}
	return Solution{Steps: t.steps, Answer: t.answer, Call: Fill(call, v)}, true
}

// onList lifts a rule about a list to a solver.
func onList(rule func(xs []int) trace) func(Vars) (Solution, bool) {
	return func(v Vars) (Solution, bool) {
		xs, ok := codeList(v["xs"])
		if !ok {
			return Solution{}, false
		}
		return rule(xs).solution(callList, v)
	}
}

// onListNumber lifts a rule about a list and a number to a solver.
func onListNumber(rule func(xs []int, k int) trace) func(Vars) (Solution, bool) {
	return func(v Vars) (Solution, bool) {
		xs, ok := codeList(v["xs"])
		k, whole := codeNumber(v["k"])
		if !ok || !whole {
			return Solution{}, false
		}
		return rule(xs, k).solution(callListNumber, v)
	}
}

// sums adds up from the left and returns every total on the way.
func sums(xs []int) (steps []string, totals []int) {
	totals = []int{xs[0]}
	for i, x := range xs[1:] {
		step, _ := Add(Int(totals[i]), Int(x))
		steps = append(steps, step)
		totals = append(totals, totals[i]+x)
	}
	return steps, totals
}

// largest finds the maximum, two numbers a step.
func largest(xs []int) (steps []string, best int) {
	best = xs[0]
	for _, x := range xs[1:] {
		next := max(best, x)
		steps = append(steps, fmt.Sprintf("max(%d, %d) = %d", best, x, next))
		best = next
	}
	return steps, best
}

// smallest finds the minimum, two numbers a step.
func smallest(xs []int) (steps []string, best int) {
	best = xs[0]
	for _, x := range xs[1:] {
		next := min(best, x)
		steps = append(steps, fmt.Sprintf("min(%d, %d) = %d", best, x, next))
		best = next
	}
	return steps, best
}

// mapped applies one arithmetic step to each number.
func mapped(xs []int, step func(x int) (string, int)) trace {
	var t trace
	ys := make([]int, len(xs))
	for i, x := range xs {
		var s string
		s, ys[i] = step(x)
		t.steps = append(t.steps, s)
	}
	t.answer = FormatList(ys)
	return t
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// spaced lists items with blanks between them: "3 1 2".
func spaced(xs []int) string { return strings.Trim(fmt.Sprint(xs), "[]") }
