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

	items      variance
	runs       float64
	entries    parts[Entry] // smoothed, of runs: for the degrees of freedom
	domains    parts[results.Domain]
	delivery   parts[Entry]
	delivering map[Entry]float64 // runs of an entry
	chance     variance
	least      float64 // degrees of freedom of the cell with the fewest runs
}

func newMix(p RunPrior) *mix {
	return &mix{prior: p, delivering: map[Entry]float64{}, least: math.Inf(1)}
}

// parts sums by key. The order of the keys is that in which they came first, so that
// sums over them are the same each time.
type parts[K comparable] struct {
	keys []K
	sum  map[K]float64
}

func (p *parts[K]) add(key K, value float64) {
	if p.sum == nil {
		p.sum = map[K]float64{}
	}
	if _, there := p.sum[key]; !there {
		p.keys = append(p.keys, key)
	}
	p.sum[key] += value
}

// addRuns adds what the runs of a cell contribute when its accuracy counts slope times.
func (m *mix) addRuns(c *Cell, slope float64) {
	r := float64(len(c.runs))
	weight := slope * slope / r
	runs, delivery := m.prior.between(c)
	m.runs += weight * runs
	part := weight * m.prior.smoothed(c)
	m.entries.add(c.entry, part)
	m.domains.add(c.domain, part)
	m.delivery.add(c.entry, weight*delivery)
	m.delivering[c.entry] = m.prior.rate(c).runs
	m.chance = m.chance.plus(estimated(weight*c.chance, c.chanceDF()))
	m.least = min(m.least, max(r-1, 1))
}

// total is the variance of the sum and its degrees of freedom. The chance answers are
// the least that the variance can be, and the runs of the smallest cell the least that
// it can rest on.
func (m *mix) total() (value, df float64) {
	v := m.items
	for _, e := range m.delivery.keys {
		v = v.plus(estimated(m.delivery.sum[e], max(m.delivering[e]-1, 1)))
	}
	value = max(v.value+m.runs-m.chance.value, m.chance.value)
	if value == 0 {
		return 0, m.least
	}
	spread := v.spread + m.chance.spread + uncertainRuns(m.runs, value, m.prior.twoWayDF(m.entries, m.domains))
	return value, max(value*value/spread, m.least)
}

// uncertainRuns is the spread of the part of a variance that comes from runs.
func uncertainRuns(runs, value, df float64) float64 {
	if runs == 0 {
		return 0
	}
	counted := countedRuns(runs, value, df)
	return counted * counted / df
}

// countedRuns is the part of a variance that comes from runs, a little larger than it is
// measured: with few degrees of freedom it may look small by chance.
func countedRuns(runs, value, df float64) float64 {
	return max(runs, (df*runs+runsOnlyDF*value)/(df+runsOnlyDF))
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
