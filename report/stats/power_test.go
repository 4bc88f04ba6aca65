package stats_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/autodatabench/autodatabench/report/stats"
	"github.com/autodatabench/autodatabench/results"
)

// measured has the variances behind the figures of methods.md section 4: 5.3 points
// between runs without items, standard errors of 2.70 at 300 items and 2.50 at
// infinitely many for three runs. 42 degrees of freedom are inferred from the
// detectable differences there. All of these are rounded: 1 % is allowed for it,
// besides the rounding of the figures compared with.
var measured = stats.Design{Domains: 3, Weights: []float64{1. / 3, 1. / 3, 1. / 3}, Items: 300, RunSD: 5.3, ItemSD: 37.5, DF: 42}

func TestDetectable(t *testing.T) {
	for runs, want := range map[int][2]float64{2: {9.5, 16.4}, 3: {7.7, 13.4}, 5: {6.0, 10.4}, 10: {4.2, 7.4}} {
		within(t, fmt.Sprintf("%d runs", runs), measured.Detectable(runs, 0.05), want[0], 0.05+want[0]/100)
		within(t, fmt.Sprintf("%d runs, first step of Holm", runs), measured.Detectable(runs, 0.05/276), want[1], 0.05+want[1]/100)
	}
	within(t, "SE of three runs", measured.SE(3), 2.70, 0.005)
	endless := measured
	endless.Items = math.Inf(1)
	within(t, "SE with any number of items", endless.SE(3), 2.50, 0.005)
}

func TestRunsNeeded(t *testing.T) {
	for _, difference := range []float64{1, 3, 5, 8} {
		got := measured.RunsNeeded(difference, 0.05)
		runs := int(got.Value)
		if !got.Known || measured.Detectable(runs, 0.05) > difference || runs > 1 && measured.Detectable(runs-1, 0.05) <= difference {
			t.Errorf("%v points: %v runs", difference, got)
		}
		normal := measured
		normal.DF = math.Inf(1)
		within(t, "runs of the normal formula", normal.RunsNeeded(difference, 0.05).Value, math.Ceil(171/(difference*difference)), 1.5)
	}
	if got := measured.RunsNeeded(100, 0.05); got != num(1) {
		t.Errorf("100 points: %v runs", got)
	}
	for _, difference := range []float64{0, 0.01} {
		if got := measured.RunsNeeded(difference, 0.05); got.Known {
			t.Errorf("%v points: %v runs", difference, got)
		}
	}
}

// The variances of many simulated cells are those that they were drawn with.
func TestDesign(t *testing.T) {
	w := three
	w.items, w.runs, w.truth = 200, 4, []float64{0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3}
	cells := w.cells(t, rand.New(rand.NewPCG(6, 6)))
	s := study(t, w.domains, stats.FitRunPrior(cells), cells...)
	got, ok := s.Design()
	if !ok || got.Domains != 3 || math.Abs(got.Items-200) > 1e-9 || got.DF != 90 {
		t.Errorf("%+v, %v", got, ok)
	}
	within(t, "SD between runs", got.RunSD, 5.5, 1.2) // 90 degrees of freedom: 2.5 standard errors
	if !(got.ItemSD > 20 && got.ItemSD < 45) {
		t.Errorf("SD of an answer %v", got.ItemSD)
	}
	if _, ok := study(t, one, given(1, 1, 1), cell(t, "a", "science", "10", "10")).Design(); ok {
		t.Error("a design from one run")
	}
}

// The plan's standard error is that of the tests of pairs. The design averages the
// variances themselves, so it has their mean already and must not take the tests'
// factor once more.
func TestDesignAgreesWithPairs(t *testing.T) {
	for _, runs := range []int{2, 3, 5} {
		rng := rand.New(rand.NewPCG(1, 2))
		var cells []*stats.Cell
		for k := range 60 {
			sd := math.Sqrt(0.0007 * 6 / distuv.ChiSquared{K: 6, Src: rng}.Rand())
			shares := make([]float64, runs)
			for r := range shares {
				shares[r] = min(max(0.4+sd*rng.NormFloat64(), 0), 1)
			}
			cells = append(cells, counts(t, fmt.Sprint("agent", k), results.Science, 100_000, 0.2, shares...))
		}
		prior := stats.FitRunPrior(cells)
		s := study(t, one, prior, cells...)
		d, _ := s.Design()
		sum, pairs := 0.0, s.Pairs()
		for _, p := range pairs {
			sum += p.SE.Value * p.SE.Value
		}
		if se := 0.2 * math.Sqrt(sum/float64(len(pairs))); !prior.DF0.Known || math.Abs(d.SE(runs)/se-1) > 0.03 {
			t.Errorf("%d runs, d0 %v: planned %v, in the tests %v", runs, prior.DF0, d.SE(runs), se)
		}
	}
}

