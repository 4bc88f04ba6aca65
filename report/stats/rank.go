package stats

import (
	"cmp"
	"math"
	"slices"

	"github.com/autodatabench/autodatabench/results"
)

// RankSet is the ranks that an entry may have.
type RankSet struct {
	Entry
	Rank int `json:"rank"` // by the average of the study's metric; 1 is best, equal ones share it; 0 without one

	// Low and High bound the true rank with 95 % confidence, for this entry alone
	// (marginal). Both are 0 for an entry that cannot be tested.
	Low  int `json:"low"`
	High int `json:"high"`

	// Letters are shared by entries that do not differ significantly, at 5 % for
	// all pairs together. They follow the ranks: the best has an a.
	Letters string `json:"letters"`

	N        int      `json:"n"` // runs, the fewest of any domain
	Method   Method   `json:"method"`
	Warnings []string `json:"warnings,omitempty"`
}

// Ranks makes the rank sets of a study from its pairs (methods.md section 5), in
// the order of [Study.Entries]. Low is 1 + the number of entries significantly
// better and High the number of entries less those significantly worse; for the
// set of an entry, Holm adjusts over its own pairs (Mogstad, Romano, Shaikh and
// Wilhelm 2024). Letters rest on Holm over all pairs.
func (s *Study) Ranks() []RankSet {
	sets, order := s.byGain()
	table := s.table()
	for _, i := range order {
		sets[i].bound(table, i, order)
	}
	letters := Letters(len(order), func(a, b int) bool {
		p := table[order[a]][order[b]].holm
		return p.Known && p.Value < Level
	})
	for k, i := range order {
		sets[i].Letters = letters[k]
		if sets[i].Low == 0 {
			sets[i].Letters = ""
		}
	}
	return sets
}

// table is the tests by the two entries.
func (s *Study) table() [][]tested {
	table := make([][]tested, len(s.entries))
	for i := range table {
		table[i] = make([]tested, len(s.entries))
	}
	all := s.tested()
	s.eachPair(func(k, i, j int) { table[i][j], table[j][i] = all[k], all[k].turned() })
	return table
}

// byGain makes the sets with the ranks alone, and the order of the entries that
// have one, best first.
func (s *Study) byGain() (sets []RankSet, order []int) {
	values := make([]float64, len(s.entries))
	for i, e := range s.entries {
		gain := s.gain(i)
		sets = append(sets, RankSet{Entry: e, N: gain.N, Method: RunsItems, Warnings: gain.Warnings})
		values[i] = math.Round(gain.Value.Value*1e9) / 1e9 // equal means of other sums could differ
		if gain.Value.Known {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(values[j], values[i]) })
	for k, i := range order {
		sets[i].Rank = k + 1
		if k > 0 && values[i] == values[order[k-1]] {
			sets[i].Rank = sets[order[k-1]].Rank
		}
	}
	return sets, order
}

// bound sets the limits of an entry's rank among those of order.
func (r *RankSet) bound(table [][]tested, i int, order []int) {
	var own []tested
	var p []results.Number
	for _, j := range order {
		if j != i && table[i][j].p.Known {
			own, p = append(own, table[i][j]), append(p, table[i][j].p)
		}
	}
	if len(own) < len(order)-1 {
		return
	}
	r.Low, r.High = 1, len(order)
	for k, adjusted := range adjustKnown(p, Holm) {
		switch {
		case adjusted.Value >= Level:
		case own[k].difference.Value < 0:
			r.Low++
		default:
			r.High--
		}
	}
}
