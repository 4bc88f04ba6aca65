package mini

import (
	"math/rand/v2"
	"strconv"
)

// between returns a number from lo to hi, both included.
func between(r *rand.Rand, lo, hi int) int { return lo + r.IntN(hi-lo+1) }

// twoBetween returns two different numbers from lo to hi.
func twoBetween(r *rand.Rand, lo, hi int) (a, b int) {
	a = between(r, lo, hi)
	b = between(r, lo, hi-1)
	if b >= a {
		b++
	}
	return a, b
}

// choose returns one of the values.
func choose[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// quantities are drawn values by parameter.
type quantities map[string]int

// with completes the quantities to values with one of the words.
func (q quantities) with(r *rand.Rand, word string, words []string) Vars {
	v := Vars{word: choose(r, words)}
	for name, n := range q {
		v[name] = strconv.Itoa(n)
	}
	return v
}
