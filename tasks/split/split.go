// Package split divides a data set among the pools of a task. The split is
// stratified, follows a stated seed, and keeps together items that belong together.
//
// Items that share a key (a question, a context, a problem) are one group and go to
// one part. It is not for choosing keys or sizes. Invariants: the same items and seed
// give the same parts, in any order of the items; no key is in two parts.
package split

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
)

// Item is what the split needs to know of an item.
type Item struct {
	Stratum string
	Trait   string   // a further one that [Balance] shares out; may be empty
	Keys    []string // what no other part may have; the first tells items apart
}

// group are items that share keys, by their index.
type group struct {
	members []int
	stratum string
	name    string // digest of its first keys, so that the order of items does not matter
}

// Divide returns the part of each item: an index of shares, whose sizes are in
// proportion in each stratum as well as its groups allow.
func Divide(items []Item, shares []int, seed uint64) []int {
	strata := map[string][]group{}
	for _, g := range groups(items) {
		strata[g.stratum] = append(strata[g.stratum], g)
	}
	parts := make([]int, len(items))
	// What a stratum has too much of, the next one makes good.
	owed := make([]float64, len(shares))
	total := 0
	for _, s := range shares {
		total += s
	}
	for _, name := range sortedKeys(strata) {
		list := strata[name]
		shuffle(list, seed, name)
		size := 0
		for _, g := range list {
			size += len(g.members)
		}
		for p, s := range shares {
			owed[p] += float64(size) * float64(s) / float64(total)
		}
		for _, g := range list {
			p := neediest(owed)
			owed[p] -= float64(len(g.members))
			for _, i := range g.members {
				parts[i] = p
			}
		}
	}
	return parts
}

// shuffle puts large groups first, which are the harder to place, and groups of
// one size in an order of the seed.
func shuffle(list []group, seed uint64, stratum string) {
	h := fnv.New64a()
	h.Write([]byte(stratum))
	slices.SortFunc(list, func(a, b group) int { return strings.Compare(a.name, b.name) })
	r := rand.New(rand.NewPCG(seed, h.Sum64()))
	r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	slices.SortStableFunc(list, func(a, b group) int { return cmp.Compare(len(b.members), len(a.members)) })
}

func neediest(owed []float64) int {
	best := 0
	for p := range owed {
		if owed[p] > owed[best] {
			best = p
		}
	}
	return best
}

// groups joins items that share a key, directly or through others.
func groups(items []Item) []group {
	parent := make([]int, len(items))
	var root func(i int) int
	root = func(i int) int {
		if parent[i] != i {
			parent[i] = root(parent[i])
		}
		return parent[i]
	}
	first := map[string]int{}
	for i, item := range items {
		parent[i] = i
		for _, key := range item.Keys {
			if j, ok := first[key]; ok {
				parent[root(i)] = root(j)
			} else {
				first[key] = i
			}
		}
	}
	members := map[int][]int{}
	for i := range items {
		members[root(i)] = append(members[root(i)], i)
	}
	var list []group
	for _, at := range sortedKeys(members) {
		list = append(list, grouped(items, members[at]))
	}
	return list
}

// grouped names a group and gives it the stratum that comes first.
func grouped(items []Item, members []int) group {
	g := group{members: members, stratum: items[members[0]].Stratum}
	names := make([]string, len(members))
	for n, i := range members {
		names[n] = strings.Join(items[i].Keys, "\x00")
		g.stratum = min(g.stratum, items[i].Stratum)
	}
	slices.Sort(names)
	sum := sha256.Sum256([]byte(strings.Join(names, "\x01")))
	g.name = hex.EncodeToString(sum[:])
	return g
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
