package stats

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Sequential is a rule that gives runs only to entries whose order is still open
// (methods.md section 10). All entries have First runs. After each round of runs the open
// pairs are tested; a pair is closed once it is decided, or once it is unlikely to be
// decided by Most runs. An entry without an open pair gets no more runs.
//
// With Top, the open pairs are those of the leader with the entries that may still be the
// best. However often the rule looks, the chance that the best entry is ever called worse
// than another is at most Level. Otherwise all pairs are open, and that is the chance of
// any false difference.
type Sequential struct {
	First, Most int
	Top         bool
	Promise     float64 // chance of a decision by Most runs below which a pair is given up

	levels [][]float64 // by the number of pairs that are not decided, less one, and look
}

// Rounds is what a sequential rule knows after some rounds.
type Rounds struct {
	Runs    int     // of the entries that go on
	Decided []Pair  // as they were when they were decided
	GoOn    []Entry // that get one more run in every domain
	open    []pairKey
	total   int // pairs in the family
}

type pairKey struct{ a, b Entry }

func (k pairKey) has(e Entry) bool { return k.a == e || k.b == e }

// NewSequential makes the rule for a number of entries.
func NewSequential(first, most, entries int, top bool, promise float64) Sequential {
	var times []float64
	for runs := first; runs <= most; runs++ {
		times = append(times, float64(runs)/float64(most))
	}
	q := Sequential{First: first, Most: most, Top: top, Promise: promise}
	if top { // one-sided: the best entry has as many others that may pass it by chance
		q.levels = [][]float64{SpendingLevels(times, 2*Level/float64(max(entries-1, 1)))}
		return q
	}
	q.levels = make([][]float64, entries*(entries-1)/2)
	parallel(len(q.levels), func(k int) { q.levels[k] = SpendingLevels(times, Level/float64(k+1)) })
	return q
}

// Start is the state before any look.
func (q Sequential) Start(entries []Entry) Rounds {
	r := Rounds{Runs: q.First, GoOn: slices.Clone(entries)}
	for i, a := range entries {
		for _, b := range entries[i+1:] {
			r.open = append(r.open, pairKey{a, b})
		}
	}
	r.total = len(r.open)
	return r
}

// level is the p at which a pair is decided at a look, when so many are.
func (q Sequential) level(r Rounds, look int) float64 {
	if q.Top {
		return q.levels[0][look]
	}
	return q.levels[r.total-len(r.Decided)-1][look]
}

// Look tests the open pairs of a study in which all entries that go on have r.Runs runs,
// and says who goes on.
func (q Sequential) Look(s *Study, r Rounds) Rounds {
	next := Rounds{Decided: slices.Clone(r.Decided), total: r.total}
	var pairs []Pair
	for _, key := range r.open {
		if p, err := s.Compare(key.a, key.b); err == nil && p.P.Known {
			pairs = append(pairs, p)
		}
	}
	slices.SortStableFunc(pairs, func(a, b Pair) int { return cmp.Compare(a.P.Value, b.P.Value) })
	out := map[Entry]bool{} // cannot be the best
	for len(pairs) > 0 && len(next.Decided) < r.total && pairs[0].P.Value <= q.level(next, r.Runs-q.First) {
		next.Decided = append(next.Decided, pairs[0])
		out[pairs[0].loser()] = true
		pairs = pairs[1:]
	}
	if r.Runs >= q.Most || r.total == len(next.Decided) {
		return next
	}
	if q.Top {
		pairs = ofLeader(s, pairs, out)
	}
	for _, p := range pairs {
		if q.promising(s, p, r.Runs, q.level(next, q.Most-q.First)) {
			next.open = append(next.open, pairKey{p.A, p.B})
		}
	}
	for _, e := range s.entries {
		if slices.ContainsFunc(next.open, func(k pairKey) bool { return k.has(e) }) {
			next.GoOn = append(next.GoOn, e)
		}
	}
	next.Runs = r.Runs + 1
	return next
}

