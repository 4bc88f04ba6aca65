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
