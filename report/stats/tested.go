package stats

import (
	"sync"

	"github.com/autodatabench/autodatabench/results"
)

// tested is a pair as ranks and adjustments need it: the entry that comes first less the
// other. A board of hundreds of rows has tens of thousands.
type tested struct {
	difference, p, holm, bh results.Number
}

// tests keeps the tests of all pairs of a study by the figure, once they were made. Its
// copies by other figures share it.
type tests struct {
	mu sync.Mutex
	by map[Metric][]tested
}

// tested are all pairs by their number.
func (s *Study) tested() []tested {
	s.tests.mu.Lock()
	defer s.tests.mu.Unlock()
	if known, done := s.tests.by[s.metric]; done {
		return known
	}
	all := make([]tested, s.PairCount())
	s.eachPair(func(k, i, j int) {
		var p Pair
		s.difference(&p, i, j)
		all[k] = tested{difference: p.Gain.Value, p: p.P}
	})
	p := make([]results.Number, len(all))
	for k := range all {
		p[k] = all[k].p
	}
	holm, bh := adjustKnown(p, Holm), adjustKnown(p, BenjaminiHochberg)
	for k := range all {
		all[k].holm, all[k].bh = holm[k], bh[k]
	}
	s.tests.by[s.metric] = all
	return all
}

// turned is the comparison seen from the other side.
func (t tested) turned() tested {
	t.difference.Value = -t.difference.Value
	return t
}
