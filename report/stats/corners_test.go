package stats_test

import (
	"flag"
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/autodatabench/autodatabench/report/stats"
	"github.com/autodatabench/autodatabench/results"
)

var onlyCorner = flag.String("corner", "", "rows of the corners to run, by the beginning of their name")

// corner is a setting in which tests or intervals easily go wrong.
type corner struct {
	name  string
	world world
	usual bool // one pair must differ in at least 4 % as well, and tests find nine tenths of what is to be found
}

// corners are run with equal agents. Accuracies are 1.4 times the base.
func corners() (all []corner) {
	bases := []float64{1, 3.4, 8}
	add := func(name string, usual bool, agents int, w world) {
		if w.base == 0 {
			w.base = 0.17
		}
		if w.domains == nil {
			w.domains = results.Domains()
		}
		if w.items == 0 {
			w.items = 300
		}
		w.truth = slices.Repeat([]float64{1.4 * w.base}, agents)
		all = append(all, corner{name: fmt.Sprintf("%s, %d agents, %d runs", name, agents, w.runs), world: w, usual: usual})
	}
	for _, runs := range []int{3, 5} {
		for _, agents := range []int{2, 4, 6} {
			add("usual", true, agents, world{runs: runs, spread: 0.055})
		}
	}
	for _, runs := range []int{2, 3, 5} {
		for _, agents := range []int{2, 4, 6} {
			add("a domain of each base", false, agents, world{base: 0.05, times: bases, runs: runs, spread: 0.055})
		}
		add("one noisy agent", false, 6, world{runs: runs, spread: 0.025, noisy: 3})
		add("profiles that differ", false, 4, world{base: 0.08, times: []float64{1, 2, 5}, tilt: []float64{1.3, 1, 0.7}, runs: runs, spread: 0.03})
	}
	add("profiles that differ, own items", false, 4, world{base: 0.08, times: []float64{1, 2, 5}, tilt: []float64{1.3, 1, 0.7}, runs: 10, spread: 0.01})
	add("a fifth of the runs invalid", false, 6, world{runs: 3, spread: 0.055, invalid: 0.2})
	add("half of the runs invalid", false, 6, world{runs: 3, spread: 0.055, invalid: 0.5})
	add("half of the runs invalid", false, 6, world{runs: 5, spread: 0.055, invalid: 0.5})
	for _, runs := range []int{2, 3, 5} {
		add("one domain", false, 2, world{domains: one, runs: runs, spread: 0.055})
		add("one domain, quiet runs", false, 2, world{domains: one, runs: runs, spread: 0.01})
		add("one domain", false, 6, world{domains: one, runs: runs, spread: 0.055})
	}
	add("groups of 4 items", false, 4, world{runs: 3, spread: 0.03, groupSize: 4})
	add("groups of 10 items, one domain", false, 2, world{domains: one, runs: 3, spread: 0.01, groupSize: 10})
	return all
}

// TestCoverageCorners measures intervals and tests where they easily go wrong.
func TestCoverageCorners(t *testing.T) {
	sets, all := 60, corners()
	if *fullStudy {
		sets = *studySets
	} else {
		all = slices.DeleteFunc(all, func(c corner) bool { return !slices.Contains([]int{2, 6}, len(c.world.truth)) || c.world.runs != 3 })
	}
	t.Log("| setting | one domain, % | average, % | one pair, % | of the first agent, % | any pair after Holm, % | power over the best possible |")
	t.Log("|---|---:|---:|---:|---:|---:|---:|")
	for _, c := range all {
		if len(*onlyCorner) > len(c.name) || c.name[:len(*onlyCorner)] != *onlyCorner {
			continue
		}
		r := c.measure(t, sets)
		t.Logf("| %s | %v | %v | %v | %v | %v | %.2f |", c.name, &r.domain, &r.average, &r.pair, &r.first, &r.family, r.power)
		r.domain.check(t, c.name+", one domain", 93, 98)
		r.average.check(t, c.name+", average", 93, 98)
		low := 0.0
		if c.usual {
			low = 4
		}
		r.pair.check(t, c.name+", one pair", low, 6)
		r.family.check(t, c.name+", after Holm", 0, 6)
	}
}

// measured are what a corner shows.
type cornerResult struct {
	domain, average, pair, first, family share
	power                                float64
}

func (c corner) measure(t *testing.T, sets int) (r cornerResult) {
	w := c.world
	type counts struct{ inDomain, domains, inAverage, significant, pairs, first, firstPairs, any int }
	perSet := make([]counts, sets)
	pairs := make([][]stats.Pair, sets)
	parallel(sets, func(k int) {
		n := &perSet[k]
		cells := w.cells(t, w.source(k))
		s := study(t, w.domains, stats.FitRunPrior(cells), cells...)
		for a, h := range s.Headlines(uint64(k), *studyDraws) {
			sum := 0.0
			for d, g := range h.Domains {
				truth := w.gain(a, d)
				sum += truth / float64(len(w.domains))
				if g.Gain.Low.Known {
					n.domains++
				}
				n.inDomain += holds(g.Gain, truth)
			}
			n.inAverage += holds(h.Gain, sum)
		}
		for _, p := range s.Pairs() {
			if !p.P.Known {
				continue
			}
			n.pairs++
			own := p.A == entry("a")
			if own {
				n.firstPairs++
			}
			if p.P.Value < stats.Level {
				n.significant++
				if own {
					n.first++
				}
			}
			if p.Holm.Value < stats.Level {
				n.any = 1
			}
		}
		pairs[k] = s.Pairs()
	})
	for _, n := range perSet {
		r.domain.add(n.inDomain, n.domains)
		r.average.add(n.inAverage, len(w.truth))
		r.pair.add(n.significant, n.pairs)
		r.first.add(n.first, n.firstPairs)
		r.family.add(n.any, min(n.pairs, 1))
	}
	r.power = relativePower(pairs)
	return r
}

// relativePower is the share of pairs found when one entry is better by so much that a
// test which knows the variance of the difference finds 80 %, over these 80 %.
func relativePower(sets [][]stats.Pair) float64 {
	found, n := 0.0, 0.0
	for k := range sets[0] {
		squares := 0.0
		for _, pairs := range sets {
			squares += pairs[k].Gain.Value.Value * pairs[k].Gain.Value.Value
		}
		shift := (distuv.UnitNormal.Quantile(1-stats.Level/2) + distuv.UnitNormal.Quantile(stats.Power)) * math.Sqrt(squares/float64(len(sets)))
		for _, pairs := range sets {
			if p := pairs[k]; p.P.Known {
				n++
				t := distuv.StudentsT{Sigma: 1, Nu: p.DF.Value}
				if 2*t.CDF(-math.Abs(p.Gain.Value.Value+shift)/p.SE.Value) < stats.Level {
					found++
				}
			}
		}
	}
	return found / n / stats.Power
}

// gain is the true gain of an agent in a domain, in %.
func (w world) gain(agent, d int) float64 {
	ratio := w.truth[agent] / w.base
	if w.tilt != nil && agent%2 == 1 {
		ratio *= w.tilt[d]
	}
	return (1 - w.invalid) * 100 * (ratio - 1)
}
