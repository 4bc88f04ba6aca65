package stats_test

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat"

	"autodatabench/report/stats"
	"autodatabench/results"
)

// The study of STATS.md sections 2 to 4 takes hours: make coverage-study logs it
// as Markdown tables, with -sets and -draws a smaller one of all its rows. Without
// -study a small part of it runs. What is allowed grows with the simulation error.
var (
	fullStudy  = flag.Bool("study", false, "run the coverage study, all rows of it")
	studySets  = flag.Int("sets", 2_000, "simulated data sets of each row of the study")
	studyDraws = flag.Int("draws", stats.Draws, "draws of each interval of the study")
)

// slack is how far the measured figures may lie from those of STATS.md.
const slack = 1.5

// spreads are the SDs between runs, in shares of accuracy, that go with a base:
// the paper's 5.5 points, and with a low base also what that is in proportion to
// the root of m(1-m).
func spreads(base float64) []float64 {
	if low(base) {
		return []float64{0.033, 0.055}
	}
	return []float64{0.055}
}

// low reports whether a base is so low that accuracies are far from normal: an SD
// of 5.5 points about a mean of 7.5. There the figures are known to be worse
// (bench/doc/statistics.md), and bounded apart.
func low(base float64) bool { return base < 0.1 }

// share is a simulated percentage. Data sets are independent of each other, what
// lies within one is not: the standard error is that of the data sets' means.
type share struct{ perSet []float64 }

func (s *share) add(hits, of int) { s.perSet = append(s.perSet, 100*float64(hits)/float64(of)) }

func (s *share) mean() float64 { return stat.Mean(s.perSet, nil) }

func (s *share) se() float64 { return stat.StdErr(stat.StdDev(s.perSet, nil), float64(len(s.perSet))) }

func (s *share) String() string { return fmt.Sprintf("%.2f ± %.2f", s.mean(), s.se()) }

// check fails outside low..high widened by three standard errors.
func (s *share) check(t *testing.T, what string, low, high float64) {
	t.Helper()
	if m, e := s.mean(), 3*s.se(); m < low-e || m > high+e {
		t.Errorf("%s: %v %%, want %v to %v", what, s, low, high)
	}
}

// TestCoverage measures how often the headline interval holds the true gain: in
// STATS.md section 3 94.0 to 95.3 % for a domain, 92.7 to 95.1 % for three.
func TestCoverage(t *testing.T) {
	bases, items, runs, sets, perSet := []float64{0.17}, []int{100}, []int{2, 5}, 60, 999
	if *fullStudy {
		bases, items, runs, sets, perSet = []float64{0.05, 0.17, 0.40}, []int{100, 300}, []int{2, 3, 5}, *studySets, *studyDraws
	}
	t.Log("| base | SD of runs | items | runs | one domain, % | three domains, % |")
	t.Log("|---|---|---|---|---|---|")
	for _, b := range bases {
		for _, n := range items {
			for _, r := range runs {
				for _, spread := range spreads(b) {
					w := world{base: b, items: n, runs: r, domains: results.Domains(), spread: spread}
					for a := range 8 {
						w.truth = append(w.truth, b*(0.9+float64(a)/7))
					}
					domain, average := w.coverage(t, sets, perSet)
					t.Logf("| %v | %.3f | %d | %d | %v | %v |", b, spread, n, r, domain, average)
					row := fmt.Sprintf("base %v, SD %.3f, %d items, %d runs", b, spread, n, r)
					below := 0.0
					if low(b) {
						below = 3
					}
					domain.check(t, row+", one domain", 94.0-slack-below, 95.3+slack)
					average.check(t, row+", three domains", 92.7-slack-below, 95.1+slack)
				}
			}
		}
	}
}