// A point counts by the base accuracy of its domain: of two domains with bases of
// .1 and .4, 5 and 1.25 % of the average gain.
func TestGainDesign(t *testing.T) {
	domains := []results.Domain{results.Science, results.Code}
	cells := []*stats.Cell{
		counts(t, "a", results.Science, 100, 0.1, 0.2, 0.26), counts(t, "a", results.Code, 100, 0.4, 0.6, 0.68),
		counts(t, "b", results.Science, 100, 0.1, 0.3, 0.36), counts(t, "b", results.Code, 100, 0.4, 0.5, 0.58),
	}
	s := study(t, domains, given(0.01, 4, 4), cells...)
	got, ok := s.GainDesign()
	if diff := cmp.Diff([]float64{5, 1.25}, got.Weights, cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-9 })); !ok || diff != "" {
		t.Errorf("weights (-want +got):\n%s", diff)
	}
	// Sample variances of runs 6 and 8 points apart are 18 and 32, their mean is 25.
	within(t, "SE of 3 runs", got.SE(3), math.Sqrt((5*5+1.25*1.25)*2*25/3), 1e-9)
	if got.Cells != 4 {
		t.Errorf("%d cells", got.Cells)
	}
	pair := s.Pairs()[0]
	if needed := got.RunsNeeded(pair.Gain.Value.Value, 0.05); math.Abs(pair.Points.Value) > 1e-9 || !needed.Known {
		t.Errorf("%+v: %v runs needed", pair, needed)
	}
	if _, ok := study(t, one, given(0.01, 4, 4), counts(t, "a", results.Science, 100, 0, 0.2, 0.26)).GainDesign(); ok {
		t.Error("a design of gains over a base of 0")
	}
}

func TestAlternatives(t *testing.T) {
	domains := []results.Domain{results.Science, results.Code}
	s := study(t, domains, given(0.1, 4, 10),
		counts(t, "a", results.Science, 100, 0.1, 0.2), counts(t, "a", results.Code, 100, 0.5, 0.5),
		counts(t, "b", results.Science, 100, 0.1, 0.1), counts(t, "b", results.Code, 100, 0.5, 0.75),
		counts(t, "c", results.Science, 100, 0.1, 0), counts(t, "c", results.Code, 100, 0.5, 0.5),
		counts(t, "d", results.Science, 100, 0.1, 0.3))
	want := []stats.Alternatives{
		{
			Entry: entry("a"), Gain: num(50), Points: num(5), Geometric: num(100 * (math.Sqrt2 - 1)), Ratio: num(100 * (0.7/0.6 - 1)),
			Headroom: num(100 * 0.1 / 0.9 / 2), WinRate: num(0.625), Without: []int{2, 2}, N: 1,
		},
		{
			Entry: entry("b"), Gain: num(25), Points: num(12.5), Geometric: num(100 * (math.Sqrt(1.5) - 1)), Ratio: num(100 * (0.85/0.6 - 1)),
			Headroom: num(25), WinRate: num(0.75), Without: []int{1, 3}, N: 1,
		},
		{
			Entry: entry("c"), Gain: num(-50), Points: num(-5), Geometric: num(-100), Ratio: num(100 * (0.5/0.6 - 1)),
			Headroom: num(-100 * 0.1 / 0.9 / 2), WinRate: num(0.125), Without: []int{2, 4}, N: 1,
		},
		{Entry: entry("d"), Without: []int{0, 1}, Warnings: []string{"no score in code yet"}},
	}
	if diff := cmp.Diff(want, s.Alternatives(), near); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff([]results.Number{num(5.0 / 6), num(1.0 / 6)}, s.WeightShares(), near); diff != "" {
		t.Errorf("weight shares (-want +got):\n%s", diff)
	}
}

func TestAlternativesEdges(t *testing.T) {
	zero := study(t, one, given(0.1, 4, 10), cell(t, "a", results.Science, "0000", "1000"))
	want := stats.Alternatives{Entry: entry("a"), Points: num(25), Headroom: num(25), Without: []int{0}, N: 1, Warnings: []string{"undefined: the base student has 0 of 4 correct in science"}}
	if diff := cmp.Diff([]stats.Alternatives{want}, zero.Alternatives(), near); diff != "" {
		t.Errorf("base of 0, one entry (-want +got):\n%s", diff)
	}
	if got := zero.WeightShares(); len(got) != 1 || got[0].Known {
		t.Errorf("weight shares %v", got)
	}
	full := study(t, one, given(0.1, 4, 10), cell(t, "a", results.Science, "1111", "1000"))
	if got := full.Alternatives()[0]; got.Headroom.Known || got.Gain != num(-75) {
		t.Errorf("base of 1: %+v", got)
	}
}
