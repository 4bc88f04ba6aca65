package stats

import (
	"cmp"
	"math"
	"slices"
	"sync"

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

	levels []func() []float64 // by the number of hypotheses that may be true, less one; then by look
}

// Rounds is what a sequential rule knows after some rounds.
type Rounds struct {
	Runs    int       // of the entries that go on
	Decided []Decided // in the order of the decisions
	GoOn    []Entry   // that get one more run in every domain
	entries []Entry
	open    []pairKey
}

// Decided is a pair as it was when it was decided.
type Decided struct {
	Pair
	Level float64 // that its p is at most
}

// Better is the entry with the higher figure.
func (d Decided) Better() Entry {
	if d.Gain.Value.Value < 0 {
		return d.B
	}
	return d.A
}

// Worse is the entry with the lower figure.
func (d Decided) Worse() Entry {
	if d.Gain.Value.Value < 0 {
		return d.A
	}
	return d.B
}

// Open is the number of open pairs.
func (r Rounds) Open() int { return len(r.open) }

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
		q.levels = append(q.levels, sync.OnceValue(func() []float64 { return SpendingLevels(times, 2*Level/float64(max(entries-1, 1))) }))
		return q
	}
	for k := range entries * (entries - 1) / 2 {
		q.levels = append(q.levels, sync.OnceValue(func() []float64 { return SpendingLevels(times, Level/float64(k+1)) }))
	}
	return q
}

// Start is the state before any look.
func (q Sequential) Start(entries []Entry) Rounds {
	r := Rounds{Runs: q.First, GoOn: slices.Clone(entries), entries: entries}
	for i, a := range entries {
		for _, b := range entries[i+1:] {
			r.open = append(r.open, pairKey{a, b})
		}
	}
	return r
}

// level is the p at which a pair is decided at a look, after the decisions so far.
func (q Sequential) level(r Rounds, look int) float64 {
	if q.Top {
		return q.levels[0]()[look]
	}
	return q.levels[max(mostTrue(r.entries, r.Decided), 1)-1]()[look]
}

// Look tests the open pairs of a study in which all entries that go on have r.Runs runs,
// and says who goes on.
func (q Sequential) Look(s *Study, r Rounds) Rounds {
	next := Rounds{Decided: slices.Clone(r.Decided), entries: r.entries}
	var pairs []Pair
	for _, key := range r.open {
		if p, err := s.Compare(key.a, key.b); err == nil && p.P.Known {
			pairs = append(pairs, p)
		}
	}
	slices.SortStableFunc(pairs, func(a, b Pair) int { return cmp.Compare(a.P.Value, b.P.Value) })
	out := map[Entry]bool{} // cannot be the best
	for len(pairs) > 0 {
		d := Decided{pairs[0], q.level(next, r.Runs-q.First)}
		if d.P.Value > d.Level {
			break
		}
		next.Decided, pairs = append(next.Decided, d), pairs[1:]
		out[d.Worse()] = true
	}
	if r.Runs >= q.Most || len(pairs) == 0 {
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
