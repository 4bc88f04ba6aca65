package stats_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/autodatabench/autodatabench/report/stats"
)

// TestCoverageBestAllocation measures what three runs of an agent can find on average if
// they are divided by somebody who knows the true gains and all variances, beside five
// runs of each: a bound for rules that give runs (methods.md section 10).
func TestCoverageBestAllocation(t *testing.T) {
	settings, total := paperGains()[2:3], 12 // quick
	if *fullStudy {
		settings, total = paperGains()[:3], 18
	}
	t.Log("| true gains, % | five runs each, % found | best runs | % found |")
	t.Log("|---|---:|---|---:|")
	for _, gains := range settings {
		a := newAllocation(t, gains)
		five, best := a.found(slices.Repeat([]int{5}, len(gains)), 2_000), a.best(total)
		found := a.found(best, 2_000)
		t.Logf("| %v | %.1f | %v | %.1f |", gains, five, best, found)
		if !(found < five) {
			t.Errorf("%v: %d runs find %.1f %%, 30 runs %.1f %%: the page says that they cannot", gains, total, found, five)
		}
	}
}

// allocation tests pairs of agents whose gains and variances are known.
type allocation struct {
	gains     []float64
	run, item float64 // variances of an agent's average gain: of one run, and of its items
	draws     [][]float64
}

func newAllocation(t *testing.T, gains []float64) allocation {
	large := paperLike(slices.Repeat([]float64{0.167 * 1.4}, 4))
	items := float64(large.items)
	large.items, large.runs = 4_000, 60
	a := allocation{gains: gains}
	for _, d := range large.plan(t, rand.New(rand.NewPCG(1, 1))).Domains {
		a.run += d.Weight * d.Weight * (d.RunSD*d.RunSD + d.AnswerSD*d.AnswerSD/items)
		a.item += d.Weight * d.Weight * d.ItemSD * d.ItemSD / items / 2
	}
	rng := rand.New(rand.NewPCG(5, 5))
	for range 2_000 {
		z := make([]float64, 2*len(gains))
		for k := range z {
			z[k] = rng.NormFloat64()
		}
		a.draws = append(a.draws, z)
	}
	return a
}

// found is the share of true differences, in %, that Holm's test finds with so many runs
// of each agent.
func (a allocation) found(runs []int, draws int) float64 {
	hits, n := 0, len(a.gains)
	for _, z := range a.draws[:draws] {
		var p []float64
		var right []bool
		for i := range n {
			for j := i + 1; j < n; j++ {
				x, y := a.run/float64(runs[i]), a.run/float64(runs[j])
				difference := a.gains[i] - a.gains[j] + math.Sqrt(x)*z[i] - math.Sqrt(y)*z[j] + math.Sqrt(a.item)*(z[n+i]-z[n+j])
				p = append(p, 2*distuv.UnitNormal.CDF(-math.Abs(difference)/math.Sqrt(x+y+2*a.item)))
				right = append(right, difference > 0)
			}
		}
		for k, adjusted := range stats.Holm(p) {
			if adjusted < stats.Level && right[k] {
				hits++
			}
		}
	}
	return 100 * float64(hits) / float64(draws*n*(n-1)/2)
}

// best divides the runs so that the most is found.
func (a allocation) best(total int) (best []int) {
	most, runs := -1.0, make([]int, len(a.gains))
	var divide func(k, left int)
	divide = func(k, left int) {
		if k == len(runs)-1 {
			runs[k] = left
			if f := a.found(runs, 60); f > most {
				most, best = f, slices.Clone(runs)
			}
			return
		}
		for runs[k] = 1; runs[k] <= left-(len(runs)-1-k); runs[k]++ {
			divide(k+1, left-runs[k])
		}
	}
	divide(0, total)
	return best
}
