package stats_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/report/stats"
	"github.com/autodatabench/autodatabench/results"
)

// O'Brien and Fleming's and others' tables are of other spending; these levels are checked
// by simulation of Brownian motion, and by their sum in the limit of one look.
func TestSpendingLevels(t *testing.T) {
	if got := stats.SpendingLevels([]float64{1}, 0.05); math.Abs(got[0]-0.05) > 1e-6 {
		t.Errorf("one look: %v", got)
	}
	times := []float64{0.25, 0.5, 0.75, 1}
	levels := stats.SpendingLevels(times, 0.05)
	if math.Abs(levels[0]-0.05/16) > 1e-6 || !slices.IsSorted(levels) || !(levels[3] < 0.05) {
		t.Errorf("levels %v", levels)
	}
	w, crossed := world{base: 0.1, items: 7}, 0
	const paths = 200_000
	rng := w.source(1)
	for range paths {
		x, before := 0.0, 0.0
		for k, time := range times {
			x += math.Sqrt(time-before) * rng.NormFloat64()
			before = time
			if math.Erfc(math.Abs(x)/math.Sqrt(2*time)) <= levels[k] {
				crossed++
				break
			}
		}
	}
	within(t, "share of paths that leave", float64(crossed)/paths, 0.05, 0.0015)
}

// paperGains are true gains of six agents, in %: spaced as the paper's, and equal.
func paperGains() [][]float64 {
	return [][]float64{
		{57.3, 44.1, 40.5, 36.8, 31.0, 25.2}, // iterative, scratch
		{73.3, 57.7, 56.0, 54.6, 52.2, 49.5}, // iterative, seed
		{73.3, 54.6, 47.2, 41.4, 31.0, 12.5}, // over all 24 rows
		{40, 40, 40, 40, 40, 40},
	}
}

// paperLike is six agents in three domains with the paper's bases and run SD.
func paperLike(truth []float64) world {
	return world{base: 0.167, times: []float64{1, 1.27, 2.39}, items: 400, runs: 12, domains: results.Domains(), spread: 0.055, truth: truth}
}

// TestCoverageSequential measures what the sequential rule saves, errs and finds, beside
// five runs each.
func TestCoverageSequential(t *testing.T) {
	sets := 30
	if *fullStudy {
		sets = *studySets
	}
	t.Log("| true gains, % | pairs | rule | runs of an agent | fewer | any false difference, % | true differences found, % |")
	t.Log("|---|---|---|---:|---:|---:|---:|")
	for _, gains := range paperGains() {
		truth := make([]float64, len(gains))
		for i, g := range gains {
			truth[i] = 0.167 * (1 + g/100)
		}
		w := paperLike(truth)
		for _, top := range []bool{true, false} {
			fixed, adaptive := w.sequentially(t, sets, top)
			pairs := map[bool]string{true: "with the best", false: "all"}[top]
			fewer := 100 * (1 - adaptive.runs.mean()/fixed.runs.mean())
			t.Logf("| %v | %s | five runs each | %.2f | | %v | %v |", gains, pairs, fixed.runs.mean()/100, &fixed.wrong, &fixed.found)
			t.Logf("| %v | %s | sequential | %.2f | %.0f %% | %v | %v |", gains, pairs, adaptive.runs.mean()/100, fewer, &adaptive.wrong, &adaptive.found)
			adaptive.wrong.check(t, fmt.Sprintf("%v, false differences", gains), 0, 5)
			if !top {
				continue
			}
			if fewer < 35 {
				t.Errorf("%v: %.1f %% fewer runs", gains, fewer)
			}
			if a, f := &adaptive.found, &fixed.found; len(a.perSet) > 0 && a.mean() < f.mean()-3*math.Hypot(a.se(), f.se()) {
				t.Errorf("%v: found %v, five runs each find %v", gains, a, f)
			}
		}
	}
}

