package split

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
)

// Balance is [Divide] for data whose groups mix strata and have unlike sizes. Each
// part gets its share of the groups of every size, and within that its share of the
// items of every stratum. Large groups are placed first; the smallest make the sizes
// of the parts good.
func Balance(items []Item, shares []int, seed uint64) []int {
	list := groups(items)
	slices.SortFunc(list, func(a, b group) int { return strings.Compare(a.name, b.name) })
	r := rand.New(rand.NewPCG(seed, uint64(len(items))))
	r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	slices.SortStableFunc(list, func(a, b group) int {
		return cmp.Or(len(b.members)-len(a.members), strings.Compare(a.mix(items), b.mix(items)))
	})
	b := balance{items: items, parts: make([]int, len(items)), sizes: apportion(len(items), shares), due: map[string][]float64{}}
	for _, item := range items {
		if b.due[item.Stratum] == nil {
			b.due[item.Stratum] = make([]float64, len(shares))
		}
		for p, s := range shares {
			b.due[item.Stratum][p] += float64(s) / float64(total(shares))
		}
	}
	for len(list) > 0 {
		size := len(list[0].members)
		n := slices.IndexFunc(list, func(g group) bool { return len(g.members) != size })
		if n < 0 {
			n = len(list)
		}
		quota := apportion(n, shares)
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
	parts []int                // of the items
	sizes []int                // items that the parts still lack
	due   map[string][]float64 // items that the parts still lack, by stratum
}

// place puts groups of one size, of which each part takes its quota, where most of
// their strata is lacking.
func (b *balance) place(list []group, quota []int) {
	for _, g := range list {
		best, most := -1, 0.0
		for p := range quota {
			if quota[p] <= 0 {
				continue
			}
			lack := 0.0
			for _, i := range g.members {
				lack += b.due[b.items[i].Stratum][p]
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
			b.due[b.items[i].Stratum][best]--
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

// apportion divides n by the shares; what the quotients leave over goes to the
// largest remainders.
func apportion(n int, shares []int) []int {
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
