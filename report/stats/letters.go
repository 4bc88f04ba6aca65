package stats

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Letters gives each of n entries, best first, the letters of the groups it is
// in: two entries share a letter exactly when differ is false for them. It is
// the insert-and-absorb algorithm of Piepho (2004). After z comes a2.
func Letters(n int, differ func(i, j int) bool) []string {
	groups := make([][]bool, 0, n) // of every group, by entry: is in it
	if n > 0 {
		groups = append(groups, slices.Repeat([]bool{true}, n))
	}
	for i := range n {
		for j := i + 1; j < n; j++ {
			if differ(i, j) {
				groups = absorb(insert(groups, i, j))
			}
		}
	}
	slices.SortFunc(groups, compareGroups)
	letters := make([]strings.Builder, n)
	for k, g := range groups {
		for i, in := range g {
			if in {
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

// insert parts every group that holds both i and j into one without i and one
// without j.
func insert(groups [][]bool, i, j int) [][]bool {
	var out [][]bool
	for _, g := range groups {
		if !g[i] || !g[j] {
			out = append(out, g)
			continue
		}
		withoutI, withoutJ := slices.Clone(g), slices.Clone(g)
		withoutI[i], withoutJ[j] = false, false
		out = append(out, withoutI, withoutJ)
	}
	return out
}

// absorb drops the groups that lie within another, and all but one of equal ones.
func absorb(groups [][]bool) [][]bool {
	var out [][]bool
	for k, g := range groups {
		within := func(other []bool) bool {
			for i := range g {
				if g[i] && !other[i] {
					return false
				}
			}
			return true
		}
		if slices.ContainsFunc(groups[k+1:], within) || slices.ContainsFunc(out, within) {
			continue
		}
		out = append(out, g)
	}
	return out
}

// compareGroups puts the group with the better first entry first, of two with
// the same the one whose next entry is better.
func compareGroups(a, b []bool) int {
	for i := range a {
		if a[i] != b[i] {
			return cmp.Compare(zeroOne(b[i]), zeroOne(a[i]))
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