// What may be equal at the same time, after decisions: Shaffer's numbers.
func TestMostTrue(t *testing.T) {
	for _, c := range []struct {
		entries int
		decided string // pairs of letters
		want    int
	}{
		{6, "", 15}, {6, "af", 10}, {6, "af ae", 10}, {6, "af ae bf", 7}, {6, "af ae ad ac ab", 10},
		{3, "ab", 1}, {3, "ab bc", 1}, {3, "ab bc ac", 0}, {4, "ab cd", 2}, {2, "ab", 0}, {13, "ab ac", 76},
	} {
		if got := stats.MostTrue(c.entries, strings.Fields(c.decided)); got != c.want {
			t.Errorf("%d entries, %q decided: %d, want %d", c.entries, c.decided, got, c.want)
		}
	}
}

type shares struct{ runs, wrong, found share }

// sequentially runs both rules on the same data. Pairs are all, or those with the best.
func (w world) sequentially(t *testing.T, sets int, top bool) (fixed, adaptive shares) {
	t.Helper()
	n := len(w.truth)
	most, promise := 6, 0.3
	if top {
		most, promise = 5, 0.4
	}
	q := stats.NewSequential(2, most, n, top, promise)
	perSet := make([][2]outcome, sets)
	parallel(sets, func(k int) {
		answers := w.answers(w.source(k))
		perSet[k][0] = w.judge(significant(answers.study(t, w, slices.Repeat([]int{5}, n)).Pairs()), 5*n, top)
		runs := slices.Repeat([]int{q.First}, n)
		state := q.Start(answers.study(t, w, runs).Entries())
		for len(state.GoOn) > 0 {
			if state.Runs > q.First {
				for _, e := range state.GoOn {
					runs[e.Agent[0]-'a']++
				}
			}
			state = q.Look(answers.study(t, w, runs), state)
		}
		total := 0
		for _, r := range runs {
			total += r
		}
		var decided []stats.Pair
		for _, d := range state.Decided {
			decided = append(decided, d.Pair)
		}
		perSet[k][1] = w.judge(decided, total, top)
	})
	for rule, s := range []*shares{&fixed, &adaptive} {
		for _, set := range perSet {
			o := set[rule]
			s.runs.add(o.runs, n)
			s.wrong.add(min(o.wrong, 1), 1)
			s.found.add(o.found, o.differ)
		}
	}
	return fixed, adaptive
}

// outcome is what a rule came to in a data set.
type outcome struct{ runs, wrong, found, differ int }

// judge counts what was decided rightly and wrongly: pairs, or entries that are not the
// best.
func (w world) judge(decided []stats.Pair, runs int, top bool) outcome {
	o := outcome{runs: runs}
	best := slices.Max(w.truth)
	for i, a := range w.truth {
		if top && a < best {
			o.differ++
		}
		for _, b := range w.truth[i+1:] {
			if !top && a != b {
				o.differ++
			}
		}
	}
	lost := map[int]bool{}
	for _, p := range decided {
		a, b := int(p.A.Agent[0]-'a'), int(p.B.Agent[0]-'a')
		right := (w.truth[a]-w.truth[b])*p.Gain.Value.Value > 0
		loser := a
		if p.Gain.Value.Value > 0 {
			loser = b
		}
		switch {
		case !top && right:
			o.found++
		case !top:
			o.wrong++
		case w.truth[loser] == best && slices.Index(w.truth, best) == loser: // of equal ones the first is called the best
			o.wrong++
		case w.truth[loser] < best && !lost[loser]:
			o.found++
		}
		lost[loser] = true
	}
	return o
}

func significant(pairs []stats.Pair) (some []stats.Pair) {
	for _, p := range pairs {
		if p.Holm.Known && p.Holm.Value < stats.Level {
			some = append(some, p)
		}
	}
	return some
}

func (s samples) study(t *testing.T, w world, runs []int) *stats.Study {
	t.Helper()
	cells := s.cells(t, runs)
	return study(t, w.domains, stats.FitRunPrior(cells), cells...)
}
