package stats_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/autodatabench/autodatabench/report/stats"
	"github.com/autodatabench/autodatabench/results"
)

// heterogeneous draws cells whose variance between runs is spread over m(1-m)
// times an inverse chi-squared with d0 degrees of freedom; counts only, of many
// items, so that what is drawn is what is seen.
func heterogeneous(t *testing.T, rng *rand.Rand, n int, d0 float64) (cells []*stats.Cell, runs [][]float64) {
	t.Helper()
	for k := range n {
		mean, scale := 0.2+0.4*rng.Float64(), 0.01
		if !math.IsInf(d0, 1) {
			scale *= d0 / distuv.ChiSquared{K: d0, Src: rng}.Rand()
		}
		shares := make([]float64, 2+k%4)
		for r := range shares {
			shares[r] = min(max(mean+math.Sqrt(scale*mean*(1-mean))*rng.NormFloat64(), 0), 1)
		}
		runs = append(runs, shares)
		cells = append(cells, counts(t, fmt.Sprint("agent", k), results.Science, 100_000, 0.2, shares...))
	}
	return cells, runs
}

// bruteForce is the prior's maximum from gonum's F density on a fine grid.
func bruteForce(runs [][]float64) (scale, d0, best float64) {
	best = math.Inf(-1)
	var f, nu []float64
	for _, r := range runs {
		m := (100_000*stat.Mean(r, nil) + 0.5) / 100_001
		f, nu = append(f, stat.Variance(r, nil)/(m*(1-m))), append(nu, float64(len(r)-1))
	}
	for d := 1.0; d <= 80; d++ {
		for logScale := math.Log(0.002); logScale < math.Log(0.05); logScale += 0.01 {
			s, sum := math.Exp(logScale), 0.0
			for k := range f {
				sum += distuv.F{D1: nu[k], D2: d}.LogProb(f[k]/s) - logScale
			}
			if sum > best {
				scale, d0, best = s, d, sum
			}
		}
	}
	return scale, d0, best
}

func TestFitRunPriorAgainstBruteForce(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, d0 := range []float64{3, 8, 15} {
		cells, runs := heterogeneous(t, rng, 60, d0)
		got := stats.FitRunPrior(cells)
		scale, want, _ := bruteForce(runs)
		if !got.DF0.Known || math.Abs(got.DF0.Value-want) > 1 {
			t.Errorf("d0 = %v: fitted %v, brute force %v", d0, got.DF0, want)
		}
		within(t, fmt.Sprintf("f0 at d0 = %v", d0), got.Scale.Value/scale, 1, 0.02)
	}
}

// Without heterogeneity the cells are pooled more often than not, and the scale
// is then the mean weighted with the degrees of freedom.
func TestFitRunPriorPools(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	pooled := 0
	for range 20 {
		cells, runs := heterogeneous(t, rng, 40, math.Inf(1))
		got := stats.FitRunPrior(cells)
		if got.DF0.Known {
			continue
		}
		pooled++
		sum, df := 0.0, 0.0
		for _, r := range runs {
			m := (100_000*stat.Mean(r, nil) + 0.5) / 100_001
			nu := float64(len(r) - 1)
			sum, df = sum+nu*stat.Variance(r, nil)/(m*(1-m)), df+nu
		}
		within(t, "pooled scale", got.Scale.Value, sum/df, 1e-9)
	}
	if pooled < 8 {
		t.Errorf("%d of 20 pooled", pooled)
	}
}

func TestFitRunPriorFewAndNone(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	cells, _ := heterogeneous(t, rng, 11, 5)
	single := counts(t, "single", results.Science, 100, 0.2, 0.3)
	got := stats.FitRunPrior(append(cells, single))
	if got.Cells != 11 || len(got.Warnings) != 1 || got.Warnings[0] != "the variance between runs rests on 11 cells, fewer than 12" {
		t.Errorf("11 cells: %+v", got)
	}
	if got := stats.FitRunPrior([]*stats.Cell{single}); got.Scale.Known || len(got.Warnings) != 1 {
		t.Errorf("no cell with two runs: %+v", got)
	}
	same := counts(t, "same", results.Science, 100, 0.2, 0.3, 0.3)
	if got := stats.FitRunPrior([]*stats.Cell{same, same}); !(got.Scale.Value > 0) {
		t.Errorf("equal runs: %+v", got)
	}
}

func TestFitRunPriorOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	cells, _ := heterogeneous(t, rng, 30, 6)
	want := stats.FitRunPrior(cells)
	slices.Reverse(cells)
	if got := stats.FitRunPrior(cells); got.Scale != want.Scale || got.DF0 != want.DF0 {
		t.Errorf("reversed: %+v, want %+v", got, want)
	}
}

// Moderated variances are multiplied so that they add up to those observed, by degrees
// of freedom: checked from the fitted prior's formula. Two domains, of which the second
// has few cells, share what they say by their degrees of freedom and four more.
func TestFitRunPriorFactors(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, d0 := range []float64{3, math.Inf(1)} {
		cells, runs := heterogeneous(t, rng, 30, d0)
		few := [][]float64{{0.2, 0.5}, {0.3, 0.4, 0.5}}
		for k, r := range few {
			cells = append(cells, counts(t, fmt.Sprint("few", k), results.Code, 100_000, 0.2, r...))
		}
		prior := stats.FitRunPrior(cells)
		ratio, df := make([]float64, 2), make([]float64, 2)
		for k, all := range [][][]float64{runs, few} {
			observed, moderated := 0.0, 0.0
			for _, r := range all {
				m, s2, own := (100_000*stat.Mean(r, nil)+0.5)/100_001, stat.Variance(r, nil), float64(len(r)-1)
				f := prior.Scale.Value
				if prior.DF0.Known {
					f = (prior.DF0.Value*f + own*s2/(m*(1-m))) / (prior.DF0.Value + own)
				}
				observed += own * s2
				moderated += own * f * m * (1 - m)
				df[k] += own
			}
			ratio[k] = observed / moderated
		}
		common := (df[0]*ratio[0] + df[1]*ratio[1]) / (df[0] + df[1])
		for k, d := range []results.Domain{results.Science, results.Code} {
			within(t, fmt.Sprintf("d0 %v, %s", d0, d), prior.Factors[d], (df[k]*ratio[k]+4*common)/(df[k]+4), 1e-6)
		}
		if !math.IsInf(d0, 1) && !(prior.Factors[results.Science] > 1.1) {
			t.Errorf("d0 %v: factor %v", d0, prior.Factors[results.Science])
		}
	}
	if got := stats.FitRunPrior([]*stats.Cell{cell(t, "a", results.Science, "1000", "1100")}).Factors; len(got) != 0 {
		t.Errorf("no cell with two runs: %v", got)
	}
}

// Variances that are borrowed need a factor as well: that of all domains in one of
// single runs, and at least the mean of what the prior says.
func TestFactorsOfSingleRuns(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	cells, _ := heterogeneous(t, rng, 30, 6)
	prior := stats.FitRunPrior(cells)
	cells = append(cells, counts(t, "agent1", results.Code, 100_000, 0.2, 0.3), counts(t, "agent2", results.Code, 100_000, 0.2, 0.4))
	both := study(t, []results.Domain{results.Code}, prior, cells[30:]...)
	if got, want := both.RunFactor(results.Code), prior.Factors[results.Science]; math.Abs(got-want) > 1e-12 {
		t.Errorf("factor of a domain of single runs %v, want that of the others, %v", got, want)
	}
	mean := prior.DF0.Value / (prior.DF0.Value - 2)
	p := both.Pairs()[0]
	least := 100 / 0.2 * math.Sqrt(mean*prior.Scale.Value*(0.3*0.7+0.4*0.6))
	if !(p.SE.Value >= 0.999*least) {
		t.Errorf("SE %v of two single runs, want at least %v", p.SE.Value, least)
	}
}
