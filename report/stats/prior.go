package stats

import (
	"cmp"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/autodatabench/autodatabench/results"
)

// The constants of the model of the variance between runs (methods.md section 2).
const (
	fewCells     = 12  // fewer cells with two runs are too uncertain to go without a warning
	poolPerEntry = 4.0 // entries beyond two that lend an entry one degree of freedom
	releaseBelow = 0.3 // p of an entry's larger variance below which it takes less of the others
	borrowedDF   = 4.0 // degrees of freedom of a variance that an entry of single runs takes from the others
	smoothDF     = 4.0 // degrees of freedom towards equality, of the shares that degrees of freedom rest on
	deliveryRuns = 4.0 // runs of the whole board that an entry's share of valid runs is mixed with
	unequalBelow = 0.01
	modelRounds  = 3
	runsOnlyDF   = 1.0 // degrees of freedom towards runs alone, of their share in a variance
)

// RunPrior is what all cells together say of the variance between runs. Over m(1-m),
// that of a cell is Scale times a factor of its entry and one of its domain. Scale is
// missing when no cell has two valid runs.
type RunPrior struct {
	Scale    results.Number `json:"scale"`
	DF       int            `json:"df"`    // sum of R-1 over the cells, valid runs
	Cells    int            `json:"cells"` // with two valid runs or more
	Warnings []string       `json:"warnings,omitempty"`

	entries map[Entry]factor
	domains map[results.Domain]factor
	rates   map[Entry]rate
	gaps    map[results.Domain]float64 // mean of valid runs less the base, a share
}

// factor multiplies a variance; df is how sure it is. It is unequal where the entry's
// runs vary more than those of the others.
type factor struct {
	value, df float64
	unequal   bool
}

// rate is the share of an entry's runs that have a valid submission, and its runs.
type rate struct{ share, runs float64 }

// FitRunPrior fits the model to the cells. Their order does not matter.
func FitRunPrior(cells []*Cell) RunPrior {
	cells = slices.SortedFunc(slices.Values(cells), func(a, b *Cell) int { // sums hang on the order
		return cmp.Or(cmp.Compare(a.domain, b.domain), a.entry.compare(b.entry), cmp.Compare(a.mean, b.mean), cmp.Compare(a.runVar, b.runVar))
	})
	p := RunPrior{entries: map[Entry]factor{}, domains: map[results.Domain]factor{}}
	p.fitDelivery(cells)
	sum := 0.0
	for _, c := range cells {
		if own := c.ownDF(); own > 0 {
			p.Cells++
			p.DF += int(own)
			sum += own * c.relativeRunVar()
		}
	}
	if p.Cells == 0 {
		p.Warnings = append(p.Warnings, warnNoPrior)
		return p
	}
	if p.Cells < fewCells {
		p.Warnings = append(p.Warnings, fmt.Sprintf("the variance between runs is uncertain: %d combinations of row and domain have two valid runs, fewer than %d", p.Cells, fewCells))
	}
	p.Scale = results.Num(sum/float64(p.DF), true)
	for range modelRounds {
		p.fitDomains(cells)
		p.fitEntries(cells)
	}
	p.calibrate(cells)
	return p
}

// calibrate sets the scale so that the variances that the model expects add up to those
// observed.
func (p *RunPrior) calibrate(cells []*Cell) {
	var observed, expected tally
	for _, c := range cells {
		if own := c.ownDF(); own > 0 {
			observed.add(c.flooredRunVar(), own)
			expected.add(p.expected(c), own)
		}
	}
	p.Scale.Value *= observed.sum / expected.sum
}

// fitDelivery measures how often entries deliver. Without any failed run all shares are 1.
func (p *RunPrior) fitDelivery(cells []*Cell) {
	valid, runs := map[Entry]float64{}, map[Entry]float64{}
	allValid, all := 0.0, 0.0
	gaps, weights := map[results.Domain]float64{}, map[results.Domain]float64{}
	for _, c := range cells {
		n, v := float64(len(c.runs)), float64(c.valid)
		valid[c.entry] += v
		runs[c.entry] += n
		allValid, all = allValid+v, all+n
		if c.valid > 0 {
			gaps[c.domain] += v * (c.validMean - c.base)
			weights[c.domain] += v
		}
	}
	p.rates, p.gaps = map[Entry]rate{}, map[results.Domain]float64{}
	for e, n := range runs {
		p.rates[e] = rate{(valid[e] + deliveryRuns*allValid/all) / (n + deliveryRuns), n}
	}
	for d, w := range weights {
		p.gaps[d] = gaps[d] / w
	}
}

// ownDF is the degrees of freedom of the cell's own variance between valid runs.
func (c *Cell) ownDF() float64 { return max(float64(c.valid-1), 0) }

// share is the accuracy of the valid runs drawn in by half an item, so that its
// binomial variance is never 0.
func (c *Cell) share() float64 {
	n, m := float64(c.items), c.mean
	if c.valid > 0 {
		m = c.validMean
	}
	return (n*m + 0.5) / (n + 1)
}

// relativeRunVar is f of methods.md section 2. The variance has a floor of that of two
// runs half an item apart.
func (c *Cell) relativeRunVar() float64 { return c.flooredRunVar() / (c.share() * (1 - c.share())) }

