package stats

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Selection finds what sorting does.
func TestNth(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 300 {
		x := make([]float64, 1+rng.IntN(40))
		for i := range x {
			x[i] = float64(rng.IntN(20))
		}
		sorted := slices.Sorted(slices.Values(x))
		for k := range x {
			if got := nth(slices.Clone(x), k); got != sorted[k] {
				t.Fatalf("nth(%v, %d) = %v, want %v", x, k, got, sorted[k])
			}
		}
	}
}

// The groups are those of the insert-and-absorb algorithm, which says what they
// are.
func TestMaximalAgainstInsertAndAbsorb(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 1))
	for range 200 {
		n := 1 + rng.IntN(9)
		near := make([]set, n)
		for i := range near {
			near[i] = newSet(n)
		}
		groups := []uint64{1<<n - 1}
		for i := range n {
			for j := i + 1; j < n; j++ {
				if rng.IntN(2) == 0 {
					near[i].add(j)
					near[j].add(i)
					continue
				}
				groups = insertAndAbsorb(groups, i, j)
			}
		}
		var got []uint64
		for _, g := range maximal(near) {
			got = append(got, g[0])
		}
		slices.Sort(got)
		slices.Sort(groups)
		if !slices.Equal(got, groups) {
			t.Fatalf("groups %b, want %b", got, groups)
		}
	}
}

// insertAndAbsorb parts every group that holds both into one without either, and
// drops the groups that lie within another.
func insertAndAbsorb(groups []uint64, i, j int) (out []uint64) {
	var parted []uint64
	for _, g := range groups {
		if g>>i&1 == 1 && g>>j&1 == 1 {
			parted = append(parted, g&^(1<<i), g&^(1<<j))
		} else {
			parted = append(parted, g)
		}
	}
	for k, g := range parted {
		within := func(other uint64) bool { return g&^other == 0 }
		if !slices.ContainsFunc(parted[k+1:], within) && !slices.ContainsFunc(out, within) {
			out = append(out, g)
		}
	}
	return out
}
