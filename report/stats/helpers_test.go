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
	c, err := stats.NewCell(entry(agent), d, stats.Answers{Base: bits(base), Runs: all})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func counts(t testing.TB, agent string, d results.Domain, items int, base float64, runs ...float64) *stats.Cell {
	t.Helper()
	c, err := stats.NewCountCell(entry(agent), d, items, base, runs, nil)
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

// given is a prior that was not fitted, without warnings: all factors are 1 and certain
// by the given degrees of freedom.
func given(scale float64, df int) stats.RunPrior {
	return stats.RunPrior{Scale: num(scale), DF: df, Cells: 20}
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
	tilt    []float64 // by domain, what the accuracies of every second agent are multiplied by besides; nil: 1
	items   int
	runs    int
	domains []results.Domain
	spread  float64 // SD between runs in shares of accuracy, about

	noisy     float64 // what the spread of the first agent is multiplied by; 0: 1
	invalid   float64 // share of runs without a valid submission
	groupSize int     // items of a group; 0: 1
	own       float64 // share of an answer's variance, without the item's, that an agent has for good; 0: a third
}

// Half of an answer's variance is the item's.
var itemSD = math.Sqrt(0.5)

// sample is what an agent's runs answered in a domain.
type sample struct {
	agent   int
	domain  results.Domain
	answers stats.Answers
}

type samples []sample

// cells draws all cells.
func (w world) cells(t testing.TB, rng *rand.Rand) []*stats.Cell {
	t.Helper()
	return w.answers(rng).cells(t, nil)
}

// cells makes the cells of the first runs of every agent, of all for nil.
func (s samples) cells(t testing.TB, runs []int) []*stats.Cell {
	t.Helper()
	var cells []*stats.Cell
	for _, x := range s {
		a := x.answers
		if runs != nil {
			a.Runs, a.Invalid = a.Runs[:runs[x.agent]], a.Invalid[:runs[x.agent]]
		}
		c, err := stats.NewCell(entry(string(rune('a'+x.agent))), x.domain, a)
		if err != nil {
			t.Fatal(err)
		}
		cells = append(cells, c)
	}
	return cells
}

// answers draws all answers.
func (w world) answers(rng *rand.Rand) (all samples) {
	for k, d := range w.domains {
		times, tilt := 1.0, 1.0
		if w.times != nil {
			times = w.times[k]
		}
		if w.tilt != nil {
			tilt = w.tilt[k]
		}
		difficulty, base := w.perItem(rng, itemSD), make([]bool, w.items)
		for i, x := range w.perItem(rng, itemSD) {
			base[i] = distuv.UnitNormal.Quantile(times*w.base)+difficulty[i]+x > 0
		}
		for a, m := range w.truth {
			if a%2 == 1 {
				m *= tilt
			}
			spread := w.spread
			if a == 0 && w.noisy > 0 {
				spread *= w.noisy
			}
			answers := w.runsOf(rng, times*m, spread, difficulty, base)
			answers.Base, answers.Groups = base, w.groups()
			all = append(all, sample{a, d, answers})
		}
	}
	return all
}

// runsOf draws an agent's runs in a domain.
func (w world) runsOf(rng *rand.Rand, m, spread float64, difficulty []float64, base []bool) (a stats.Answers) {
	share := w.own
	if share == 0 {
		share = 1.0 / 3
	}
	own, chance := math.Sqrt(share/2), math.Sqrt((1-share)/2)
	z := distuv.UnitNormal.Quantile(m)
	tau := spread / distuv.UnitNormal.Prob(z)
	z *= math.Sqrt(1 + tau*tau)
	level := w.perItem(rng, own)
	for range w.runs {
		shift, answers := tau*rng.NormFloat64(), make([]bool, w.items)
		for i, x := range w.perItem(rng, chance) {
			answers[i] = z+difficulty[i]+level[i]+shift+x > 0
		}
		invalid := w.invalid > 0 && rng.Float64() < w.invalid
		if invalid {
			answers = base
		}
		a.Runs, a.Invalid = append(a.Runs, stats.Run{answers}), append(a.Invalid, invalid)
	}
	return a
}

// perItem draws a figure of every item. Three quarters of its variance are common to the
// items of a group.
func (w world) perItem(rng *rand.Rand, sd float64) []float64 {
	out, common := make([]float64, w.items), 0.0
	for i := range out {
		if w.groupSize < 2 {
			out[i] = sd * rng.NormFloat64()
			continue
		}
		if i%w.groupSize == 0 {
			common = rng.NormFloat64()
		}
		out[i] = sd * (math.Sqrt(0.75)*common + math.Sqrt(0.25)*rng.NormFloat64())
	}
	return out
}

// groups numbers the groups of items, nil where each item is its own.
func (w world) groups() []int {
	if w.groupSize < 2 {
		return nil
	}
	groups := make([]int, w.items)
	for i := range groups {
		groups[i] = i / w.groupSize
	}
	return groups
}
