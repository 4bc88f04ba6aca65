package mini

import (
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strconv"

	"github.com/autodatabench/autodatabench/results"
)

// PublicWordings are the family's own wordings, for [Draw].
func PublicWordings(_ int, f *Family) []string { return f.Wording }

// Draw returns n instances of the split, no two with one key: families in
// proportion to their weight, shuffled, fixed by the suite's seed. wordings
// gives the templates that the i-th instance, counted family by family, may be
// worded by.
func Draw(d results.Domain, split Split, n int, wordings func(i int, f *Family) []string) []Instance {
	name := fnv.New64a()
	name.Write([]byte(string(d) + "/" + string(split)))
	r := rand.New(rand.NewPCG(suiteSeed, name.Sum64()))
	families := Families(d)
	var drawn []Instance
	seen := map[string]bool{}
	for i, count := range apportion(families, n) {
		for f := families[i]; count > 0; {
			v := f.DrawIn(r, split)
			if key := f.Key(v); !seen[key] {
				seen[key] = true
				drawn = append(drawn, Instance{f, v, choose(r, wordings(len(drawn), f))})
				count--
			}
		}
	}
	r.Shuffle(n, func(i, j int) { drawn[i], drawn[j] = drawn[j], drawn[i] })
	return drawn
}

// apportion divides n among the families by weight; what the quotients leave
// over goes to the largest remainders.
func apportion(families []*Family, n int) []int {
	total := 0
	for _, f := range families {
		total += f.Weight
	}
	counts, order, left := make([]int, len(families)), make([]int, len(families)), n
	for i, f := range families {
		counts[i], order[i] = n*f.Weight/total, i
		left -= counts[i]
	}
	slices.SortStableFunc(order, func(i, j int) int {
		return n*families[j].Weight%total - n*families[i].Weight%total
	})
	for _, i := range order[:left] {
		counts[i]++
	}
	return counts
}

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
