package stats_test

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/autodatabench/autodatabench/report/stats"
	"github.com/autodatabench/autodatabench/results"
)

var three = world{
	base: 0.17, truth: []float64{0.2, 0.25, 0.3, 0.35, 0.4}, items: 60, runs: 3,
	domains: results.Domains(), spread: 0.055,
}

// draws is enough for tests of what does not hang on precision.
const draws = 1_234

// The interval is compared with a plain rendering of methods.md section 3 that
// gathers item by item.
func TestHeadlinesAgainstPlainDraws(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	base, runs := "1000010000100001000000000100000000000100", []string{
		"1100010100100001000100001100000000000100",
		"1100010100101001000100001101000000010101",
		"1000010000100001000010000100010000000110",
	}
	prior := given(0.03, 30)
	const n = 60_000
	s := study(t, one, prior, cell(t, "a", results.Science, base, runs...))
	got := s.Headlines(1, n)[0]
	live, frozen := plain(rng, bits(base), runs, n)
	for _, tt := range []struct {
		what string
		e    stats.Estimate
		ref  []float64
	}{{"live", got.Gain, live}, {"frozen", got.Frozen, frozen}} {
		slices.Sort(tt.ref)
		width := tt.ref[n*39/40] - tt.ref[n/40]
		within(t, tt.what+" low", tt.e.Low.Value, tt.ref[n/40], 0.015*width)
		within(t, tt.what+" high", tt.e.High.Value, tt.ref[n*39/40], 0.025*width)
	}
	if got.Gain.Interval != got.Domains[0].Gain.Interval {
		t.Errorf("the average of one domain is %v, the domain %v", got.Gain.Interval, got.Domains[0].Gain.Interval)
	}
}

// plain draws from runs of one domain under the prior of scale 0.03 with 30
// degrees of freedom.
func plain(rng *rand.Rand, base []bool, runs []string, n int) (live, frozen []float64) {
	items, r := float64(len(base)), float64(len(runs))
	xbar, accuracies := make([]float64, len(base)), make([]float64, len(runs))
	b, squares := 0.0, 0.0
	for i := range base {
		for k, run := range runs {
			if run[i] == '1' {
				xbar[i] += 1 / r
				accuracies[k] += 1 / items
			}
		}
		squares += r * xbar[i] * (1 - xbar[i])
		if base[i] {
			b += 1 / items
		}
	}
	m, runVar := stat.Mean(xbar, nil), stat.Variance(accuracies, nil)
	noise := (squares - items*(r-1)*runVar) / ((r - 1) * (items - 1))
	near := (items*m + 0.5) / (items + 1)
	expected, nu := 0.03*near*(1-near), 30.0
	var ghost [2]float64
	var size [2]float64
	for i := range base {
		k := 0
		if base[i] {
			k = 1
		}
		ghost[k] += xbar[i]
		size[k]++
	}
	for k := range ghost {
		ghost[k] = (ghost[k] + 0.5*m) / (size[k] + 0.5)
	}
	for range n {
		total, right, correct := 0.0, 0.0, 0.0
		for i := range base {
			w := rng.ExpFloat64()
			total, correct = total+w, correct+w*xbar[i]
			if base[i] {
				right += w
			}
		}
		g0, g1 := math.Pow(rng.NormFloat64(), 2)/2, math.Pow(rng.NormFloat64(), 2)/2
		total += g0 + g1
		beta, mu := (right+g1)/total, (correct+g0*ghost[0]+g1*ghost[1])/total
		e := rng.NormFloat64() * math.Sqrt(max(expected/r*nu/distuv.ChiSquared{K: nu, Src: rng}.Rand()-noise/(r*items), 0))
		angle := math.Asin(math.Sqrt(mu)) + e/(2*math.Sqrt(near*(1-near)))
		mu = math.Pow(math.Sin(min(max(angle, 0), math.Pi/2)), 2)
		live, frozen = append(live, 100*(mu/beta-1)), append(frozen, 100*(mu/b-1))
	}
	return live, frozen
}

// With many items and a certain variance between runs, the interval is that of
// the t formula.
func TestHeadlinesAgainstFormula(t *testing.T) {
	w := three
	w.items, w.runs = 2_000, 10
	cells := w.cells(t, rand.New(rand.NewPCG(2, 2)))
	prior := stats.FitRunPrior(cells)
	s := study(t, w.domains, prior, cells...)
	for _, h := range s.Headlines(2, stats.Draws) {
		for d, g := range h.Domains {
			for _, c := range cells {
				formula := c.Gain(prior)
				if formula.Value != g.Gain.Value {
					continue
				}
				got, want := g.Gain.High.Value-g.Gain.Low.Value, formula.High.Value-formula.Low.Value
				within(t, h.Agent+" "+string(w.domains[d])+" width over formula", got/want, 1, 0.08)
			}
		}
	}
}

// Neither the order of cells nor the number of processors changes a bit, and an
// entry's draws do not depend on the other entries.
func TestHeadlinesAreReproducible(t *testing.T) {
	cells := three.cells(t, rand.New(rand.NewPCG(3, 3)))
	prior := stats.FitRunPrior(cells)
	want := study(t, three.domains, prior, cells...).Headlines(5, draws)
	reversed := slices.Clone(cells)
	slices.Reverse(reversed)
	if diff := cmp.Diff(want, study(t, three.domains, prior, reversed...).Headlines(5, draws)); diff != "" {
		t.Errorf("another order of cells (-want +got):\n%s", diff)
	}
	for _, procs := range []int{1, 3} {
		before := runtime.GOMAXPROCS(procs)
		got := study(t, three.domains, prior, cells...).Headlines(5, draws)
		runtime.GOMAXPROCS(before)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d processors (-want +got):\n%s", procs, diff)
		}
	}
	var alone []*stats.Cell
	for k, c := range cells {
		if k%len(three.truth) == 1 {
			alone = append(alone, c)
		}
	}
	got := study(t, three.domains, prior, alone...).Headlines(5, draws)[0]
	if got.Agent != "b" || !cmp.Equal(got.Gain, want[1].Gain) || got.Best != num(1) {
		t.Errorf("alone %+v, among others %+v", got.Gain, want[1].Gain)
	}
	if other := study(t, three.domains, prior, cells...).Headlines(6, draws); cmp.Equal(other, want) {
		t.Error("another seed gives the same intervals")
	}
}

