package stats

import (
	"math"

	"gonum.org/v1/gonum/stat"

	"github.com/autodatabench/autodatabench/results"
)

// variance is a sum of independent estimates of variance. spread is the sum of
// each squared over its degrees of freedom, so that value^2/spread are
// Satterthwaite's degrees of freedom of the sum.
type variance struct{ value, spread float64 }

func (v variance) plus(w variance) variance {
	return variance{v.value + w.value, v.spread + w.spread}
}

// estimated is a variance with its degrees of freedom.
func estimated(value, df float64) variance {
	if value == 0 {
		return variance{}
	}
	return variance{value, value * value / df}
}

// mix gathers the variance of a weighted sum of mean accuracies (methods.md section 2):
// that of the items, that between runs, that of whether a run delivers, and the chance
// answers, which are in the items' and in the runs' and are taken out once.
type mix struct {
	prior RunPrior

	items    variance
	runs     float64
	entries  map[Entry]float64 // smoothed parts of runs, for the degrees of freedom
	domains  map[results.Domain]float64
	delivery map[Entry]float64
	failing  map[Entry]float64 // runs of the entries in delivery
	chance   variance
	least    float64 // degrees of freedom of the cell with the fewest runs
}

func newMix(p RunPrior) *mix {
	return &mix{
		prior: p, entries: map[Entry]float64{}, domains: map[results.Domain]float64{},
		delivery: map[Entry]float64{}, failing: map[Entry]float64{}, least: math.Inf(1),
	}
}

// addRuns adds what the runs of a cell contribute when its accuracy counts slope times.
func (m *mix) addRuns(c *Cell, slope float64) {
	r, p := float64(len(c.runs)), m.prior.rate(c)
	weight := slope * slope / r
	m.runs += weight * p.share * m.prior.expected(c)
	part := weight * p.share * m.prior.Scale.Value * m.prior.entry(c.entry).smoothed() * m.prior.domain(c.domain).smoothed() * c.share() * (1 - c.share())
	m.entries[c.entry] += part
	m.domains[c.domain] += part
	if gap := m.prior.gap(c); p.share < 1 {
		m.delivery[c.entry] += weight * p.share * (1 - p.share) * gap * gap
		m.failing[c.entry] = p.runs
	}
	m.chance = m.chance.plus(estimated(weight*c.chance, c.chanceDF()))
	m.least = min(m.least, max(r-1, 1))
}

// total is the variance of the sum and its degrees of freedom. The chance answers are
// the least that the variance can be, and the runs of the smallest cell the least that
// it can rest on.
func (m *mix) total() (value, df float64) {
	v := m.items
	if m.runs > 0 {
		whole := 0.0
		for _, part := range m.entries {
			whole += part
		}
		entries, domains := map[Entry]float64{}, map[results.Domain]float64{}
		for e, part := range m.entries {
			entries[e] = part / whole
		}
		for d, part := range m.domains {
			domains[d] = part / whole
		}
		v = v.plus(estimated(m.runs, m.prior.twoWayDF(entries, domains)))
	}
	for e, part := range m.delivery {
		v = v.plus(estimated(part, max(m.failing[e]-1, 1)))
	}
	v.spread += m.chance.spread
	v.value = max(v.value-m.chance.value, m.chance.value)
	if v.value == 0 {
		return 0, m.least
	}
	return v.value, max(v.value*v.value/v.spread, m.least)
}

// over is the variance of the mean of one figure by item, with the items of a group
// drawn together.
func (c *Cell) over(byItem []float64) variance {
	mean, groups := stat.Mean(byItem, nil), float64(c.groups)
	sums := make([]float64, c.groups)
	for i, x := range byItem {
		sums[c.group(i)] += x - mean
	}
	squares := 0.0
	for _, s := range sums {
		squares += s * s
	}
	n := float64(c.items)
	return estimated(groups/(groups-1)*squares/(n*n), groups-1)
}

// binomial is the variance of a mean accuracy over items of which only the count is known.
func (c *Cell) binomialVariance(share float64) variance {
	n := float64(c.items)
	return estimated(share*(1-share)/n, n-1)
}
