package stats

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/autodatabench/autodatabench/results"
)

// Elsewhere is what the ranking says of a domain that is not in the suite, measured with
// as many runs and items: the domains are taken as drawn from all that there might be
// (methods.md section 11).
type Elsewhere struct {
	Spread results.Number `json:"spread"` // SD of an entry's figure from domain to domain, what all entries share taken out
	DF     int            `json:"df"`
	Ranks  []ElsewhereSet `json:"ranks"` // in the order of [Study.Entries]
	Why    string         `json:"why,omitempty"`
}

// ElsewhereSet is the ranks that an entry has in the new domain with 95 % probability. Both
// are 0 where nothing is known.
type ElsewhereSet struct {
	Entry
	Low  int `json:"low"`
	High int `json:"high"`
}

// Elsewhere predicts from draws of what the entries come to in a new domain. It takes two
// domains and two entries with a figure in each.
func (s *Study) Elsewhere(seed uint64, draws int) Elsewhere {
	var out Elsewhere
	var rows []int
	var means []float64
	for i, e := range s.entries {
		out.Ranks = append(out.Ranks, ElsewhereSet{Entry: e})
		if s.value(i).Known {
			rows, means = append(rows, i), append(means, s.average(i, s.metric.figure).Value)
		}
	}
	n, domains := len(rows), float64(len(s.domains))
	if n < 2 || len(s.domains) < 2 {
		out.Why = fmt.Sprintf("%d entries in %d domains; it takes two of each", n, len(s.domains))
		return out
	}
	out.DF = (n - 1) * (len(s.domains) - 1)
	spread := s.interaction(rows) / float64(out.DF)
	out.Spread = results.Num(math.Sqrt(spread), true)
	counts := drawnRanks(means, spread*(1+1/domains), float64(out.DF), seed, draws)
	for k, i := range rows {
		out.Ranks[i].Low, out.Ranks[i].High = central(counts[k], draws)
	}
	return out
}

// drawnRanks counts how often each entry has which rank, from 0, when the means vary with
// a variance that is known by so many degrees of freedom.
func drawnRanks(means []float64, variance, df float64, seed uint64, draws int) [][]int {
	src := stream(seed, 0, "a new domain")
	rng, chi := rand.New(src), distuv.ChiSquared{K: df, Src: src}
	counts, values := make([][]int, len(means)), make([]float64, len(means))
	for k := range counts {
		counts[k] = make([]int, len(means))
	}
	for range draws {
		scale := math.Sqrt(variance * df / chi.Rand())
		for k, m := range means {
			values[k] = m + scale*rng.NormFloat64()
		}
		for k, v := range values {
			rank := 0
			for _, other := range values {
				if other > v {
					rank++
				}
			}
			counts[k][rank]++
		}
	}
	return counts
}

// central is the ranks, from 1, that leave at most half of Level of the draws out at
// either end.
func central(counts []int, draws int) (low, high int) {
	most := int(Level / 2 * float64(draws))
	left, right := 0, 0
	low, high = 1, len(counts)
	for left+counts[low-1] <= most {
		left += counts[low-1]
		low++
	}
	for right+counts[high-1] <= most {
		right += counts[high-1]
		high--
	}
	return low, high
}

// interaction is the sum of squares of the figures when the means of entries and domains
// are taken out.
func (s *Study) interaction(rows []int) float64 {
	byDomain, grand := make([]float64, len(s.domains)), 0.0
	for d := range s.domains {
		for _, i := range rows {
			byDomain[d] += s.metric.figure(s.cells[i][d]).Value / float64(len(rows))
		}
		grand += byDomain[d] / float64(len(s.domains))
	}
	sum := 0.0
	for _, i := range rows {
		mean := s.average(i, s.metric.figure).Value
		for d, c := range s.cells[i] {
			rest := s.metric.figure(c).Value - mean - byDomain[d] + grand
			sum += rest * rest
		}
	}
	return sum
}
