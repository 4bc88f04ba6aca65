package stats

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/autodatabench/autodatabench/results"
)

// Pair compares two entries, A less B (methods.md section 4). What is missing says why
// in the warnings of Gain.
type Pair struct {
	A    Entry          `json:"a"`
	B    Entry          `json:"b"`
	By   Metric         `json:"by"`
	Gain Estimate       `json:"gain"`          // difference of the averages of By, in its unit
	Why  string         `json:"why,omitempty"` // it has no test
	SE   results.Number `json:"se"`            // of Gain; of the logarithm for the geometric mean
	DF   results.Number `json:"df"`            // Satterthwaite's

	P    results.Number `json:"p"`    // two-sided, of this pair alone
	Holm results.Number `json:"holm"` // adjusted over all pairs of the study: decides
	BH   results.Number `json:"bh"`   // Benjamini-Hochberg over all pairs: for exploration

	Points      results.Number `json:"points"`      // difference of the average accuracies, percentage points
	Standard    results.Number `json:"standard"`    // Points over the SD between runs, items taken out
	Improvement results.Number `json:"improvement"` // share of the pairs of runs in which A's is better, mean over domains
}

// Pairs compares every two entries, in the order of [Study.Entries]. Holm and BH
// adjust over the pairs that can be compared.
func (s *Study) Pairs() []Pair {
	pairs := make([]Pair, s.PairCount())
	s.eachPair(func(k, i, j int) { pairs[k] = s.adjusted(i, j) })
	return pairs
}

// PairCount is the number of pairs.
func (s *Study) PairCount() int { return len(s.entries) * (len(s.entries) - 1) / 2 }

// eachPair calls of with every two entries i < j, and with the number k of their pair,
// many at a time.
func (s *Study) eachPair(of func(k, i, j int)) {
	parallel(len(s.entries), func(i int) {
		for j := i + 1; j < len(s.entries); j++ {
			of(s.pairNumber(i, j), i, j)
		}
	})
}

// pairNumber is where the pair of i < j stands among all.
func (s *Study) pairNumber(i, j int) int { return i*(2*len(s.entries)-i-1)/2 + j - i - 1 }

// Adjusted compares two entries, with Holm and BH over all pairs of the study, which are
// tested once however many are asked for.
func (s *Study) Adjusted(a, b Entry) (Pair, error) {
	i, j, err := s.find(a, b)
	if err != nil {
		return Pair{}, err
	}
	if i == j {
		return Pair{}, fmt.Errorf("%s is compared with itself", a)
	}
	return s.adjusted(i, j), nil
}

func (s *Study) adjusted(i, j int) Pair {
	p, t := s.pair(i, j), s.tested()[s.pairNumber(min(i, j), max(i, j))]
	p.Holm, p.BH = t.holm, t.bh
	return p
}

// Compare compares two entries without adjusting for other pairs: Holm and BH
// are missing. It reports an error for an entry that is not in the study.
func (s *Study) Compare(a, b Entry) (Pair, error) {
	i, j, err := s.find(a, b)
	if err != nil {
		return Pair{}, err
	}
	return s.pair(i, j), nil
}

func (s *Study) find(a, b Entry) (i, j int, err error) {
	i, j = slices.Index(s.entries, a), slices.Index(s.entries, b)
	for k, e := range []Entry{a, b} {
		if []int{i, j}[k] < 0 {
			return 0, 0, fmt.Errorf("%s is not in the study", e)
		}
	}
	return i, j, nil
}

func (s *Study) pair(i, j int) Pair {
	p := Pair{A: s.entries[i], B: s.entries[j], By: s.metric, Gain: s.gain(i)}
	other := s.gain(j)
	for _, w := range other.Warnings {
		p.Gain.warn("%s", w)
	}
	p.Gain.N, p.Gain.Method = min(p.Gain.N, other.N), RunsItems
	if s.complete(i) && s.complete(j) {
		s.effects(&p, s.cells[i], s.cells[j])
	}
	p.Gain.Value = results.Number{}
	difference := s.difference(&p, i, j)
	if p.P.Known {
		half := p.SE.Value * tQuantile(1-Level/2, p.DF.Value)
		p.Gain.between(s.metric.shown(difference-half), s.metric.shown(difference+half))
	}
	return p
}

// complete reports whether the entry has a cell in every domain.
func (s *Study) complete(entry int) bool { return !slices.Contains(s.cells[entry], nil) }