// loser is the entry with the lower figure.
func (p Pair) loser() Entry {
	if p.Gain.Value.Value < 0 {
		return p.A
	}
	return p.B
}

// ofLeader are the pairs of the entry with the highest figure with those that may still
// be the best.
func ofLeader(s *Study, pairs []Pair, out map[Entry]bool) []Pair {
	leader := -1
	for i := range s.entries {
		if v := s.value(i); v.Known && !out[s.entries[i]] && (leader < 0 || v.Value > s.value(leader).Value) {
			leader = i
		}
	}
	return slices.DeleteFunc(slices.Clone(pairs), func(p Pair) bool {
		key := pairKey{p.A, p.B}
		return leader < 0 || !key.has(s.entries[leader]) || out[p.A] || out[p.B]
	})
}

// promising reports whether the pair is likely enough to be decided at the last look, by
// what is known of it now: the difference of then is normal about that of now.
func (q Sequential) promising(s *Study, p Pair, runs int, level float64) bool {
	design, ok := s.PairDesign(p.A, p.B)
	if !ok {
		return false
	}
	now, _ := design.precision(float64(runs), 1, 0)
	then, df := design.precision(float64(q.Most), 1, 0)
	variance := p.SE.Value * p.SE.Value * then / now
	critical := tQuantile(1-level/2, df) * math.Sqrt(variance)
	spread := math.Sqrt(max(p.SE.Value*p.SE.Value-variance, 0))
	if spread == 0 {
		return false
	}
	value := math.Abs(p.difference(s))
	chance := distuv.UnitNormal.CDF((value-critical)/spread) + distuv.UnitNormal.CDF((-value-critical)/spread)
	return chance >= q.Promise
}

// difference is the pair's on the scale of its test.
func (p Pair) difference(s *Study) float64 {
	if s.metric == ByGeometric {
		return math.Log1p(p.Gain.Value.Value / 100)
	}
	return p.Gain.Value.Value
}

// SpendingLevels are the two-sided p-values at which a group-sequential test rejects at
// each look, so that it rejects a true hypothesis with the chance alpha in all. times are
// the shares of the information that the looks have, the last 1. Of alpha, time squared is
// spent (Lan and DeMets 1983).
func SpendingLevels(times []float64, alpha float64) []float64 {
	const cells = 400
	levels := make([]float64, len(times))
	var grid, density []float64 // of the score at the look before, for paths that go on
	spent, before := 0.0, 0.0
	for k, time := range times {
		spend := alpha*time*time - spent
		step := math.Sqrt(time - before)
		outside := func(bound float64) float64 { // chance of leaving now
			if k == 0 {
				return 2 * distuv.UnitNormal.CDF(-bound/step)
			}
			sum := 0.0
			for i, x := range grid {
				sum += density[i] * (distuv.UnitNormal.CDF((-bound-x)/step) + distuv.UnitNormal.CDF((x-bound)/step))
			}
			return sum
		}
		low, high := 0.0, 12*math.Sqrt(time)
		for range 60 {
			if mid := (low + high) / 2; outside(mid) > spend {
				low = mid
			} else {
				high = mid
			}
		}
		bound := (low + high) / 2
		levels[k] = 2 * distuv.UnitNormal.CDF(-bound/math.Sqrt(time))
		spent, before = spent+spend, time
		grid, density = onward(grid, density, bound, step, cells)
	}
	return levels
}

// onward is the distribution of the score within the bound, as masses on a grid.
func onward(grid, density []float64, bound, step float64, cells int) (points, masses []float64) {
	width := 2 * bound / float64(cells)
	for c := range cells {
		x := -bound + (float64(c)+0.5)*width
		mass := 0.0
		if grid == nil {
			mass = distuv.UnitNormal.Prob(x/step) / step * width
		}
		for i, y := range grid {
			mass += density[i] * distuv.UnitNormal.Prob((x-y)/step) / step * width
		}
		points, masses = append(points, x), append(masses, mass)
	}
	return points, masses
}
