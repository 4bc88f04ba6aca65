package stats_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/autodatabench/autodatabench/report/stats"
	"github.com/autodatabench/autodatabench/results"
)

// limit is a gain with its one-sided limits of 95 %, and the true gain, all in %.
type limit struct{ value, low, high, truth float64 }

// limitsHeld counts how often limits hold the true gain, and how far below and above the
// value they lie, in % of 100 % plus the value.
type limitsHeld struct {
	low, high             share
	down, up, n, nonsense float64 // nonsense: lower limits below -100 %
}

// add takes the limits of a data set.
func (l *limitsHeld) add(set []limit) {
	above, below := 0, 0
	for _, x := range set {
		if x.low <= x.truth {
			above++
		}
		if x.truth <= x.high {
			below++
		}
		l.down += 100 * (x.value - x.low) / (100 + x.value)
		l.up += 100 * (x.high - x.value) / (100 + x.value)
		l.n++
		if x.low < -100 {
			l.nonsense++
		}
	}
	l.low.add(above, len(set))
	l.high.add(below, len(set))
}

func (l *limitsHeld) String() string {
	return fmt.Sprintf("%v | %v | %.0f | %.0f | %.1f", &l.low, &l.high, l.down/l.n, l.up/l.n, 100*l.nonsense/l.n)
}

// TestCoverageBounds measures the one-sided limits of an agent's gain over the base
// (methods.md section 4), beside those that are symmetric about the value. It counts
// data sets whose base has at least 10 right answers in each domain: others are judged
// by points.
func TestCoverageBounds(t *testing.T) {
	three := []results.Domain{results.Science, results.Code, results.Finance}
	worlds := []world{
		{base: 0.17, items: 300, runs: 3, spread: 0.055, domains: one, groupSize: 15},
		{base: 0.17, items: 300, runs: 3, spread: 0.055, domains: three, groupSize: 15},
		{base: 0.08, items: 300, runs: 3, spread: 0.04, domains: one, groupSize: 15},
		{base: 0.08, items: 300, runs: 3, spread: 0.04, domains: three, groupSize: 15},
		{base: 0.08, items: 300, runs: 3, spread: 0.04, domains: three},
		{base: 0.17, items: 300, runs: 3, spread: 0.055, domains: three},
		{base: 0.40, items: 300, runs: 3, spread: 0.055, domains: three},
	}
	sets := 300
	if *fullStudy {
		sets = *studySets
	} else {
		worlds = worlds[1:4]
	}
	t.Log("| base | domains | items of a group | limits | true gain above the lower, % | below the upper, % | % below | % above | impossible, % |")
	t.Log("|---:|---:|---:|---|---:|---:|---:|---:|---:|")
	for _, w := range worlds {
		w.truth = []float64{w.base, 1.3 * w.base, 1.6 * w.base, 2 * w.base}
		log, linear := w.limits(t, sets)
		row := fmt.Sprintf("%v | %d | %d", w.base, len(w.domains), max(w.groupSize, 1))
		t.Logf("| %s | symmetric | %v |", row, &linear)
		t.Logf("| %s | on the logarithm | %v |", row, &log)
		log.low.check(t, row+", lower limit", 92, 100)
		log.high.check(t, row+", upper limit", 93, 100)
		if log.nonsense > 0 {
			t.Errorf("%s: %v lower limits below -100 %%", row, log.nonsense)
		}
	}
}

func (w world) limits(t *testing.T, sets int) (log, linear limitsHeld) {
	t.Helper()
	perSet := make([]struct{ log, linear []limit }, sets)
	parallel(sets, func(k int) {
		cells, n := w.cells(t, w.source(k)), &perSet[k]
		for _, c := range cells {
			if stats.BaseRight(c) < 9.5 {
				return
			}
		}
		s := study(t, w.domains, stats.FitRunPrior(cells), cells...)
		for a := range w.truth {
			c, err := s.Contrast(map[stats.Entry]float64{entry(string(rune('a' + a))): 1})
			if err != nil {
				t.Error(err)
				return
			}
			value, half, truth := c.Estimate.Value.Value, c.SE.Value*stats.TQuantile(0.95, c.DF.Value), 100*(w.truth[a]/w.base-1)
			low, high := c.Bound(stats.ByGain, 0.95, false), c.Bound(stats.ByGain, 0.95, true)
			n.log = append(n.log, limit{value, low.Value, high.Value, truth})
			n.linear = append(n.linear, limit{value, value - half, value + half, truth})
		}
	})
	for _, n := range perSet {
		log.add(n.log)
		linear.add(n.linear)
	}
	return log, linear
}

// TestBoundsOfARatio have the limits on the logarithm: as many times below as above. A
// gain of no right answer has no logarithm.
func TestBoundsOfARatio(t *testing.T) {
	base := repeated("1000", 25)
	c := cell(t, "a", results.Science, base, repeated("1101", 25), repeated("0101", 25))
	none := cell(t, "b", results.Science, base, repeated("0000", 25), repeated("0000", 25))
	s := study(t, one, given(0.01, 9), c, none)
	got, err := s.Contrast(map[stats.Entry]float64{entry("a"): 1})
	if err != nil {
		t.Fatal(err)
	}
	value, far := got.Estimate.Value.Value, got.SE.Value*stats.TQuantile(0.975, got.DF.Value)
	ratio := 1 + value/100
	low, high := 1+got.Estimate.Low.Value/100, 1+got.Estimate.High.Value/100
	if want := ratio * math.Exp(-far/100/ratio); math.Abs(low-want) > 1e-12 || math.Abs(ratio/low-high/ratio) > 1e-12 {
		t.Errorf("%v to %v about %v, want %v", low, high, ratio, want)
	}
	lower := got.Bound(stats.ByGain, 0.975, false)
	if math.Abs(lower.Value-got.Estimate.Low.Value) > 1e-9 {
		t.Errorf("one-sided %v, two-sided %v", lower, got.Estimate.Low)
	}
	if got, err = s.Contrast(map[stats.Entry]float64{entry("b"): 1}); err != nil || got.Estimate.Value.Value != -100 || math.IsNaN(got.Estimate.Low.Value) || math.IsNaN(got.P.Value) {
		t.Errorf("no right answer: %+v, %v", got, err)
	}
}