func TestHeadlinesDescribeTheBest(t *testing.T) {
	w := three
	w.truth = []float64{0.2, 0.3, 0.5}
	cells := w.cells(t, rand.New(rand.NewPCG(4, 4)))
	sum := 0.0
	headlines := study(t, w.domains, stats.FitRunPrior(cells), cells...).Headlines(1, draws)
	for _, h := range headlines {
		sum += h.Best.Value
	}
	within(t, "sum of the shares", sum, 1, 1e-9)
	if headlines[2].Best.Value < 0.95 {
		t.Errorf("the clearly best is on top in a share of %v", headlines[2].Best.Value)
	}
}

// A domain that is missing or undefined takes the average with it, and nothing
// of the other domains.
func TestHeadlineEdges(t *testing.T) {
	domains := []results.Domain{results.Science, results.Code}
	science := cell(t, "a", results.Science, "1100", "1110", "1111")
	prior := given(0.05, 20)
	for _, tt := range []struct {
		name     string
		code     *stats.Cell
		prior    stats.RunPrior
		average  bool
		interval bool
		warnings []string
	}{
		{"complete", cell(t, "a", results.Code, "1000", "1110", "1100"), prior, true, true, nil},
		{"all correct", cell(t, "a", results.Code, "1111", "1111", "1111"), prior, true, true, nil},
		{"none correct", cell(t, "a", results.Code, "1000", "0000", "0000"), prior, true, true, nil},
		{
			"base of 0", cell(t, "a", results.Code, "0000", "1110", "1100"), prior, false, false,
			[]string{"undefined: the base student has 0 of 4 correct in code"},
		},
		{"one run", cell(t, "a", results.Code, "1000", "1110"), prior, true, true, []string{"one run: its variance is borrowed from the other cells"}},
		{
			"no prior", cell(t, "a", results.Code, "1000", "1110"), stats.FitRunPrior(nil), true, false,
			[]string{"no agent has two valid runs in a domain"},
		},
		{
			"counts", counts(t, "a", results.Code, 4, 0.25, 0.5, 0.75), prior, true, true,
			[]string{"unpaired, wider than needed: answers to single items are not known"},
		},
		{"missing", nil, prior, false, false, []string{"no score in code yet"}},
	} {
		cells := []*stats.Cell{science}
		if tt.code != nil {
			cells = append(cells, tt.code)
		}
		h := study(t, domains, tt.prior, cells...).Headlines(1, draws)[0]
		if h.Gain.Value.Known != tt.average || h.Gain.Low.Known != tt.interval || h.Best.Known != tt.interval || h.Frozen.High.Known != tt.interval {
			t.Errorf("%s: %+v, best %v", tt.name, h.Gain, h.Best)
		}
		if h.Gain.Low.Known && !(h.Gain.Low.Value <= h.Gain.Value.Value && h.Gain.Value.Value <= h.Gain.High.Value) {
			t.Errorf("%s: %+v does not hold its value", tt.name, h.Gain.Interval)
		}
		if diff := cmp.Diff(tt.warnings, h.Gain.Warnings); diff != "" {
			t.Errorf("%s: warnings (-want +got):\n%s", tt.name, diff)
		}
		if tt.prior.Scale.Known && (len(h.Domains) != 2 || !h.Domains[0].Gain.Low.Known) {
			t.Errorf("%s: domains %+v", tt.name, h.Domains)
		}
	}
}

// An agent that has no item right, or all, in every run is known to be near there: its
// draws do not leave the end that it stands at, and one more right answer does not lower
// its limit, however many items there are.
func TestHeadlinesAtTheEnds(t *testing.T) {
	for _, n := range []int{100, 1_000} {
		base := repeated("1", n/20) + repeated("0", n-n/20)
		right := func(k int) string { return repeated("1", k) + repeated("0", n-k) }
		var cells []*stats.Cell
		agents := []string{"a0", "a1", "a4", "half", "z"}
		for k, answers := range []string{right(0), right(1), right(4), right(n / 2), right(n)} {
			cells = append(cells, cell(t, agents[k], results.Science, base, answers, answers))
		}
		cells = append(cells, counts(t, "counted", results.Science, n, 0.05, 0, 0))
		var highest float64
		for _, h := range study(t, one, given(0.064, 40), cells...).Headlines(1, 999) {
			low, high := h.Frozen.Low.Value/100+1, h.Frozen.High.Value/100+1 // times the base accuracy
			switch h.Agent {
			case "a0", "a1", "a4":
				if low > 1.2 || high < highest || high > 4 || h.Best.Value != 0 {
					t.Errorf("%d items, %s: %v to %v times the base, on top in %v of draws", n, h.Agent, low, high, h.Best.Value)
				}
				highest = high
			case "counted":
				if high > 2 || h.Best.Value != 0 {
					t.Errorf("%d items, counted: up to %v times the base, on top in %v of draws", n, high, h.Best.Value)
				}
			case "z":
				if low < 17 || high > 20.001 || h.Best.Value < 0.99 {
					t.Errorf("%d items, all right: %v to %v times the base, on top in %v of draws", n, low, high, h.Best.Value)
				}
			}
		}
	}
}
