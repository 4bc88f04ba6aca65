package stats_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/autodatabench/autodatabench/report/stats"
	"github.com/autodatabench/autodatabench/results"
)

// bits reads answers from a string such as "0110".
func bits(s string) []bool {
	out := make([]bool, len(s))
	for i := range s {
		out[i] = s[i] == '1'
	}
	return out
}

func entry(agent string) stats.Entry {
	return stats.Entry{Agent: agent, Workflow: results.Iterative, Setting: results.Seed}
}

// cell makes a cell of runs with one training seed each.
func cell(t testing.TB, agent string, d results.Domain, base string, runs ...string) *stats.Cell {
	t.Helper()
	var all []stats.Run
	for _, r := range runs {
		all = append(all, stats.Run{bits(r)})
	}
	c, err := stats.NewCell(entry(agent), d, bits(base), all)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func counts(t testing.TB, agent string, d results.Domain, items int, base float64, runs ...float64) *stats.Cell {
	t.Helper()
	c, err := stats.NewCountCell(entry(agent), d, items, base, runs)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func study(t testing.TB, domains []results.Domain, prior stats.RunPrior, cells ...*stats.Cell) *stats.Study {
	t.Helper()
	s, err := stats.NewStudy(domains, cells, prior)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// given is a prior that was not fitted, without warnings.
func given(scale, d0 float64, df int) stats.RunPrior {
	return stats.RunPrior{Scale: num(scale), DF0: num(d0), DF: df, Cells: 20}
}

var one = []results.Domain{results.Science}

// repeated is a string of n times s.
func repeated(s string, n int) string { return strings.Repeat(s, n) }

func within(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: %v, want %v within %v", what, got, want, tolerance)
	}
}

// world is what simulated data are drawn from: a probit model in which answers
// hang on the item, on agent and item, on the run and on chance. The true
// accuracies are exactly those asked for.
type world struct {
	base    float64   // of the base student, in every domain
	truth   []float64 // accuracy by agent, in every domain
	times   []float64 // by domain, what base and truth are multiplied by; nil: 1
	items   int
	runs    int
	domains []results.Domain
	spread  float64 // SD between runs in shares of accuracy, about
}

// cells draws all cells. Half of an answer's variance is the item's, a third of
// the rest is common to an agent's answers to it.
func (w world) cells(t testing.TB, rng *rand.Rand) []*stats.Cell {
	t.Helper()
	item, own, chance := math.Sqrt(0.5), math.Sqrt(1.0/6), math.Sqrt(1.0/3)
	var cells []*stats.Cell
	for k, d := range w.domains {
		times := 1.0
		if w.times != nil {
			times = w.times[k]
		}
		difficulty, base := make([]float64, w.items), make([]bool, w.items)
		for i := range base {
			difficulty[i] = item * rng.NormFloat64()
			base[i] = distuv.UnitNormal.Quantile(times*w.base)+difficulty[i]+item*rng.NormFloat64() > 0
		}
		for a, m := range w.truth {
			z := distuv.UnitNormal.Quantile(times * m)
			tau := w.spread / distuv.UnitNormal.Prob(z)
			z *= math.Sqrt(1 + tau*tau)
			level := make([]float64, w.items)
			for i := range level {
				level[i] = z + difficulty[i] + own*rng.NormFloat64()
			}
			runs := make([]stats.Run, w.runs)
			for r := range runs {
				shift, answers := tau*rng.NormFloat64(), make([]bool, w.items)
				for i := range answers {
					answers[i] = level[i]+shift+chance*rng.NormFloat64() > 0
				}
				runs[r] = stats.Run{answers}
			}
			c, err := stats.NewCell(entry(string(rune('a'+a))), d, base, runs)
			if err != nil {
				t.Fatal(err)
			}
			cells = append(cells, c)
		}
	}
	return cells
}
