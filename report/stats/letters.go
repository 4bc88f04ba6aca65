package stats

import (
	"cmp"
	"math/bits"
	"slices"
	"strconv"
	"strings"
)

// Letters gives each of n entries, best first, the letters of the groups it is
// in: two entries share a letter exactly when differ is false for them. The
// groups are those that Piepho's insert-and-absorb algorithm (2004) ends with: all
// maximal sets of entries of which no two differ. After z comes a2.
func Letters(n int, differ func(i, j int) bool) []string {
	alike := make([]set, n)
	for i := range alike {
		alike[i] = newSet(n)
	}
	for i := range n {
		for j := i + 1; j < n; j++ {
			if !differ(i, j) {
				alike[i].add(j)
				alike[j].add(i)
			}
		}
	}
	groups := maximal(alike)
	slices.SortFunc(groups, func(a, b set) int { return compareGroups(n, a, b) })
	letters := make([]strings.Builder, n)
	for k, g := range groups {
		for i := range n {
			if g.has(i) {
				letters[i].WriteString(letter(k))
			}
		}
	}
	out := make([]string, n)
	for i := range letters {
		out[i] = letters[i].String()
	}
	return out
}

// maximal lists the maximal cliques of a graph, given the neighbours of every
// vertex (Bron and Kerbosch 1973, with the pivot of Tomita and others 2006).
func maximal(near []set) (cliques []set) {
	if len(near) == 0 {
		return nil
	}
	clique, all := newSet(len(near)), newSet(len(near))
	for v := range near {
		all.add(v)
	}
	var extend func(may, done set)
	extend = func(may, done set) { // clique by any of may; done led to all others
		pivot, most := -1, -1
		for v := range near {
			if may.has(v) || done.has(v) {
				if n := may.and(near[v]).size(); n > most {
					pivot, most = v, n
				}
			}
		}
		if pivot < 0 {
			cliques = append(cliques, slices.Clone(clique))
			return
		}
		for v := range near {
			if !may.has(v) || near[pivot].has(v) {
				continue
			}
			clique.add(v)
			extend(may.and(near[v]), done.and(near[v]))
			clique.remove(v)
			may.remove(v)
			done.add(v)
		}
	}
	extend(all, newSet(len(near)))
	return cliques
}

// set is a set of small numbers, a bit each.
type set []uint64

func newSet(n int) set { return make(set, (n+63)/64) }

func (s set) add(i int)      { s[i/64] |= 1 << (i % 64) }
func (s set) remove(i int)   { s[i/64] &^= 1 << (i % 64) }
func (s set) has(i int) bool { return s[i/64]>>(i%64)&1 == 1 }

func (s set) and(other set) set {
	out := make(set, len(s))
	for k := range s {
		out[k] = s[k] & other[k]
	}
	return out
}

func (s set) size() (n int) {
	for _, word := range s {
		n += bits.OnesCount64(word)
	}
	return n
}

// compareGroups puts the group with the better first entry first, of two with
// the same the one whose next entry is better.
func compareGroups(n int, a, b set) int {
	for i := range n {
		if a.has(i) != b.has(i) {
			return cmp.Compare(zeroOne(b.has(i)), zeroOne(a.has(i)))
		}
	}
	return 0
}

func letter(k int) string {
	l := string(rune('a' + k%26))
	if k >= 26 {
		l += strconv.Itoa(k/26 + 1)
	}
	return l
}