// difference fills in the difference and its t test, where both figures are defined. It
// returns the difference on the scale of the test.
func (s *Study) difference(p *Pair, i, j int) float64 {
	a, b := s.average(i, s.metric.figure), s.average(j, s.metric.figure)
	if !a.Known || !b.Known {
		p.Why = cmp.Or(s.unknown(i), s.unknown(j))
		return 0
	}
	difference := a.Value - b.Value
	p.Gain.Value = results.Num(s.metric.shown(difference), true)
	if !s.prior.Scale.Known {
		p.Why = cmp.Or(s.obstacle(i), s.obstacle(j))
		return difference
	}
	v, df := s.mix(s.cells[i], s.cells[j]).total()
	if v == 0 {
		p.Why = "no variance between runs or items"
		return difference
	}
	se := math.Sqrt(v)
	p.SE, p.DF = results.Num(se, true), results.Num(df, true)
	p.P = results.Num(tTwoSided(difference/se, df), true)
	return difference
}

// mix is the variance of the difference of two entries' averages: over items, paired
// where both have answers, and over the runs of either. Several domains have weights
// that hang on the base students' accuracies, so that these vary along.
func (s *Study) mix(a, b []*Cell) *mix {
	m, n := newMix(s.prior), float64(len(s.domains))
	for d := range s.domains {
		x, y := a[d], b[d]
		one, other, base := s.metric.slope(x.mean, x.base)/n, s.metric.slope(y.mean, y.base)/n, 0.0
		if len(s.domains) > 1 {
			base = (s.metric.byBase(x.mean, x.base) - s.metric.byBase(y.mean, y.base)) / n * s.beyondChance(x, y)
		}
		m.items = m.items.plus(differenceOverItems(x, y, one, other, base))
		m.addRuns(x, one)
		m.addRuns(y, other)
	}
	return m
}

// beyondChance is the part of the difference of two accuracies that is more than chance
// makes it: 0 for one that is no larger than its standard error.
func (s *Study) beyondChance(a, b *Cell) float64 {
	m := newMix(s.prior)
	m.items = differenceOverItems(a, b, 1, 1, 0)
	m.addRuns(a, 1)
	m.addRuns(b, 1)
	v, _ := m.total()
	squared := (a.mean - b.mean) * (a.mean - b.mean)
	if squared <= v {
		return 0
	}
	return math.Sqrt(1 - v/squared)
}

// differenceOverItems is the items' part of the variance of one*m_a - other*m_b + base*b.
func differenceOverItems(a, b *Cell, one, other, base float64) variance {
	if !a.paired() || !b.paired() {
		x, y, z := a.itemVariance(0).value, b.itemVariance(0).value, a.binomialVariance(a.base).value
		v := estimated(one*one*x, float64(a.items-1)).plus(estimated(other*other*y, float64(b.items-1)))
		return v.plus(estimated(base*base*z, float64(a.items-1)))
	}
	byItem := make([]float64, a.items)
	for i := range byItem {
		byItem[i] = one*a.xbar[i] - other*b.xbar[i] + base*a.answers[i]
	}
	return a.over(byItem)
}

// effects fills in the effect sizes. What compares with the spread of runs takes two
// runs of either, and runs that differ.
func (s *Study) effects(p *Pair, a, b []*Cell) {
	difference, better, runVar := 0.0, 0.0, 0.0
	domains, several, differ := float64(len(s.domains)), true, false
	for d := range s.domains {
		difference += 100 * (a[d].mean - b[d].mean) / domains
		better += improvement(a[d].runs, b[d].runs) / domains
		for _, c := range []*Cell{a[d], b[d]} {
			several = several && len(c.runs) > 1
			differ = differ || c.allVar > 0
			if s.prior.Scale.Known {
				runs, delivery := s.prior.between(c)
				runVar += max(runs+delivery-c.chance, 0) / (2 * domains)
			}
		}
	}
	p.Points, p.Improvement = results.Num(difference, true), results.Num(better, several)
	p.Standard = results.Num(difference/(100*math.Sqrt(runVar)), several && differ && runVar > 0)
}

// improvement is the share of pairs of runs in which the one of a is better;
// equal ones count half (rliable, Agarwal et al. 2021).
func improvement(a, b []float64) float64 {
	sum := 0.0
	for _, x := range a {
		for _, y := range b {
			switch {
			case x > y:
				sum++
			case x == y:
				sum += 0.5
			}
		}
	}
	return sum / float64(len(a)*len(b))
}
