package stats

import (
	"math"
	"slices"

	"github.com/autodatabench/autodatabench/results"
)

// Power is the chance of finding a difference that is as large as [Design.Detectable].
const Power = 0.8

// runsAtMost bounds the search of [Design.RunsNeeded].
const runsAtMost = 10_000

// Design is what the precision of a comparison of two entries depends on besides
// their runs. SDs are in percentage points of accuracy. What is compared is a sum
// over domains: a percentage point in a domain counts with its weight.
type Design struct {
	Domains  int       `json:"domains"`
	Weights  []float64 `json:"weights"` // by domain
	Items    float64   `json:"items"`   // per domain
	RunSD    float64   `json:"run_sd"`  // between runs, the items' part taken out
	ItemSD   float64   `json:"item_sd"` // of one item's answer from run to run
	DF       float64   `json:"df"`      // of the comparison's variance
	Cells    int       `json:"cells"`   // with two runs, that this rests on
	Warnings []string  `json:"warnings,omitempty"`
}

// Design is that of the difference of average accuracies, in percentage points.
// It measures the variances in all cells of the study that have two runs,
// weighted with their degrees of freedom; Items is the harmonic mean. Without
// any such cell, without a prior, or where no two runs differ, it reports false.
// Cells of which only counts are known leave the items' part in RunSD.
func (s *Study) Design() (Design, bool) {
	run, noise, perItem, df, cells := 0.0, 0.0, 0.0, 0.0, 0
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
			cells++
		}
	}
	if df == 0 || !s.prior.Scale.Known || run <= 0 && noise == 0 {
		return Design{}, false
	}
	n := len(s.domains)
	return Design{
		Domains: n, Weights: slices.Repeat([]float64{1 / float64(n)}, n), Items: df / perItem, DF: float64(s.prior.DF),
		RunSD: 100 * math.Sqrt(max(run/df, 0)), ItemSD: 100 * math.Sqrt(noise/df), Cells: cells, Warnings: s.prior.Warnings,
	}, true
}

// GainDesign is that of the difference of average gains, in % of the base, weighted
// as the pairs are: the lower a domain's base accuracy, the more a point counts. By
// methods.md section 4 it leaves out what the pairs add so that variances add up, and for items
// that stay different, so that a test needs a little more. It reports false also where a base accuracy is 0 or unknown.
func (s *Study) GainDesign() (Design, bool) {
	design, ok := s.Design()
	for d := range s.domains {
		base := s.base(d)
		if !ok || base.Value == 0 {
			return Design{}, false
		}
		design.Weights[d] /= base.Value
	}
	return design, true
}

// SE is the standard error of a difference when both entries have that many runs
// in every domain.
func (d Design) SE(runs int) float64 {
	r, squares := float64(runs), 0.0
	for _, w := range d.Weights {
		squares += w * w
	}
	return math.Sqrt(squares * (2*d.RunSD*d.RunSD/r + 2*d.ItemSD*d.ItemSD/(r*d.Items)))
}

// Detectable is the smallest difference that a test at level alpha finds with probability [Power] (methods.md section 4). For the first
// step of Holm, alpha is Level over the number of pairs.
func (d Design) Detectable(runs int, alpha float64) float64 {
	return (tQuantile(1-alpha/2, d.DF) + tQuantile(Power, d.DF)) * d.SE(runs)
}

// RunsNeeded is the smallest number of runs per entry and domain with which a
// difference of that size is detectable. It is missing for none, and when it is
// over 10,000.
func (d Design) RunsNeeded(difference, alpha float64) results.Number {
	once := d.Detectable(1, alpha) // shrinks with the root of the runs
	runs := math.Ceil(math.Pow(once/math.Abs(difference), 2) - 1e-9)
	return results.Num(max(1, runs), difference != 0 && runs <= runsAtMost)
}