// coverage counts, over simulated data sets, the intervals of nominal 95 % that
// hold the true gain.
func (w world) coverage(t *testing.T, sets, perSet int) (domain, average *share) {
	t.Helper()
	domain, average = &share{}, &share{}
	for k := range sets {
		cells := w.cells(t, rand.New(rand.NewPCG(uint64(k), math.Float64bits(w.base)+uint64(w.items*100+w.runs))))
		s := study(t, w.domains, stats.FitRunPrior(cells), cells...)
		inDomain, inAverage := 0, 0
		for a, h := range s.Headlines(uint64(k), perSet) {
			truth := 100 * (w.truth[a]/w.base - 1)
			inAverage += holds(h.Gain, truth)
			for _, d := range h.Domains {
				inDomain += holds(d.Gain, truth)
			}
		}
		domain.add(inDomain, len(w.truth)*len(w.domains))
		average.add(inAverage, len(w.truth))
	}
	return domain, average
}

// holds is 1 for an interval that holds the value. An undefined gain, of a base
// sample without a correct answer, claims nothing and counts as a miss.
func holds(e stats.Estimate, value float64) int {
	if e.Low.Known && e.Low.Value <= value && value <= e.High.Value {
		return 1
	}
	return 0
}

// TestTypeI measures false differences among agents that are equally good: of
// one pair at 5 %, and of any pair after Holm. STATS.md section 4 has 4.8 to
// 5.3 % and 3.7 to 4.8 %; 4 to 6 % and less than 6 % are asked for.
func TestTypeI(t *testing.T) {
	bases, items, runs, sets := []float64{0.17}, []int{100}, []int{2, 5}, 200
	if *fullStudy {
		bases, items, runs, sets = []float64{0.05, 0.17, 0.40}, []int{100, 300}, []int{2, 3, 5}, *studySets
	}
	t.Log("| base | SD of runs | items | runs | one pair, % | any of 28 after Holm, % |")
	t.Log("|---|---|---|---|---|---|")
	for _, b := range bases {
		for _, n := range items {
			for _, r := range runs {
				for _, spread := range spreads(b) {
					m := 1.5 * b
					w := world{base: b, items: n, runs: r, domains: results.Domains(), spread: spread, truth: []float64{m, m, m, m, m, m, m, m}}
					single, family := w.falseDifferences(t, sets)
					t.Logf("| %v | %.3f | %d | %d | %v | %v |", b, spread, n, r, single, family)
					row := fmt.Sprintf("base %v, SD %.3f, %d items, %d runs", b, spread, n, r)
					most := 6.0
					if low(b) {
						most = 8
					}
					single.check(t, row+", one pair", 4, most)
					family.check(t, row+", after Holm", 0, 6)
				}
			}
		}
	}
}

func (w world) falseDifferences(t *testing.T, sets int) (single, family *share) {
	t.Helper()
	single, family = &share{}, &share{}
	for k := range sets {
		cells := w.cells(t, rand.New(rand.NewPCG(uint64(k), math.Float64bits(w.base)+uint64(w.items*100+w.runs))))
		pairs := study(t, w.domains, stats.FitRunPrior(cells), cells...).Pairs()
		significant, any := 0, 0
		for _, p := range pairs {
			if p.P.Value < stats.Level {
				significant++
			}
			if p.Holm.Value < stats.Level {
				any = 1
			}
		}
		single.add(significant, len(pairs))
		family.add(any, 1)
	}
	return single, family
}

// BenchmarkHeadlines is the size of STATS.md section 6: 24 agents, 3 domains,
// 5 runs, 450 items, 10,000 draws. 0.6 s are allowed on two cores.
func BenchmarkHeadlines(b *testing.B) {
	w := world{base: 0.17, items: 450, runs: 5, domains: results.Domains(), spread: 0.055}
	for a := range 24 {
		w.truth = append(w.truth, 0.15+0.01*float64(a))
	}
	cells := w.cells(b, rand.New(rand.NewPCG(1, 1)))
	for b.Loop() {
		s, err := stats.NewStudy(w.domains, cells, stats.FitRunPrior(cells))
		if err != nil {
			b.Fatal(err)
		}
		s.Headlines(1, 10_000)
	}
	b.ReportMetric(1000*b.Elapsed().Seconds()/float64(b.N), "ms/study")
}
