package stats

import (
	"math"

	"autodatabench/results"
)

// Power is the chance of finding a difference that is as large as [Design.Detectable].
const Power = 0.8

// runsAtMost bounds the search of [Design.RunsNeeded].
const runsAtMost = 10_000

// Design is what the precision of a comparison of two entries depends on besides
// their runs. SDs are in percentage points of accuracy.
type Design struct {
	Domains int     `json:"domains"`
	Items   float64 `json:"items"`   // per domain
	RunSD   float64 `json:"run_sd"`  // between runs, the items' part taken out
	ItemSD  float64 `json:"item_sd"` // of one item's answer from run to run
	DF      float64 `json:"df"`      // of the comparison's variance
}

// Design measures the variances in all cells of the study that have two runs,
// weighted with their degrees of freedom; Items is the harmonic mean. Without
// any such cell, without a prior, or where no two runs differ, it reports false.
// Cells of which only counts are known leave the items' part in RunSD.
func (s *Study) Design() (Design, bool) {
	run, noise, perItem, df := 0.0, 0.0, 0.0, 0.0
	for _, row := range s.cells {
		for _, c := range row {
			if c == nil || len(c.runs) < 2 {
				continue
			}
			own := float64(len(c.runs) - 1)
			run += own * (c.runVar - c.noise/float64(c.items))
			noise += own * c.noise
			perItem += own / float64(c.items)
			df += own
		}
	}
	if df == 0 || !s.prior.Scale.Known || run <= 0 && noise == 0 {
		return Design{}, false
	}
	return Design{
		Domains: len(s.domains), Items: df / perItem, DF: float64(s.prior.DF),
		RunSD: 100 * math.Sqrt(max(run/df, 0)), ItemSD: 100 * math.Sqrt(noise/df),
	}, true
}

// SE is the standard error of a difference of average accuracies, in percentage
// points, when both entries have that many runs in every domain.
func (d Design) SE(runs int) float64 {
	r := float64(runs)
	return math.Sqrt((2*d.RunSD*d.RunSD/r + 2*d.ItemSD*d.ItemSD/(r*d.Items)) / float64(d.Domains))
}

// Detectable is the smallest difference, in percentage points, that a test at
// level alpha finds with probability [Power] (STATS.md section 4). For the first
// step of Holm, alpha is Level over the number of pairs.
func (d Design) Detectable(runs int, alpha float64) float64 {
	return (tQuantile(1-alpha/2, d.DF) + tQuantile(Power, d.DF)) * d.SE(runs)
}

// RunsNeeded is the smallest number of runs per entry and domain with which a
// difference of that many percentage points is detectable. It is missing for
// none, and when it is over 10,000.
func (d Design) RunsNeeded(difference, alpha float64) results.Number {
	once := d.Detectable(1, alpha) // shrinks with the root of the runs
	runs := math.Ceil(math.Pow(once/math.Abs(difference), 2) - 1e-9)
	return results.Num(max(1, runs), difference != 0 && runs <= runsAtMost)
}
