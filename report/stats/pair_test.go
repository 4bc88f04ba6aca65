package stats_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/report/stats"
	"github.com/autodatabench/autodatabench/results"
)

// By hand: the items' differences are (0, 0, 1/2, 0), of variance 1/64 over four
// items; the prior expects variances between runs of 0.2 for A and 0.192 for B, half of
// it for the means of two runs, and chance answers are 1/24 and 1/64 of it. So
// SE = 157.1411, nu = 5.197130 and t = 50/SE. P and the half-width are from Simpson's rule
// on the density.
func TestCompare(t *testing.T) {
	a := cell(t, "a", results.Science, "1000", "1100", "1010")
	b := cell(t, "b", results.Science, "1000", "1000", "1100")
	prior := given(0.8, 10)
	s := study(t, one, prior, a, b)
	got, err := s.Compare(entry("a"), entry("b"))
	if err != nil {
		t.Fatal(err)
	}
	const half = 399.3788928991
	runSD := 100 * math.Sqrt((0.2-1.0/12+0.192-1.0/32)/2)
	want := stats.Pair{
		A: entry("a"), B: entry("b"), By: stats.ByGain,
		Gain: stats.Estimate{Interval: stats.Interval{Value: num(50), Low: num(50 - half), High: num(50 + half)}, N: 2, Method: stats.RunsItems},
		SE:   num(157.1411255316), DF: num(5.1971295082), P: num(0.7627347195),
		Points: num(12.5), Standard: num(12.5 / runSD), Improvement: num(0.75),
	}
	close := cmp.Comparer(func(a, b results.Number) bool { return a.Known == b.Known && math.Abs(a.Value-b.Value) < 1e-4 })
	if diff := cmp.Diff(want, got, close); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	turned, err := s.Compare(entry("b"), entry("a"))
	if err != nil || turned.P != got.P || turned.Gain.Value.Value != -50 || turned.Improvement != num(0.25) {
		t.Errorf("the other way round: %+v, %v", turned, err)
	}
	if capped, _ := study(t, one, given(0.8, 1), a, b).Compare(entry("a"), entry("b")); capped.DF != num(1) {
		t.Errorf("degrees of freedom %v, want that of the prior, 1", capped.DF)
	}
	if _, err := s.Compare(entry("a"), entry("x")); err == nil {
		t.Error("an unknown entry gave no error")
	}
}

func TestPairsOfWhatIsMissing(t *testing.T) {
	domains := []results.Domain{results.Science, results.Code}
	full := func(agent string) []*stats.Cell {
		return []*stats.Cell{
			cell(t, agent, results.Science, "1000", "1100", "1010"), cell(t, agent, results.Code, "1000", "1100", "1010"),
		}
	}
	cells := append(full("a"), full("b")...)
	cells = append(cells, cell(t, "c", results.Science, "1000", "1100", "1010"))
	pairs := study(t, domains, given(0.8, 10), cells...).Pairs()
	if len(pairs) != 3 || pairs[0].P != num(1) || pairs[0].Holm != num(1) || pairs[0].BH != num(1) {
		t.Fatalf("pairs %+v", pairs)
	}
	for _, p := range pairs[1:] {
		if p.P.Known || p.Holm.Known || p.Gain.Value.Known || p.Points.Known || p.Gain.N != 0 || len(p.Gain.Warnings) != 1 {
			t.Errorf("%s and %s: %+v", p.A, p.B, p)
		}
	}
	single := study(t, one, stats.FitRunPrior(nil), cell(t, "a", "science", "1000", "1100"), cell(t, "b", "science", "1000", "1000")).Pairs()[0]
	if single.P.Known || single.Gain.Value != num(100) || single.Improvement.Known || single.Standard.Known {
		t.Errorf("one run and no prior: %+v", single)
	}
	undefined := study(t, one, given(0.8, 10), cell(t, "a", "science", "0000", "1100"), cell(t, "b", "science", "0000", "1000")).Pairs()[0]
	if undefined.P.Known || undefined.Gain.Value.Known || undefined.Points != num(25) {
		t.Errorf("base of 0: %+v", undefined)
	}
	if got := study(t, one, given(0.8, 10), cells[0]).Pairs(); len(got) != 0 {
		t.Errorf("one entry: %+v", got)
	}
}

// Pairing by item matters: two agents that are right on the same items differ
// with less uncertainty than two of which only counts are known.
func TestPairingNarrows(t *testing.T) {
	prior := given(0.001, 40)
	base, x, y := repeated("1000", 50), repeated("1100", 50), repeated("1110", 50)
	items, _ := study(t, one, prior, cell(t, "a", results.Science, base, x, x), cell(t, "b", results.Science, base, y, y)).Compare(entry("a"), entry("b"))
	count, _ := study(t, one, prior, counts(t, "a", results.Science, 200, 0.25, 0.5, 0.5), counts(t, "b", results.Science, 200, 0.25, 0.75, 0.75)).
		Compare(entry("a"), entry("b"))
	if items.Gain.Value != count.Gain.Value || !(items.SE.Value < count.SE.Value) || len(count.Gain.Warnings) != 1 {
		t.Errorf("answers %+v, counts %+v", items, count)
	}
}

