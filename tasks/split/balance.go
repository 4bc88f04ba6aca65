package split

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
)

// Balance is [Divide] for data whose groups mix strata and have unlike sizes. Each
// part gets its share of the groups of every size, and within that its share of the
// items of every stratum and trait. Large groups are placed first; the smallest make the sizes
// of the parts good.
func Balance(items []Item, shares []int, seed uint64) []int {
	list := groups(items)
	slices.SortFunc(list, func(a, b group) int { return strings.Compare(a.name, b.name) })
	r := rand.New(rand.NewPCG(seed, uint64(len(items))))
	r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	slices.SortStableFunc(list, func(a, b group) int {
		return cmp.Or(len(b.members)-len(a.members), strings.Compare(a.mix(items), b.mix(items)))
	})
	b := balance{items: items, parts: make([]int, len(items)), sizes: Apportion(len(items), shares), left: map[string][]float64{}}
	counts := map[string]int{}
	for _, item := range items {
		for _, label := range item.labels() {
			counts[label]++
		}
	}
	for _, item := range items {
		for _, label := range item.labels() {
			b.left[label] = slices.Repeat([]float64{1}, len(shares))
		}
	}
	b.one = func(label string, p int) float64 { return float64(total(shares)) / float64(shares[p]*counts[label]) }
	for len(list) > 0 {
		size := len(list[0].members)
		n := slices.IndexFunc(list, func(g group) bool { return len(g.members) != size })
		if n < 0 {
			n = len(list)
		}
		quota := Apportion(n, shares)
		if size == 1 {
			quota = slices.Clone(b.sizes)
		}
		b.place(list[:n], quota)
		list = list[n:]
	}
	return b.parts
}

type balance struct {
	items []Item
	parts []int                             // of the items
	sizes []int                             // items that the parts still lack
	left  map[string][]float64              // the share of their items that the parts still lack, by label
	one   func(label string, p int) float64 // what an item is of that
}

// place puts groups of one size, of which each part takes its quota, where most of
// their labels is lacking.
func (b *balance) place(list []group, quota []int) {
	for _, g := range list {
		best, most := -1, 0.0
		for p := range quota {
			if quota[p] <= 0 {
				continue
			}
			lack := 0.0
			for _, i := range g.members {
				for _, label := range b.items[i].labels() {
					lack += b.left[label][p]
				}
			}
			if best < 0 || lack > most {
				best, most = p, lack
			}
		}
		if best < 0 { // no quota is left: large groups took more than their part
			best = neediestOf(b.sizes)
		}
		quota[best]--
		b.sizes[best] -= len(g.members)
		for _, i := range g.members {
			b.parts[i] = best
			for _, label := range b.items[i].labels() {
				b.left[label][best] -= b.one(label, best)
			}
		}
	}
}

func neediestOf(sizes []int) int {
	best := 0
	for p := range sizes {
		if sizes[p] > sizes[best] {
			best = p
		}
	}
	return best
}

// labels are the item's stratum and its trait, if it has one.
func (i Item) labels() []string {
	if i.Trait == "" {
		return []string{"s " + i.Stratum}
	}
	return []string{"s " + i.Stratum, "t " + i.Trait}
}

// mix names the strata of a group's items.
func (g group) mix(items []Item) string {
	names := make([]string, len(g.members))
	for n, i := range g.members {
		names[n] = items[i].Stratum
	}
	slices.Sort(names)
	return strings.Join(names, "\n")
}

func total(shares []int) int {
	sum := 0
	for _, s := range shares {
		sum += s
	}
	return sum
}

// Apportion divides n by the shares; what the quotients leave over goes to the
// largest remainders.
func Apportion(n int, shares []int) []int {
	sum, left := total(shares), n
	counts, order := make([]int, len(shares)), make([]int, len(shares))
	for p, s := range shares {
		counts[p], order[p] = n*s/sum, p
		left -= counts[p]
	}
	slices.SortStableFunc(order, func(a, b int) int { return n*shares[b]%sum - n*shares[a]%sum })
	for _, p := range order[:left] {
		counts[p]++
	}
	return counts
}
