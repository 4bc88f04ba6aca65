package stats

import (
	"fmt"
	"math"

	"github.com/autodatabench/autodatabench/results"
)

// Metric is the figure by which entries are ranked and tested: a figure of each domain,
// averaged over the domains (methods.md section 1).
type Metric string

// The metrics. The geometric mean is compared on its logarithm; a difference of it is
// the % by which one accuracy is over the other.
const (
	ByGain      Metric = "gain"
	ByPoints    Metric = "points"
	ByHeadroom  Metric = "headroom"
	ByGeometric Metric = "geometric"
)

// Metrics lists the metrics.
func Metrics() []Metric { return []Metric{ByGain, ByPoints, ByHeadroom, ByGeometric} }

// Unit is what a difference of the metric is counted in.
func (k Metric) Unit() string {
	switch k {
	case ByPoints:
		return "percentage points of accuracy"
	case ByHeadroom:
		return "% of what the base student lacks"
	case ByGeometric:
		return "% of the other's accuracy, geometric mean"
	}
	return "% of the base"
}

// of is the figure of accuracy m over base b.
func (k Metric) of(m, b float64) float64 {
	switch k {
	case ByPoints:
		return 100 * (m - b)
	case ByHeadroom:
		return 100 * (m - b) / (1 - b)
	case ByGeometric:
		return math.Log(m / b)
	}
	return 100 * (m - b) / b
}

// shown turns an average of figures into what is shown.
func (k Metric) shown(average float64) float64 {
	if k == ByGeometric {
		return 100 * (math.Exp(average) - 1)
	}
	return average
}

// slope is the derivative of the figure by the accuracy.
func (k Metric) slope(m, b float64) float64 {
	switch k {
	case ByPoints:
		return 100
	case ByHeadroom:
		return 100 / (1 - b)
	case ByGeometric:
		return 1 / m
	}
	return 100 / b
}

// byBase is the derivative of the figure by the base.
func (k Metric) byBase(m, b float64) float64 {
	switch k {
	case ByPoints:
		return -100
	case ByHeadroom:
		return -100 * (1 - m) / ((1 - b) * (1 - b))
	case ByGeometric:
		return -1 / b
	}
	return -100 * m / (b * b)
}

// undefined says why the cell has no figure, or nothing.
func (k Metric) undefined(c *Cell) string {
	switch {
	case (k == ByGain || k == ByGeometric) && c.base == 0:
		return fmt.Sprintf("undefined: the base student has 0 of %d correct in %s", c.items, c.domain)
	case k == ByGeometric && c.mean == 0:
		return fmt.Sprintf("undefined: no answer is correct in %s", c.domain)
	case k == ByHeadroom && c.base == 1:
		return fmt.Sprintf("undefined: the base student has all of %d correct in %s", c.items, c.domain)
	}
	return ""
}

// figure is the metric of the cell, missing where it is undefined.
func (k Metric) figure(c *Cell) results.Number {
	return results.Num(k.of(c.mean, c.base), k.undefined(c) == "")
}
