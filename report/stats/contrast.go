package stats

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"github.com/autodatabench/autodatabench/results"
)

// Contrast is a weighted sum of entries' averages with its t interval.
type Contrast struct {
	Estimate Estimate       `json:"estimate"` // in the unit of the study's metric
	SE       results.Number `json:"se"`
	DF       results.Number `json:"df"`
	P        results.Number `json:"p"` // two-sided, of 0

	// Runs and RunsP are the same for these items as they are: only runs vary.
	Runs  Estimate       `json:"runs"`
	RunsP results.Number `json:"runs_p"`

	// over makes the value a ratio to the base, of which limits and test take the
	// logarithm: the value at which nothing is gained is 0, and over as a ratio. 0 for a
	// sum that is no ratio.
	over float64
}

// Contrast sums the averages of entries with weights (methods.md section 4). Weights that
// sum up to 0 compare entries with each other; one entry with the weight 1 is compared
// with the base student. It reports an error for an entry that is not in the study, or
// that has no figure.
func (s *Study) Contrast(weights map[Entry]float64) (Contrast, error) {
	var rows []int
	var coefficients []float64
	c := Contrast{Estimate: Estimate{Method: RunsItems}}
	value := 0.0
	for i, e := range s.entries { // in a fixed order
		w, ok := weights[e]
		if !ok || w == 0 {
			continue
		}
		if why := s.unknown(i); why != "" {
			return Contrast{}, fmt.Errorf("%s: %s", e, why)
		}
		rows, coefficients = append(rows, i), append(coefficients, w)
		value += w * s.average(i, s.metric.figure).Value
		if n := s.point(i).N; len(rows) == 1 || n < c.Estimate.N {
			c.Estimate.N = n
		}
	}
	for e := range weights {
		if !slices.Contains(s.entries, e) {
			return Contrast{}, fmt.Errorf("%s is not in the study", e)
		}
	}
	c.Estimate.Value = results.Num(s.metric.shown(value), len(rows) > 0)
	if len(rows) == 0 || !s.prior.Scale.Known {
		c.Estimate.warn(warnNoPrior)
		return c, nil
	}
	if over := 100 * coefficients[0]; s.metric == ByGain && len(rows) == 1 && over > 0 && value+over > 0 {
		c.over = over
	}
	m := s.sumMix(rows, coefficients)
	c.SE, c.DF, c.P = c.interval(&c.Estimate, s.metric, value, m)
	m.items, m.chance, c.Runs = variance{}, variance{}, c.Estimate
	_, _, c.RunsP = c.interval(&c.Runs, s.metric, value, m)
	return c, nil
}

// interval sets the limits of a sum with the given variance.
func (c Contrast) interval(e *Estimate, metric Metric, value float64, m *mix) (se, df, p results.Number) {
	v, nu := m.total()
	if v == 0 {
		return se, df, p
	}
	sd := math.Sqrt(v)
	half := sd * tQuantile(1-Level/2, nu)
	e.between(metric.shown(c.away(value, -half)), metric.shown(c.away(value, half)))
	t := value / sd
	if c.over > 0 {
		ratio := value + c.over
		t = math.Log(ratio/c.over) * ratio / sd
	}
	return results.Num(sd, true), results.Num(nu, true), results.Num(tTwoSided(t, nu), true)
}

// away is what lies so far from the value, up or down. Of a ratio that far is as many
// % of it: a base of few right answers makes a ratio vary further up than down.
func (c Contrast) away(value, far float64) float64 {
	if c.over == 0 {
		return value + far
	}
	ratio := value + c.over
	return ratio*math.Exp(far/ratio) - c.over
}

// Bound is the one-sided confidence limit of the sum: it lies above the true one with
// the given confidence, or below for upper.
func (c Contrast) Bound(m Metric, confidence float64, upper bool) results.Number {
	far := tQuantile(confidence, max(c.DF.Value, 1)) * c.SE.Value
	if !upper {
		far = -far
	}
	value := c.Estimate.Value.Value
	if m == ByGeometric {
		value = math.Log(1 + value/100)
	}
	return results.Num(m.shown(c.away(value, far)), c.SE.Known)
}

// sumMix is the variance of the sum.
func (s *Study) sumMix(rows []int, coefficients []float64) *mix {
	m, n := newMix(s.prior), float64(len(s.domains))
	for d := range s.domains {
		slopes := make([]float64, len(rows))
		base := 0.0
		for k, i := range rows {
			c := s.cells[i][d]
			slopes[k] = coefficients[k] * s.metric.slope(c.mean, c.base) / n
			base += coefficients[k] * s.metric.byBase(c.mean, c.base) / n
			m.addRuns(c, slopes[k])
		}
		if len(s.domains) == 1 && math.Abs(floats.Sum(coefficients)) < 1e-9 {
			base = 0 // no weights hang on it
		}
		m.items = m.items.plus(s.sumOverItems(d, rows, slopes, base))
	}
	return m
}

// sumOverItems is the items' part of the variance in a domain. Cells of counts are not
// paired with the others.
func (s *Study) sumOverItems(d int, rows []int, slopes []float64, base float64) variance {
	var sum variance
	var byItem []float64
	var any *Cell
	for k, i := range rows {
		c := s.cells[i][d]
		if !c.paired() {
			v := c.itemVariance(0).value
			sum = sum.plus(estimated(slopes[k]*slopes[k]*v, float64(c.items-1)))
			continue
		}
		if byItem == nil {
			byItem, any = make([]float64, c.items), c
			floats.AddScaled(byItem, base, c.answers)
		}
		floats.AddScaled(byItem, slopes[k], c.xbar)
	}
	if byItem != nil {
		return sum.plus(any.over(byItem))
	}
	c := s.cells[rows[0]][d]
	return sum.plus(estimated(base*base*c.binomialVariance(c.base).value, float64(c.items-1)))
}
