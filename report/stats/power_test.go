package stats_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/report/stats"
	"github.com/autodatabench/autodatabench/results"
)

// measured is the plan of methods.md section 4 for three agents in three domains of 300
// items, with the paper's variance between runs of 5.3 points.
func measured(items float64) stats.Design {
	d := stats.Design{By: stats.ByPoints, Entries: 3}
	for _, name := range results.Domains() {
		d.Domains = append(d.Domains, stats.DesignDomain{Domain: name, Weight: 1.0 / 3, Items: items, RunSD: 5.3, AnswerSD: 37.5, ItemSD: 30})
	}
	return d
}

// From Simpson's rule on the densities of Student's t and of chi.
func TestDetectable(t *testing.T) {
	for runs, want := range map[int][2]float64{2: {11.171, 28.65}, 3: {8.600, 16.961}, 5: {6.672, 11.772}, 10: {5.044, 8.450}} {
		within(t, fmt.Sprintf("%d runs", runs), measured(300).Detectable(runs, 0.05), want[0], 0.01)
		within(t, fmt.Sprintf("%d runs, first step of Holm", runs), measured(300).Detectable(runs, 0.05/276), want[1], 0.01)
	}
	// By hand: (2 5.3^2 + 2 37.5^2/300)/3 for runs, 900/300 for items, over three domains.
	within(t, "SE of three runs", measured(300).SE(3), math.Sqrt(((2*5.3*5.3+2*37.5*37.5/300)/3+3)/3), 1e-9)
	within(t, "SE with any number of items", measured(1e12).SE(3), math.Sqrt(2*5.3*5.3/9), 1e-5)
}

// More runs leave the items: a difference below their floor takes more items.
func TestNeeded(t *testing.T) {
	d := measured(300)
	for _, difference := range []float64{3.5, 5, 8, -8, 100} {
		got := d.Needed(difference, 0.05)
		runs, size := int(got.Runs.Value), math.Abs(difference)
		if !got.Runs.Known || d.Detectable(runs, 0.05) > size || runs > 2 && d.Detectable(runs-1, 0.05) <= size {
			t.Errorf("%v points: %+v", difference, got)
		}
	}
	floor := 2.8 * math.Sqrt(3.0/3)
	got := d.Needed(0.9*floor, 0.05)
	if got.Runs.Known || !got.Items.Known || !(got.Items.Value > 300) {
		t.Fatalf("below the floor: %+v", got)
	}
	if found := measured(got.Items.Value).Detectable(int(got.ItemsRuns.Value), 0.05); math.Abs(found-0.9*floor) > 0.02*floor {
		t.Errorf("%v items and %v runs find %v, want %v", got.Items, got.ItemsRuns, found, 0.9*floor)
	}
	if got := d.Needed(0, 0.05); got.Runs.Known || got.Items.Known {
		t.Errorf("no difference: %+v", got)
	}
}

// The variances of many simulated cells are those that they were drawn with.
func TestDesign(t *testing.T) {
	w := three
	w.items, w.runs, w.truth = 200, 4, []float64{0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3}
	cells := w.cells(t, rand.New(rand.NewPCG(6, 6)))
	s := study(t, w.domains, stats.FitRunPrior(cells), cells...)
	got, ok := s.Design()
	if !ok || len(got.Domains) != 3 || got.Entries != 10 || got.Cells != 30 {
		t.Errorf("%+v, %v", got, ok)
	}
	for _, d := range got.Domains {
		within(t, "weight", d.Weight, 1/0.51, 0.5) // of a base of 17 % in 3 domains, about
		within(t, "SD between runs", d.RunSD, 5.5, 1.5)
		if !(d.AnswerSD > 20 && d.AnswerSD < 45) || !(d.ItemSD > 15 && d.ItemSD < 40) || d.Items != 200 {
			t.Errorf("%+v", d)
		}
	}
	if _, ok := study(t, one, given(1, 1), cell(t, "a", "science", "10", "10")).Design(); !ok {
		t.Error("no design from a known variance")
	}
	if _, ok := study(t, one, stats.FitRunPrior(nil), cell(t, "a", "science", "10", "10")).Design(); ok {
		t.Error("a design from one run")
	}
}

// The plan's standard error is that of the tests of pairs.
func TestDesignAgreesWithPairs(t *testing.T) {
	for _, runs := range []int{2, 3, 5} {
		w := world{base: 0.2, items: 300, runs: runs, domains: results.Domains(), spread: 0.05, truth: slices.Repeat([]float64{0.3}, 12)}
		cells := w.cells(t, rand.New(rand.NewPCG(1, 2)))
		s := study(t, w.domains, stats.FitRunPrior(cells), cells...)
		for _, by := range []stats.Metric{stats.ByGain, stats.ByPoints, stats.ByHeadroom, stats.ByGeometric} {
			d, _ := s.By(by).Design()
			sum, pairs := 0.0, s.By(by).Pairs()
			for _, p := range pairs {
				sum += p.SE.Value * p.SE.Value
			}
			se := math.Sqrt(sum / float64(len(pairs)))
			if math.Abs(d.SE(runs)/se-1) > 0.04 {
				t.Errorf("%d runs, %s: planned %v, in the tests %v", runs, by, d.SE(runs), se)
			}
		}
	}
}

// The plan of a pair has the items on which these two differ.
func TestPairDesign(t *testing.T) {
	base := repeated("10", 100)
	alike, other := repeated("1100", 50), repeated("0011", 50)
	s := study(t, one, given(0.01, 20), cell(t, "a", "science", base, alike, alike), cell(t, "b", "science", base, alike, alike), cell(t, "c", "science", base, other, other))
	same, _ := s.PairDesign(entry("a"), entry("b"))
	apart, _ := s.PairDesign(entry("a"), entry("c"))
	if same.Domains[0].ItemSD != 0 || !(apart.Domains[0].ItemSD > 90) {
		t.Errorf("items that stay different: %v points and %v", same.Domains[0].ItemSD, apart.Domains[0].ItemSD)
	}
	if _, ok := s.PairDesign(entry("a"), entry("x")); ok {
		t.Error("a plan of an unknown entry")
	}
}

func TestAlternatives(t *testing.T) {
	domains := []results.Domain{results.Science, results.Code}
	s := study(t, domains, given(0.1, 10),
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
	zero := study(t, one, given(0.1, 10), cell(t, "a", results.Science, "0000", "1000"))
	want := stats.Alternatives{Entry: entry("a"), Points: num(25), Headroom: num(25), Without: []int{0}, N: 1, Warnings: []string{"undefined: the base student has 0 of 4 correct in science"}}
	if diff := cmp.Diff([]stats.Alternatives{want}, zero.Alternatives(), near); diff != "" {
		t.Errorf("base of 0, one entry (-want +got):\n%s", diff)
	}
	if got := zero.WeightShares(); len(got) != 1 || got[0].Known {
		t.Errorf("weight shares %v", got)
	}
	full := study(t, one, given(0.1, 10), cell(t, "a", results.Science, "1111", "1000"))
	if got := full.Alternatives()[0]; got.Headroom.Known || got.Gain != num(-75) {
		t.Errorf("base of 1: %+v", got)
	}
}
