package stats

import (
	"fmt"
	"math"
	"slices"

	"github.com/autodatabench/autodatabench/results"
)

// Pair compares two entries, A less B, with the base student's accuracy as it
// was: it is common to both (methods.md section 4). What is missing says why in
// the warnings of Gain.
type Pair struct {
	A    Entry          `json:"a"`
	B    Entry          `json:"b"`
	Gain Estimate       `json:"gain"` // difference of the average gains, in % of the base
	SE   results.Number `json:"se"`   // of Gain
	DF   results.Number `json:"df"`   // Satterthwaite's

	P    results.Number `json:"p"`    // two-sided, of this pair alone
	Holm results.Number `json:"holm"` // adjusted over all pairs of the study: decides
	BH   results.Number `json:"bh"`   // Benjamini-Hochberg over all pairs: for exploration

	Points      results.Number `json:"points"`      // difference of the average accuracies, percentage points
	Standard    results.Number `json:"standard"`    // Points over the SD between runs, items taken out
	Improvement results.Number `json:"improvement"` // probability that a run of A beats one of B, mean over domains
}

// Pairs compares every two entries, in the order of [Study.Entries]. Holm and BH
// adjust over the pairs that can be compared.
func (s *Study) Pairs() []Pair { return s.pairs(s.pair) }

// pairs makes every pair in the given way, and adjusts.
func (s *Study) pairs(of func(i, j int) Pair) []Pair {
	n := len(s.entries)
	pairs := make([]Pair, n*(n-1)/2)
	parallel(n, func(i int) {
		first := i * (2*n - i - 1) / 2 // of the pairs of i with those after it
		for j := i + 1; j < n; j++ {
			pairs[first+j-i-1] = of(i, j)
		}
	})
	p := make([]results.Number, len(pairs))
	for k := range pairs {
		p[k] = pairs[k].P
	}
	holm, bh := adjustKnown(p, Holm), adjustKnown(p, BenjaminiHochberg)
	for k := range pairs {
		pairs[k].Holm, pairs[k].BH = holm[k], bh[k]
	}
	return pairs
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
	p := Pair{A: s.entries[i], B: s.entries[j], Gain: s.gain(i)}
	other := s.gain(j)
	for _, w := range other.Warnings {
		p.Gain.warn("%s", w)
	}
	p.Gain.N, p.Gain.Method = min(p.Gain.N, other.N), ModeratedT
	if s.complete(i) && s.complete(j) {
		s.effects(&p, s.cells[i], s.cells[j])
	}
	if !p.Gain.Value.Known || !other.Value.Known {
		p.Gain.Value = results.Number{}
		return p
	}
	p.Gain.Value.Value -= other.Value.Value
	if s.prior.Scale.Known {
		s.test(&p, s.cells[i], s.cells[j])
		p.bound()
	}
	return p
}

// complete reports whether the entry has a cell in every domain.
func (s *Study) complete(entry int) bool { return !slices.Contains(s.cells[entry], nil) }

// tested is the pairs as ranks need them: the difference of the gains and its p
// alone. What is missing of one of the gains is missing of the pair.
func (s *Study) tested() []Pair {
	gains := make([]results.Number, len(s.entries))
	for i := range gains {
		gains[i] = s.average(i, (*Cell).gain)
	}
	return s.pairs(func(i, j int) Pair {
		p := Pair{A: s.entries[i], B: s.entries[j]}
		if gains[i].Known && gains[j].Known {
			p.Gain.Value = results.Num(gains[i].Value-gains[j].Value, true)
			if s.prior.Scale.Known {
				s.test(&p, s.cells[i], s.cells[j])
			}
		}
		return p
	})
}

// test fills in the moderated t test. Its degrees of freedom are capped at those
// of the prior. A difference without any variance has no test.
func (s *Study) test(p *Pair, a, b []*Cell) {
	var v variance
	for d := range s.domains {
		w := s.weight(a[d])
		v = v.plus(s.differenceVariance(a[d], b[d]).times(w * w))
	}
	if v.value == 0 {
		p.Gain.warn("no variance between runs or items: no test")
		return
	}
	se, nu := math.Sqrt(v.value), min(v.value*v.value/v.spread, float64(s.prior.DF))
	p.SE, p.DF = results.Num(se, true), results.Num(nu, true)
	p.P = results.Num(tTwoSided(p.Gain.Value.Value/se, nu), true)
}

// bound sets the limits of a tested difference.
func (p *Pair) bound() {
	if p.P.Known {
		half := p.SE.Value * tQuantile(1-Level/2, p.DF.Value)
		p.Gain.between(p.Gain.Value.Value-half, p.Gain.Value.Value+half)
	}
}

// weight turns a share of accuracy into its part of the average gain in %.
func (s *Study) weight(c *Cell) float64 { return 100 / (float64(len(s.domains)) * c.base) }

// differenceVariance is that of m_A - m_B: over items, paired where both have
// answers, and over the runs of either.
func (s *Study) differenceVariance(a, b *Cell) variance {
	runs := a.runVarianceTimes(s.prior, s.factor(a)).plus(b.runVarianceTimes(s.prior, s.factor(b)))
	if !a.paired() || !b.paired() {
		return runs.plus(a.itemVariance(0)).plus(b.itemVariance(0))
	}
	n, mean, squares := float64(a.items), a.mean-b.mean, 0.0
	for i, x := range a.xbar {
		rest := x - b.xbar[i] - mean
		squares += rest * rest
	}
	value := squares / (n - 1) / n
	return runs.plus(variance{value, value * value / (n - 1)})
}

// effects fills in the effect sizes.
func (s *Study) effects(p *Pair, a, b []*Cell) {
	difference, better, runVar := 0.0, 0.0, 0.0
	domains := float64(len(s.domains))
	for d := range s.domains {
		difference += 100 * (a[d].mean - b[d].mean) / domains
		better += improvement(a[d].runs, b[d].runs) / domains
		if s.prior.Scale.Known {
			for _, c := range []*Cell{a[d], b[d]} {
				runVar += c.runVariance(s.prior).value * float64(len(c.runs)) / (2 * domains)
			}
		}
	}
	p.Points, p.Improvement = results.Num(difference, true), results.Num(better, true)
	p.Standard = results.Num(difference/(100*math.Sqrt(runVar)), runVar > 0)
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
