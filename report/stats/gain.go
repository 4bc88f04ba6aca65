package stats

import (
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/autodatabench/autodatabench/results"
)

// itemVariance is the variance of m - ratio*b that comes from the choice of
// items: V_item of section 2 for ratio = m/b, and of the accuracy alone for 0.
func (c *Cell) itemVariance(ratio float64) variance {
	if !c.paired() {
		v := c.binomialVariance(c.mean)
		if ratio != 0 {
			v.value += ratio * ratio * c.binomialVariance(c.base).value
		}
		return estimated(v.value, float64(c.items-1))
	}
	return c.over(floats.AddScaledTo(make([]float64, c.items), c.xbar, -ratio, c.answers))
}

// Gain is the cell's relative gain in % with a moderated t interval (section 2;
// the headline of section 3 is [Study.Headlines]).
func (c *Cell) Gain(p RunPrior) Estimate {
	e := Estimate{Interval: Interval{Value: c.gain()}, N: len(c.runs), Method: RunsItems}
	if !e.Value.Known {
		e.warn("undefined: the base student has 0 of %d correct", c.items)
		return e
	}
	c.bound(&e, p, c.mean/c.base, 100/c.base)
	return e
}

// Points is the cell's absolute gain in percentage points of accuracy with a
// moderated t interval. It is defined for a base of 0.
func (c *Cell) Points(p RunPrior) Estimate {
	e := Estimate{Interval: Interval{Value: results.Num(c.points(), true)}, N: len(c.runs), Method: RunsItems}
	c.bound(&e, p, 1, 100)
	return e
}

// bound sets the limits of the mean of X - ratio*B over items, times scale.
func (c *Cell) bound(e *Estimate, p RunPrior, ratio, scale float64) {
	c.caution(e, p)
	if c.valid == 0 {
		e.warn(warnNeverValid)
	}
	if !p.Scale.Known || c.valid == 0 {
		return
	}
	m := newMix(p)
	m.items = c.itemVariance(ratio)
	m.addRuns(c, 1)
	v, df := m.total()
	half := scale * math.Sqrt(v) * tQuantile(1-Level/2, df)
	e.between(e.Value.Value-half, e.Value.Value+half)
}

// caution adds what the cell and the prior make doubtful in an interval.
func (c *Cell) caution(e *Estimate, p RunPrior) {
	for _, w := range p.Warnings {
		e.warn("%s", w)
	}
	if len(c.runs) == 1 && p.Scale.Known {
		e.warn(warnBorrowed)
	}
	if p.entry(c.entry).unequal {
		e.warn("runs of %s vary more than those of the others: their own variance counts", c.entry)
	}
	if !c.paired() {
		e.warn(warnUnpaired)
	}
}
