package stats_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/autodatabench/autodatabench/report/stats"
	"github.com/autodatabench/autodatabench/results"
)

// TestCoveragePower measures what plans of power promise: how often a difference is found
// that the plan says is found in 80 %, planned with true variances and with those that a
// pilot of three runs shows.
func TestCoveragePower(t *testing.T) {
	sets := 100
	if *fullStudy {
		sets = *studySets
	}
	t.Log("| agents differ by item | bases | runs | difference, % | found, true variances, % | found, after a pilot, % |")
	t.Log("|---:|---|---:|---:|---:|---:|")
	for _, own := range []float64{0, 0.3, 0.8} {
		for _, bases := range [][]float64{{1, 1, 1}, {0.5, 1, 2}} {
			for _, runs := range []int{3, 10, 30} {
				if !*fullStudy && (runs == 30 || own == 0.3) {
					continue
				}
				w := world{base: 0.2, times: bases, items: 300, runs: runs, domains: results.Domains(), spread: 0.04, own: max(own, 1e-9)}
				name := fmt.Sprintf("%.1f | %v | %d", own, bases, runs)
				difference, known, piloted := w.promised(t, sets)
				t.Logf("| %s | %.1f | %v | %v |", name, difference, known, piloted)
				known.check(t, name+", true variances", 77, 83)
				piloted.check(t, name+", after a pilot", 70, 88)
			}
		}
	}
}

// promised is the difference that a plan with true variances promises to find, and how
// often it is found.
func (w world) promised(t *testing.T, sets int) (difference float64, known, piloted *share) {
	t.Helper()
	w.truth = []float64{0.26, 0.26, 0.26, 0.26}
	large := w
	large.items, large.runs = 4_000, 60
	truth := large.plan(t, rand.New(rand.NewPCG(1, uint64(w.runs))))
	for d := range truth.Domains {
		truth.Domains[d].BaseCV *= math.Sqrt(truth.Domains[d].Items / float64(w.items))
		truth.Domains[d].Items = float64(w.items)
	}
	difference = truth.Detectable(w.runs, stats.Level)
	pilot := w
	pilot.runs = 3
	found := make([][2]int, sets)
	parallel(sets, func(k int) {
		rng := w.source(k)
		found[k][0] = w.finds(t, rng, difference)
		found[k][1] = w.finds(t, rng, pilot.plan(t, rng).Detectable(w.runs, stats.Level))
	})
	known, piloted = &share{}, &share{}
	for _, f := range found {
		known.add(f[0], 1)
		piloted.add(f[1], 1)
	}
	return difference, known, piloted
}

// plan is what a study of the world says of power.
func (w world) plan(t *testing.T, rng *rand.Rand) stats.Design {
	t.Helper()
	cells := w.cells(t, rng)
	design, ok := study(t, w.domains, stats.FitRunPrior(cells), cells...).Design()
	if !ok {
		t.Fatal("no design")
	}
	return design
}

// finds is 1 if a study finds that the second agent is better than the first by that much
// of the base, in %.
func (w world) finds(t *testing.T, rng *rand.Rand, difference float64) int {
	t.Helper()
	w.truth = append([]float64{}, w.truth...)
	// A rare pilot plans for more than there is: nobody has all answers right.
	w.truth[1] = min(w.truth[1]+difference/100*w.base, 0.98/slices.Max(w.times))
	cells := w.cells(t, rng)
	p, err := study(t, w.domains, stats.FitRunPrior(cells), cells...).Compare(entry("b"), entry("a"))
	if err != nil {
		t.Fatal(err)
	}
	if p.P.Known && p.P.Value < stats.Level && p.Gain.Value.Value > 0 {
		return 1
	}
	return 0
}
