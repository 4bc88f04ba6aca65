package stats

import (
	"math"

	"github.com/autodatabench/autodatabench/results"
)

// Alternatives are an entry's result under other ways of averaging, to be shown
// beside the headline (methods.md section 1): point values, each over all domains
// and missing when a cell is.
type Alternatives struct {
	Entry
	Gain      results.Number `json:"gain"`      // %, the headline
	Points    results.Number `json:"points"`    // mean gain in percentage points
	Geometric results.Number `json:"geometric"` // %, from the geometric mean of the ratios m/b
	Ratio     results.Number `json:"ratio"`     // %, from the ratio of the mean accuracies
	Headroom  results.Number `json:"headroom"`  // %, mean share gained of what the base student lacks
	WinRate   results.Number `json:"win_rate"`  // mean share of the other entries that are beaten in a domain

	// Without is, by domain, the rank by gain when that domain is left out: 0
	// when the gain is missing then. Equal gains share a rank.
	Without []int `json:"rank_without"`

	N        int      `json:"n"` // runs, the fewest of any domain
	Warnings []string `json:"warnings,omitempty"`
}

// Alternatives computes them in the order of [Study.Entries].
func (s *Study) Alternatives() []Alternatives {
	all := make([]Alternatives, len(s.entries))
	for i, e := range s.entries {
		gain := s.By(ByGain).point(i)
		a := Alternatives{Entry: e, Gain: gain.Value, WinRate: s.winRate(i), N: gain.N, Warnings: gain.Warnings}
		a.Points = s.average(i, func(c *Cell) results.Number { return results.Num(c.points(), true) })
		a.Geometric = s.geometric(i)
		after := s.average(i, func(c *Cell) results.Number { return results.Num(c.mean, true) })
		before := s.average(i, func(c *Cell) results.Number { return results.Num(c.base, true) })
		a.Ratio = results.Num(100*(after.Value/before.Value-1), after.Known && before.Value > 0)
		a.Headroom = s.average(i, func(c *Cell) results.Number {
			return results.Num(c.points()/(1-c.base), c.base < 1)
		})
		all[i] = a
	}
	for d := range s.domains {
		for i, rank := range s.ranksWithout(d) {
			all[i].Without = append(all[i].Without, rank)
		}
	}
	return all
}

// geometric is 100 (g - 1) of the geometric mean g of the ratios m/b, which may be 0.
func (s *Study) geometric(entry int) results.Number {
	product := 1.0
	ratios := s.average(entry, func(c *Cell) results.Number {
		product *= c.mean / c.base
		return results.Num(c.mean/c.base, c.base > 0)
	})
	return results.Num(100*(math.Pow(product, 1/float64(len(s.domains)))-1), ratios.Known)
}

// winRate is the mean over domains of the share of other entries with a lower
// accuracy, equal ones counting half. Entries without a cell in every domain are
// left out; it takes one other entry.
func (s *Study) winRate(entry int) results.Number {
	wins, others := 0.0, 0.0
	for i, row := range s.cells {
		if i == entry || !s.complete(i) || !s.complete(entry) {
			continue
		}
		others++
		for d, c := range s.cells[entry] {
			wins += improvement([]float64{c.mean}, []float64{row[d].mean})
		}
	}
	return results.Num(wins/others/float64(len(s.domains)), others > 0)
}

// ranksWithout are the ranks by the gain over all domains but one.
func (s *Study) ranksWithout(d int) []int {
	sums := make([]results.Number, len(s.entries))
	for i, row := range s.cells {
		var gains []results.Number
		for k, c := range row {
			switch {
			case k == d:
			case c == nil:
				gains = append(gains, results.Number{})
			default:
				gains = append(gains, c.gain())
			}
		}
		sums[i] = results.Mean(gains)
	}
	ranks := make([]int, len(sums))
	for i, x := range sums {
		if !x.Known {
			continue
		}
		ranks[i] = 1
		for _, y := range sums {
			if y.Known && y.Value > x.Value {
				ranks[i]++
			}
		}
	}
	return ranks
}

// WeightShares is what part of the average gain a percentage point has in each
// domain, (1/b) over the sum of 1/b: the lower the base accuracy, the more. All
// are missing when a domain has no cell or a base of 0.
func (s *Study) WeightShares() []results.Number {
	shares, sum := make([]results.Number, len(s.domains)), 0.0
	for d := range shares {
		b := s.base(d)
		if !b.Known || b.Value == 0 {
			return make([]results.Number, len(s.domains))
		}
		sum += 1 / b.Value
		shares[d] = results.Num(1/b.Value, true)
	}
	for d := range shares {
		shares[d].Value /= sum
	}
	return shares
}
