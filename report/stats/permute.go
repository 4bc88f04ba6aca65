package stats

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"

	"github.com/autodatabench/autodatabench/results"
)

// splitsAtMost is the number of splits of the runs up to which all are tried;
// beyond it this many less one are drawn.
const splitsAtMost = 100_000

// Permutation is the test of two entries' difference of gains in which only the
// labels of the runs are exchanged, within domains (methods.md section 4). It needs
// no model, but has few splits where runs are few: two runs each in three domains
// allow no p below 2/216.
type Permutation struct {
	P        results.Number `json:"p"`      // two-sided
	Least    results.Number `json:"least"`  // the smallest p that these runs can give
	Splits   int            `json:"splits"` // tried
	Exact    bool           `json:"exact"`  // all of them
	N        int            `json:"n"`      // runs, the fewest of either in any domain
	Method   Method         `json:"method"`
	Warnings []string       `json:"warnings,omitempty"`
}

// Permute tests two entries. The seed matters only if the splits are drawn. It
// reports an error for an entry that is not in the study; p is missing when a
// gain is.
func (s *Study) Permute(a, b Entry, seed uint64) (Permutation, error) {
	i, j, err := s.find(a, b)
	if err != nil {
		return Permutation{}, err
	}
	one, other := s.point(i), s.point(j)
	p := Permutation{N: min(one.N, other.N), Method: Permuted}
	if !one.Value.Known || !other.Value.Known {
		p.Warnings = append(p.Warnings, "a gain is missing or undefined")
		return p, nil
	}
	strata, total := make([]stratum, len(s.domains)), 1.0
	for d := range s.domains {
		a, b := s.cells[i][d], s.cells[j][d]
		strata[d] = stratum{a.runs, b.runs, s.metric.slope((a.mean+b.mean)/2, a.base) / float64(len(s.domains))}
		total *= strata[d].splits()
	}
	if total <= splitsAtMost {
		p.exact(strata)
	} else {
		p.drawn(strata, rand.New(stream(seed, 0, a.String()+"\x00"+b.String())))
	}
	return p, nil
}

// stratum is the runs of both entries in a domain; differences of their mean
// accuracies count with the weight.
type stratum struct {
	a, b   []float64
	weight float64
}

// splits is the number of ways to choose the runs of a among all.
func (s stratum) splits() float64 {
	return math.Round(combinations(len(s.a)+len(s.b), len(s.a)))
}

func combinations(n, k int) float64 {
	product := 1.0
	for i := range k {
		product *= float64(n-i) / float64(i+1)
	}
	return product
}

// difference is the weighted difference of the means when the runs of a sum to
// the given value.
func (s stratum) difference(sumA float64) float64 {
	sumB := floats.Sum(s.a) + floats.Sum(s.b) - sumA
	return s.weight * (sumA/float64(len(s.a)) - sumB/float64(len(s.b)))
}

// differences lists those of all splits.
func (s stratum) differences() []float64 {
	var out []float64
	runs := append(append([]float64{}, s.a...), s.b...)
	var choose func(from, left int, sum float64)
	choose = func(from, left int, sum float64) {
		if left == 0 {
			out = append(out, s.difference(sum))
			return
		}
		for k := from; k <= len(runs)-left; k++ {
			choose(k+1, left-1, sum+runs[k])
		}
	}
	choose(0, len(s.a), 0)
	return out
}

// observed is the difference of the runs as they are, less what rounding may do.
func observed(strata []stratum) float64 {
	sum := 0.0
	for _, s := range strata {
		sum += s.difference(floats.Sum(s.a))
	}
	return math.Abs(sum) - 1e-9
}

// exact tries all splits. Least counts the split as it is and, where both have
// as many runs in every domain, the one with all labels exchanged.
func (p *Permutation) exact(strata []stratum) {
	sums, mirrored := []float64{0}, true
	for _, s := range strata {
		var next []float64
		for _, d := range s.differences() {
			for _, sum := range sums {
				next = append(next, sum+d)
			}
		}
		sums, mirrored = next, mirrored && len(s.a) == len(s.b)
	}
	extreme, least, limit := 0, 1.0, observed(strata)
	for _, sum := range sums {
		if math.Abs(sum) >= limit {
			extreme++
		}
	}
	if mirrored {
		least = 2
	}
	p.Exact, p.Splits = true, len(sums)
	p.P = results.Num(float64(extreme)/float64(len(sums)), true)
	p.Least = results.Num(least/float64(len(sums)), true)
}

// drawn tries random splits and counts the one as it is with them.
func (p *Permutation) drawn(strata []stratum, rng *rand.Rand) {
	extreme, limit := 1, observed(strata)
	for range splitsAtMost - 1 {
		sum := 0.0
		for _, s := range strata {
			sum += s.difference(s.randomSum(rng))
		}
		if math.Abs(sum) >= limit {
			extreme++
		}
	}
	p.Splits = splitsAtMost
	p.P, p.Least = results.Num(float64(extreme)/splitsAtMost, true), results.Num(1.0/splitsAtMost, true)
}

// randomSum is the sum of as many runs as a has, chosen from all at random.
func (s stratum) randomSum(rng *rand.Rand) float64 {
	sum, left, need := 0.0, len(s.a)+len(s.b), len(s.a)
	for _, runs := range [][]float64{s.a, s.b} {
		for _, x := range runs {
			if rng.IntN(left) < need {
				sum += x
				need--
			}
			left--
		}
	}
	return sum
}
