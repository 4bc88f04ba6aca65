package mini

import (
	"hash/fnv"
	"math/rand/v2"
	"strconv"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks/split"
)

// PublicWordings are the family's own wordings, for [Draw].
func PublicWordings(_ int, f *Family) []string { return f.Wording }

// Draw returns n instances of the split, no two with one key: families in
// proportion to their weight, shuffled, fixed by the suite's seed. wordings
// gives the templates that the i-th instance, counted family by family, may be
// worded by.
func Draw(d results.Domain, in Split, n int, wordings func(i int, f *Family) []string) []Instance {
	name := fnv.New64a()
	name.Write([]byte(string(d) + "/" + string(in)))
	r := rand.New(rand.NewPCG(suiteSeed, name.Sum64()))
	families := Families(d)
	weights := make([]int, len(families))
	for i, f := range families {
		weights[i] = f.Weight
	}
	var drawn []Instance
	seen := map[string]bool{}
	for i, count := range split.Apportion(n, weights) {
		for f := families[i]; count > 0; {
			v := f.DrawIn(r, in)
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