func (c *Cell) flooredRunVar() float64 {
	half := 0.5 / float64(c.items)
	return max(c.runVar, half*half/2)
}

// tally sums observations with their degrees of freedom.
type tally struct{ sum, df float64 }

func (t *tally) add(value, df float64) {
	t.sum += df * value
	t.df += df
}

func (t tally) mean() float64 { return t.sum / t.df }

// fitDomains sets every domain's factor: what its cells have, over what their entries lead to expect.
func (p *RunPrior) fitDomains(cells []*Cell) {
	seen := map[results.Domain]*tally{}
	for _, c := range cells {
		if own := c.ownDF(); own > 0 {
			if seen[c.domain] == nil {
				seen[c.domain] = &tally{}
			}
			seen[c.domain].add(c.relativeRunVar()/p.Scale.Value/p.entry(c.entry).value, own)
		}
	}
	for d, t := range seen {
		p.domains[d] = factor{value: t.mean(), df: t.df}
	}
}

// fitEntries sets every entry's factor: what its cells have, over what their domains
// lead to expect, drawn a little towards the other entries.
func (p *RunPrior) fitEntries(cells []*Cell) {
	own, order := map[Entry]*tally{}, []Entry(nil)
	all := tally{}
	for _, c := range cells {
		if own[c.entry] == nil {
			own[c.entry] = &tally{}
			order = append(order, c.entry)
		}
		if df := c.ownDF(); df > 0 {
			x := c.relativeRunVar() / p.Scale.Value / p.domain(c.domain).value
			own[c.entry].add(x, df)
			all.add(x, df)
		}
	}
	several := 0.0
	for _, t := range own {
		if t.df > 0 {
			several++
		}
	}
	for _, e := range order {
		t := *own[e]
		rest := tally{all.sum - t.sum, all.df - t.df}
		p.entries[e] = pooled(t, rest, max(several-2, 0)/poolPerEntry)
	}
}

// pooled is an entry's factor: its own variance with that of the others, which counts
// like the given degrees of freedom. The less of them, the less likely it is that the
// entry's runs vary as the others' do.
func pooled(own, rest tally, df float64) factor {
	switch {
	case own.df == 0:
		return factor{value: rest.mean(), df: min(rest.df, borrowedDF)}
	case rest.df == 0:
		return factor{value: own.mean(), df: own.df}
	}
	p := 1 - distuv.F{D1: own.df, D2: rest.df}.CDF(own.mean()/rest.mean())
	df *= min(1, p/releaseBelow)
	return factor{value: (own.sum + df*rest.mean()) / (own.df + df), df: own.df + df, unequal: p < unequalBelow}
}

// entry is an entry's factor, 1 where none is fitted.
func (p RunPrior) entry(e Entry) factor {
	if f, ok := p.entries[e]; ok {
		return f
	}
	return factor{value: 1, df: float64(p.DF)}
}

// domain is a domain's factor; one of single runs alone has that of all.
func (p RunPrior) domain(d results.Domain) factor {
	if f, ok := p.domains[d]; ok {
		return f
	}
	return factor{value: 1, df: float64(p.DF)}
}

// rate is an entry's share of valid runs.
func (p RunPrior) rate(c *Cell) rate {
	if r, ok := p.rates[c.entry]; ok {
		return r
	}
	return rate{1, float64(len(c.runs))}
}

// expected is the variance between the cell's valid runs that the model expects.
func (p RunPrior) expected(c *Cell) float64 {
	return p.Scale.Value * p.entry(c.entry).value * p.domain(c.domain).value * c.share() * (1 - c.share())
}

// between is the variance of one run's accuracy that is expected of the cell: the part
// from valid runs, and the part from runs that do not deliver.
func (p RunPrior) between(c *Cell) (runs, delivery float64) {
	share, gap := p.rate(c).share, p.gaps[c.domain]
	if c.valid > 0 {
		gap = c.validMean - c.base
	}
	return share * p.expected(c), share * (1 - share) * gap * gap
}

// smoothed is the part from valid runs with factors that are drawn in. Degrees of freedom
// rest on shares of these: shares of the factors as they are look more uneven than they are.
func (p RunPrior) smoothed(c *Cell) float64 {
	if !p.Scale.Known {
		return 0
	}
	return p.rate(c).share * p.Scale.Value * p.entry(c.entry).smoothed() * p.domain(c.domain).smoothed() * c.share() * (1 - c.share())
}

// twoWayDF is the degrees of freedom of a sum of expected variances with the given parts
// by entry and by domain. Factors of entries and domains are measured on the same runs,
// hence the subtraction.
func (p RunPrior) twoWayDF(entries parts[Entry], domains parts[results.Domain]) float64 {
	whole, all := 0.0, float64(p.DF)
	for _, d := range domains.keys {
		whole += domains.sum[d]
	}
	inverse := -1 / all
	for _, e := range entries.keys {
		share := entries.sum[e] / whole
		inverse += share * share / p.entry(e).df
	}
	for _, d := range domains.keys {
		share := domains.sum[d] / whole
		inverse += share * share / p.domain(d).df
	}
	return 1 / max(inverse, 1/all)
}

// smoothed is a factor drawn towards 1.
func (f factor) smoothed() float64 { return (f.df*f.value + smoothDF) / (f.df + smoothDF) }
