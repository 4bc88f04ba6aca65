package stats

import (
	"cmp"
	"slices"

	"github.com/autodatabench/autodatabench/results"
)

// sharedDF is how many degrees of freedom the ratio of all domains counts like in one.
const sharedDF = 4

// fitFactors sets the factors by domain: moderated variances times them, weighted by
// degrees of freedom, add up to those observed. A moderated variance is where that of
// its cell is likely to be, which is below the mean of what it may be, for two reasons:
// what is known of a variance is skewed, and where accuracies are low, runs spread more
// than in proportion to m(1-m) (bench/doc/statistics.md has the simulation). A domain's
// own ratio counts by its degrees of freedom, that of all domains like sharedDF of them.
func (p *RunPrior) fitFactors(cells []*Cell) {
	type sums struct{ observed, moderated, df float64 }
	by, domains := map[results.Domain]sums{}, []results.Domain(nil)
	cells = slices.SortedFunc(slices.Values(cells), func(a, b *Cell) int { // sums hang on the order
		return cmp.Or(cmp.Compare(a.domain, b.domain), a.entry.compare(b.entry))
	})
	for _, c := range cells {
		if own := float64(len(c.runs) - 1); own > 0 {
			s, seen := by[c.domain]
			if !seen {
				domains = append(domains, c.domain)
			}
			runVar, _ := p.moderated(c)
			by[c.domain] = sums{s.observed + own*c.flooredRunVar(), s.moderated + own*runVar, s.df + own}
		}
	}
	common := 0.0 // of all domains
	for _, d := range domains {
		s := by[d]
		common += s.df / float64(p.DF) * s.observed / s.moderated
	}
	p.Common, p.Factors = common, map[results.Domain]float64{}
	for d, s := range by {
		p.Factors[d] = (s.df*s.observed/s.moderated + sharedDF*common) / (s.df + sharedDF)
	}
}

// factor is that of the cell's variance: its domain's, in a domain of single runs that
// of all, and 1 where none is fitted. A cell of one run has the prior's variance as it
// is, whose mean is d0/(d0-2) times as large, if not more.
func (p RunPrior) factor(c *Cell) float64 {
	f, ok := p.Factors[c.domain]
	if !ok {
		f = cmp.Or(p.Common, 1)
	}
	if len(c.runs) == 1 && p.DF0.Known && len(p.Factors) > 0 {
		d := max(p.DF0.Value, 3)
		f = max(f, d/(d-2))
	}
	return f
}
