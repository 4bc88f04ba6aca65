package stats_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/report/stats"
	"github.com/autodatabench/autodatabench/results"
)

// By hand: m = 1/2, rho = 2, V_item = 1/8; the prior expects a variance between runs of
// 0.2, of which half counts for two runs, and chance answers are 1/24 of it. So
// SE = 171.2698 and nu = 4.840107. The t quantile, 2.5963349, is from Simpson's rule on
// the density.
func TestCellGain(t *testing.T) {
	c := cell(t, "a", results.Science, "1000", "1100", "1010")
	got := c.Gain(given(0.8, 10))
	want := stats.Estimate{
		Interval: stats.Interval{Value: num(100), Low: num(100 - 444.6736694584), High: num(100 + 444.6736694584)},
		N:        2, Method: stats.RunsItems,
	}
	close := cmp.Comparer(func(a, b results.Number) bool { return a.Known == b.Known && math.Abs(a.Value-b.Value) < 1e-4 })
	if diff := cmp.Diff(want, got, close); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// The point values are those of results, from counts and from printed shares.
func TestPointValuesAreTheScores(t *testing.T) {
	prior := given(0.1, 20)
	base := 0.1674
	runs := []float64{0.3165, 0.2901}
	var scored []results.Run
	for _, accuracy := range runs {
		scored = append(scored, results.Run{Base: num(base), Accuracy: num(accuracy)})
	}
	c := counts(t, "a", results.Science, 448, base, runs...)
	want := results.CellOf(scored)
	if got := c.Gain(prior).Value; got != want.Gain {
		t.Errorf("gain %v, want %v", got, want.Gain)
	}
	within(t, "points", c.Points(prior).Value.Value, want.Points.Value, 1e-12)
	if w := c.Gain(prior).Warnings; !slices.ContainsFunc(w, func(s string) bool { return strings.HasPrefix(s, "unpaired, wider than needed") }) {
		t.Errorf("warnings %q", w)
	}
	perItem := cell(t, "a", results.Science, "10000", "11000", "11100").Gain(prior).Value
	if perItem != results.Mean([]results.Number{num(100), num(200)}) {
		t.Errorf("gain of 2/5 and 3/5 over 1/5: %v", perItem)
	}
}

// Counts know less than answers do: where base and student agree on most items,
// the interval is wider.
func TestCountsAreWider(t *testing.T) {
	prior := given(0.02, 30)
	base, run := repeated("1100000000", 30), repeated("1110000000", 30)
	item := cell(t, "a", results.Science, base, run, run, run).Points(prior)
	count := counts(t, "a", results.Science, 300, 0.2, 0.3, 0.3, 0.3).Points(prior)
	if item.Value != count.Value || !(count.High.Value-count.Low.Value > 1.2*(item.High.Value-item.Low.Value)) {
		t.Errorf("answers %v, counts %v", item.Interval, count.Interval)
	}
}

func TestCellEdges(t *testing.T) {
	prior := given(0.1, 20)
	for _, tt := range []struct {
		name     string
		cell     *stats.Cell
		prior    stats.RunPrior
		value    results.Number
		interval bool
		warnings []string
	}{
		{"base of 0", cell(t, "a", "d", "000", "100", "110"), prior, results.Number{}, false, []string{"undefined: the base student has 0 of 3 correct"}},
		{"one run", cell(t, "a", "d", "1000", "1100"), prior, num(100), true, []string{"one run: its variance is borrowed from the other cells"}},
		{"no prior", cell(t, "a", "d", "1000", "1100"), stats.FitRunPrior(nil), num(100), false, []string{"no agent has two valid runs in a domain"}},
		{"all correct", cell(t, "a", "d", "1000", "1111", "1111"), prior, num(300), true, nil},
		{"none correct", cell(t, "a", "d", "1000", "0000", "0000"), prior, num(-100), true, nil},
	} {
		got := tt.cell.Gain(tt.prior)
		if got.Value != tt.value || got.Low.Known != tt.interval || got.High.Known != tt.interval {
			t.Errorf("%s: %+v", tt.name, got.Interval)
		}
		if got.Low.Known && !(got.Low.Value < got.Value.Value && got.High.Value > got.Value.Value) {
			t.Errorf("%s: %+v does not hold its value", tt.name, got.Interval)
		}
		if diff := cmp.Diff(tt.warnings, got.Warnings); diff != "" {
			t.Errorf("%s: warnings (-want +got):\n%s", tt.name, diff)
		}
	}
	if p := cell(t, "a", "d", "000", "100", "110").Points(prior); p.Value != num(50) || !p.Low.Known {
		t.Errorf("points over a base of 0: %+v", p)
	}
}

func TestCellErrors(t *testing.T) {
	e, run := entry("a"), stats.Run{bits("10")}
	for _, tt := range []struct {
		name string
		base string
		runs []stats.Run
	}{
		{"one item", "1", []stats.Run{{bits("1")}}},
		{"no run", "10", nil},
		{"no seed", "10", []stats.Run{{}}},
		{"uneven seeds", "10", []stats.Run{run, {bits("10"), bits("11")}}},
		{"uneven items", "10", []stats.Run{run, {bits("100")}}},
	} {
		if _, err := stats.NewCell(e, "d", stats.Answers{Base: bits(tt.base), Runs: tt.runs}); err == nil {
			t.Errorf("%s: no error", tt.name)
		}
	}
	for _, shares := range [][]float64{{}, {0.1, 1.1}, {0.1, -0.1}, {0.1, math.NaN()}} {
		if _, err := stats.NewCountCell(e, "d", 100, 0.2, shares, nil); err == nil {
			t.Errorf("%v: no error", shares)
		}
	}
}

// By hand: the runs' means by item are (1, 1/2, 1/2, 0) and (1, 1, 1, 1/2), so
// that s_R2 = 9/128 and s_E2 = 1/32. Between seeds the variance is 1/8 and 1/32,
// and that of an item's answer 1/6 and 1/8: the seeds' own is 5/64 - 7/192 = 1/24
// and the runs' 9/128 - 1/128 - 1/48 = 1/24. With rho = 11/4 the items' is 17/12.
func TestSplit(t *testing.T) {
	c, err := stats.NewCell(entry("a"), results.Science, stats.Answers{Base: bits("1000"), Runs: []stats.Run{
		{bits("1110"), bits("1000")},
		{bits("1111"), bits("1110")},
	}})
	if err != nil {
		t.Fatal(err)
	}
	want := stats.Split{
		Run: num(100 * math.Sqrt(1.0/24)), Seed: num(100 * math.Sqrt(1.0/24)), Item: num(100 * math.Sqrt(17.0/12)),
		RunShare: num(2.0 / 37), SeedShare: num(1.0 / 37), ItemShare: num(34.0 / 37), N: 2,
	}
	if diff := cmp.Diff(want, c.Split(), near); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got := cell(t, "a", "d", "1000", "1100", "1010").Split(); got.Seed.Known || !got.Run.Known || len(got.Warnings) != 1 {
		t.Errorf("one seed: %+v", got)
	}
	if diff := cmp.Diff(stats.Split{N: 1, Warnings: noSplit}, cell(t, "a", "d", "1000", "1100").Split()); diff != "" {
		t.Errorf("one run (-want +got):\n%s", diff)
	}
}

var noSplit = []string{"no split: it takes answers to items, two runs and a base accuracy over 0"}

// A study splits the average's variance with the domains' weights: two domains of
// the same answers and base have the cell's shares, and one without a second run
// leaves none.
func TestSplits(t *testing.T) {
	domains := []results.Domain{results.Science, results.Code}
	science, code := cell(t, "a", "science", "1000", "1100", "1010"), cell(t, "a", "code", "1000", "1100", "1010")
	got := study(t, domains, given(0.8, 10), science, code).Splits()
	alone := science.Split()
	want := stats.Split{RunShare: alone.RunShare, ItemShare: alone.ItemShare, N: 2, Warnings: alone.Warnings}
	if diff := cmp.Diff([]stats.EntrySplit{{Average: want, Domains: []stats.Split{alone, alone}}}, got, near); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	single := cell(t, "a", "code", "1000", "1100")
	for n, s := range []*stats.Study{study(t, domains, given(0.8, 10), science), study(t, domains, given(0.8, 10), science, single)} {
		none := stats.Split{N: n, Warnings: noSplit}
		if diff := cmp.Diff(stats.EntrySplit{Average: none, Domains: []stats.Split{alone, none}}, s.Splits()[0]); diff != "" {
			t.Errorf("%d runs in code (-want +got):\n%s", n, diff)
		}
	}
}