// By hand, from the definitions.
func TestAdjust(t *testing.T) {
	for _, tt := range []struct{ p, holm, bh []float64 }{
		{nil, []float64{}, []float64{}},
		{[]float64{0.2}, []float64{0.2}, []float64{0.2}},
		{[]float64{0.01, 0.02, 0.03, 0.04, 0.05}, []float64{0.05, 0.08, 0.09, 0.09, 0.09}, []float64{0.05, 0.05, 0.05, 0.05, 0.05}},
		{[]float64{0.04, 0.001, 0.6, 0.02}, []float64{0.08, 0.004, 0.6, 0.06}, []float64{0.16 / 3, 0.004, 0.6, 0.04}},
		{[]float64{0.5, 0.5, 0.9}, []float64{1, 1, 1}, []float64{0.75, 0.75, 0.9}},
	} {
		for name, got := range map[string][2][]float64{"Holm": {stats.Holm(tt.p), tt.holm}, "BH": {stats.BenjaminiHochberg(tt.p), tt.bh}} {
			for i := range got[1] {
				within(t, name, got[0][i], got[1][i], 1e-12)
			}
			if len(got[0]) != len(got[1]) {
				t.Errorf("%s(%v) = %v", name, tt.p, got[0])
			}
		}
	}
}

// The 15 p-values of Benjamini and Hochberg (1995), section 4.1: their procedure
// rejects four at 5 %, Bonferroni's and Holm's three.
func TestAdjustPublishedExample(t *testing.T) {
	p := []float64{
		0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
		0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000,
	}
	count := func(adjusted []float64) (n int) {
		for _, x := range adjusted {
			if x <= stats.Level {
				n++
			}
		}
		return n
	}
	if holm, bh := count(stats.Holm(p)), count(stats.BenjaminiHochberg(p)); holm != 3 || bh != 4 {
		t.Errorf("Holm rejects %d, BH %d; want 3 and 4", holm, bh)
	}
}

// Two runs each: one domain has 6 splits and no p below 1/3, three have 216 and
// none below 2/216 (methods.md section 4).
func TestPermute(t *testing.T) {
	worse, better := []string{"1000000000", "1100000000"}, []string{"1111100000", "1111110000"}
	for _, tt := range []struct {
		domains []results.Domain
		splits  int
		least   float64
	}{{one, 6, 1.0 / 3}, {results.Domains(), 216, 2.0 / 216}} {
		var cells []*stats.Cell
		for _, d := range tt.domains {
			cells = append(cells, cell(t, "a", d, "1100000000", better...), cell(t, "b", d, "1100000000", worse...))
		}
		got, err := study(t, tt.domains, given(0.1, 10), cells...).Permute(entry("a"), entry("b"), 1)
		want := stats.Permutation{P: num(tt.least), Least: num(tt.least), Splits: tt.splits, Exact: true, N: 2, Method: stats.Permuted}
		if diff := cmp.Diff(want, got, near); diff != "" || err != nil {
			t.Errorf("%d domains (-want +got): %v\n%s", len(tt.domains), err, diff)
		}
	}
	equal := study(t, one, given(0.1, 10), cell(t, "a", "science", "1100000000", worse...), cell(t, "b", "science", "1100000000", worse...))
	if got, _ := equal.Permute(entry("a"), entry("b"), 1); got.P != num(1) {
		t.Errorf("equal runs: %+v", got)
	}
	undefined := study(t, one, given(0.1, 10), cell(t, "a", "science", "0000", "1000"), cell(t, "b", "science", "0000", "1000"))
	if got, err := undefined.Permute(entry("a"), entry("b"), 1); got.P.Known || len(got.Warnings) != 1 || err != nil {
		t.Errorf("base of 0: %+v, %v", got, err)
	}
	if _, err := undefined.Permute(entry("a"), entry("x"), 1); err == nil {
		t.Error("an unknown entry gave no error")
	}
}

// With five runs each in three domains there are 252^3 splits; the drawn ones
// give about the p of the t test.
func TestPermuteDrawn(t *testing.T) {
	w := three
	w.truth, w.runs, w.items = []float64{0.28, 0.32}, 5, 200
	cells := w.cells(t, rand.New(rand.NewPCG(11, 1)))
	s := study(t, w.domains, stats.FitRunPrior(cells), cells...)
	got, err := s.Permute(entry("a"), entry("b"), 1)
	if err != nil || got.Exact || got.Splits != 100_000 {
		t.Fatalf("%+v, %v", got, err)
	}
	pair, _ := s.Compare(entry("a"), entry("b"))
	within(t, "p", got.P.Value, pair.P.Value, 0.06)
	again, _ := s.Permute(entry("a"), entry("b"), 1)
	if !cmp.Equal(got, again) {
		t.Error("the same seed gave another p")
	}
}
