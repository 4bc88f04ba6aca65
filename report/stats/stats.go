// Package stats computes the figures of the leaderboard that are more than a
// mean: spreads and intervals.
//
// A figure that cannot be computed is missing and says why in a warning; it is
// never 0. The point values follow results' scoring rules. The package is not
// for rounding or showing, and draws random numbers only from the seeds it is given.
package stats

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/autodatabench/autodatabench/results"
)

// Version is that of the methods. It goes up when they give other intervals, tests or
// ranks for the same outcomes. Version 1 drew the variance between runs towards all
// cells, and planned without the items on which agents differ for good. Version 2 had
// limits of a gain over the base that were symmetric about it.
const Version = 3

// Value is a mean with its spread. Both have the unit of the values.
type Value struct {
	Mean     results.Number `json:"mean"`
	SD       results.Number `json:"sd"` // standard deviation from run to run
	N        int            `json:"n"`  // runs; of an average, the fewest of any domain
	Warnings []string       `json:"warnings,omitempty"`
}

// OverRuns is the mean of one figure over runs and its standard deviation with
// n-1 degrees of freedom, which takes two runs.
func OverRuns(values []results.Number) Value {
	v := Value{Mean: results.Mean(values), N: len(values)}
	if !v.Mean.Known {
		known := 0
		for _, x := range values {
			if x.Known {
				known++
			}
		}
		v.warn("%d of %d runs have the figure", known, len(values))
		return v
	}
	if len(values) < 2 {
		v.warn("one run: no spread")
		return v
	}
	floats := make([]float64, len(values))
	for i, x := range values {
		floats[i] = x.Value
	}
	v.SD = results.Num(stat.StdDev(floats, nil), true)
	return v
}

// OverDomains is the mean over domains of their means over runs. Its SD is that
// of one round of runs, one in every domain: the root of the domains' summed
// variances, divided by their number. Runs of different domains have nothing in
// common, so that the way in which they are numbered does not matter. The mean
// is missing when any domain's is, and so is the SD.
func OverDomains(domains []Value) Value {
	var v Value
	means, variance, spread := make([]results.Number, 0, len(domains)), 0.0, len(domains) > 0
	for i, d := range domains {
		means = append(means, d.Mean)
		variance += d.SD.Value * d.SD.Value
		spread = spread && d.SD.Known
		if i == 0 || d.N < v.N {
			v.N = d.N
		}
	}
	v.Mean = results.Mean(means)
	if !v.Mean.Known {
		v.warn("a domain is missing: no average")
		return v
	}
	v.SD = results.Num(math.Sqrt(variance)/float64(len(domains)), spread)
	if !spread {
		v.warn("a domain has one run: no spread")
	}
	return v
}

func (v *Value) warn(format string, args ...any) {
	v.Warnings = append(v.Warnings, fmt.Sprintf(format, args...))
}

// Interval is a figure with the limits of an interval; one that has no upper
// limit lacks High.
type Interval struct {
	Value results.Number `json:"value"`
	Low   results.Number `json:"low"`
	High  results.Number `json:"high"`
}

// PooledMATS is attempts per valid submission over all runs together, with the
// 95 % interval that follows from the Jeffreys limits of the success rate
// (equal-tailed, Beta(valid+1/2, invalid+1/2)). Without any valid submission
// only the lower limit is known. N counts attempts.
func PooledMATS(attempts, valid int) Estimate {
	e := Estimate{N: attempts, Method: Jeffreys}
	if attempts <= 0 {
		e.warn("no attempt")
		return e
	}
	rate := distuv.Beta{Alpha: float64(valid) + 0.5, Beta: float64(attempts-valid) + 0.5}
	e.Value, e.Low = results.Num(results.MATS(attempts, valid)), results.Num(1, true)
	if valid < attempts { // all valid: the rate's upper limit is 1 by convention
		e.Low.Value = 1 / rate.Quantile(0.975)
	}
	if valid == 0 {
		e.warn("no valid submission: a lower limit only")
		return e
	}
	e.High = results.Num(1/rate.Quantile(0.025), true)
	return e
}
