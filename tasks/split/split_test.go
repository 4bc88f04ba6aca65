package split

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// singles are n items a stratum that share nothing, and pairs on one context.
func singles(n int, strata ...string) []Item {
	var items []Item
	for _, s := range strata {
		for i := range n {
			items = append(items, Item{Stratum: s, Keys: []string{fmt.Sprintf("q %s %d", s, i), fmt.Sprintf("c %s %d", s, i/2)}})
		}
	}
	return items
}

func TestDivide(t *testing.T) {
	items := singles(100, "easy", "hard")
	parts := Divide(items, []int{1, 3}, 7)
	for s, from := range map[string]int{"easy": 0, "hard": 100} {
		public := 0
		for _, p := range parts[from : from+100] {
			public += 1 - p
		}
		if public < 24 || public > 26 {
			t.Errorf("%s: %d of 100 are public", s, public)
		}
	}
	for i := 0; i < len(items); i += 2 {
		if parts[i] != parts[i+1] {
			t.Errorf("items %d and %d share a context and are parted", i, i+1)
		}
	}
	if cmp.Equal(parts, Divide(items, []int{1, 3}, 8)) {
		t.Error("another seed gives the same parts")
	}
}

// The order of the items does not matter.
func TestOrder(t *testing.T) {
	items := singles(31, "a", "b", "c")
	backwards := slices.Clone(items)
	slices.Reverse(backwards)
	parts, other := Divide(items, []int{4, 1, 3}, 1), Divide(backwards, []int{4, 1, 3}, 1)
	slices.Reverse(other)
	if d := cmp.Diff(parts, other); d != "" {
		t.Errorf("forwards (-) and backwards (+):\n%s", d)
	}
	counts := make([]int, 3)
	for _, p := range parts {
		counts[p]++
	}
	if want := []int{47, 11, 35}; max(abs(counts[0]-want[0]), abs(counts[1]-want[1]), abs(counts[2]-want[2])) > 1 {
		t.Errorf("parts of %v, want about %v", counts, want)
	}
}

func abs(n int) int { return max(n, -n) }

// A group is held together by a chain of shared keys.
func TestChains(t *testing.T) {
	var items []Item
	for i := range 20 {
		items = append(items, Item{Keys: []string{fmt.Sprint("k", i), fmt.Sprint("k", i+1)}})
	}
	parts := Divide(items, []int{1, 1}, 1)
	if slices.Min(parts) != slices.Max(parts) {
		t.Errorf("a chain is parted: %v", parts)
	}
	if parts := Divide(nil, []int{1, 3}, 1); len(parts) != 0 {
		t.Errorf("of nothing come %v", parts)
	}
}

// TestBalance: groups of mixed strata and unlike sizes are shared out by both, and
// not by the order of the items.
func TestBalance(t *testing.T) {
	var items []Item
	for g := range 400 {
		for m := range []int{1, 1, 1, 2, 4}[g%5] {
			items = append(items, Item{Stratum: string(rune('a' + (g/5+m)%3)), Keys: []string{fmt.Sprint("q", g, m), fmt.Sprint("g", g)}})
		}
	}
	shares := []int{1, 3, 4}
	for seed := range uint64(10) {
		parts := Balance(items, shares, seed)
		counts := map[string][]int{}
		for i, item := range items {
			for _, label := range []string{"all", item.Stratum} {
				if counts[label] == nil {
					counts[label] = make([]int, len(shares))
				}
				counts[label][parts[i]]++
			}
		}
		if all := counts["all"]; !slices.Equal(all, []int{90, 270, 360}) {
			t.Errorf("seed %d: parts of %v", seed, all)
		}
		for label, c := range counts {
			if share := float64(c[0]) / float64(c[0]+c[1]); share < 0.24 || share > 0.26 {
				t.Errorf("seed %d: %q is parted as %v", seed, label, c)
			}
		}
		part := map[string]int{}
		for i, item := range items {
			if p, ok := part[item.Keys[1]]; ok && p != parts[i] {
				t.Fatalf("seed %d: group %s is in two parts", seed, item.Keys[1])
			}
			part[item.Keys[1]] = parts[i]
		}
		moved := slices.Clone(items)
		slices.Reverse(moved)
		again := Balance(moved, shares, seed)
		slices.Reverse(again)
		if !slices.Equal(parts, again) {
			t.Errorf("seed %d: another order gives other parts", seed)
		}
	}
	if slices.Equal(Balance(items, shares, 1), Balance(items, shares, 2)) {
		t.Error("two seeds give the same parts")
	}
	for _, few := range [][]Item{nil, {{Keys: []string{"a"}}}, {{Keys: []string{"a", "g"}}, {Keys: []string{"b", "g"}}}} {
		if parts := Balance(few, shares, 1); len(parts) != len(few) {
			t.Errorf("%d items have %d parts", len(few), len(parts))
		}
	}
}

func TestApportion(t *testing.T) {
	for _, c := range []struct {
		shares []int
		n      int
		want   []int
	}{
		{[]int{1}, 7, []int{7}},
		{[]int{50, 30, 20}, 100, []int{50, 30, 20}},
		{[]int{1, 1, 1}, 100, []int{34, 33, 33}}, // equal remainders: in order
		{[]int{5, 4, 1}, 3, []int{2, 1, 0}},      // 1.5, 1.2, 0.3
		{[]int{2, 5, 3}, 0, []int{0, 0, 0}},
	} {
		if got := Apportion(c.n, c.shares); !slices.Equal(got, c.want) {
			t.Errorf("%d by %v: %v, want %v", c.n, c.shares, got, c.want)
		}
	}
}
