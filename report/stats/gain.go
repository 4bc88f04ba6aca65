package stats

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/autodatabench/autodatabench/results"
)

// runVariance is the variance of the cell's accuracy that comes from its runs
// (V_run of section 2, moderated): the items' share is taken out. Of counts, and
// of one run, the items' share is not known and stays in.
func (c *Cell) runVariance(p RunPrior) variance { return c.runVarianceTimes(p, 1) }

// runVarianceTimes is runVariance with the moderated variance between runs, of
// which the items' share is taken out, times a factor.
func (c *Cell) runVarianceTimes(p RunPrior, factor float64) variance {
	r, n := float64(len(c.runs)), float64(c.items)
	runVar, nu := p.moderated(c)
	runVar *= factor
	v := variance{max(runVar-c.noise/n, 0) / r, (runVar / r) * (runVar / r) / nu}
	if c.noise > 0 {
		share := c.noise / (r * n)
		v.spread += share * share / ((r - 1) * (n - 1))
	}
	return v
}

// itemVariance is the variance of m - ratio*b that comes from the choice of
// items: V_item of section 2 for ratio = m/b, and of the accuracy alone for 0.
func (c *Cell) itemVariance(ratio float64) variance {
	n := float64(c.items)
	value := (c.mean*(1-c.mean) + ratio*ratio*c.base*(1-c.base)) / n
	if c.paired() {
		rest := floats.AddScaledTo(make([]float64, c.items), c.xbar, -ratio, c.answers)
		value = stat.Variance(rest, nil) / n
	}
	return variance{value, value * value / (n - 1)}
}

// Gain is the cell's relative gain in % with a moderated t interval (section 2;
// the headline of section 3 is [Study.Headlines]).
func (c *Cell) Gain(p RunPrior) Estimate {
	e := Estimate{Interval: Interval{Value: c.gain()}, N: len(c.runs), Method: ModeratedT}
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
	e := Estimate{Interval: Interval{Value: results.Num(c.points(), true)}, N: len(c.runs), Method: ModeratedT}
	c.bound(&e, p, 1, 100)
	return e
}

// bound sets the limits of the mean of X - ratio*B over items, times scale.
func (c *Cell) bound(e *Estimate, p RunPrior, ratio, scale float64) {
	c.caution(e, p)
	if !p.Scale.Known {
		return
	}
	v := c.runVariance(p).plus(c.itemVariance(ratio))
	half := scale * math.Sqrt(v.value) * tQuantile(1-Level/2, v.value*v.value/v.spread)
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
	if !c.paired() {
		e.warn(warnUnpaired)
	}
}
