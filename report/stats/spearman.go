package stats

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"github.com/autodatabench/autodatabench/results"
)

// fewestRanked is the fewest pairs that a correlation gets an interval of: below, the
// normal approximation is too far off.
const fewestRanked = 10

// RankCorrelation is Spearman's correlation with its 95 % interval.
type RankCorrelation struct {
	Interval
	N   int    `json:"n"`             // pairs
	Why string `json:"why,omitempty"` // there is no value, or no interval
}

// Spearman correlates the ranks of x and y within strata: pairs of the same stratum, such
// as a domain, are compared with each other alone. Equal values share their mean rank. The
// interval is Fisher's with the variance of Bonett and Wright 2000, (1 + rho^2/2)/(n - 3),
// where each stratum but the first takes a pair. It holds for independent pairs.
func Spearman(x, y []float64, strata []string) RankCorrelation {
	c := RankCorrelation{N: len(x)}
	groups := map[string][]int{}
	for i, s := range strata {
		groups[s] = append(groups[s], i)
	}
	a, b := make([]float64, len(x)), make([]float64, len(x))
	for _, members := range groups {
		within(a, x, members)
		within(b, y, members)
	}
	rho := stat.Correlation(a, b, nil)
	n := float64(len(x) - max(0, len(groups)-1))
	switch {
	case len(x) < 3:
		c.Why = fmt.Sprintf("%d trials", len(x))
		return c
	case math.IsNaN(rho):
		c.Why = "all values are equal"
		return c
	}
	c.Value = results.Num(rho, true)
	if n < fewestRanked {
		c.Why = fmt.Sprintf("%d trials in %d domains: too few for an interval", len(x), len(groups))
		return c
	}
	z, half := math.Atanh(min(max(rho, -1+1e-12), 1-1e-12)), normalQuantile975*math.Sqrt((1+rho*rho/2)/(n-3))
	c.Low, c.High = results.Num(math.Tanh(z-half), true), results.Num(math.Tanh(z+half), true)
	return c
}

// normalQuantile975 is the 97.5 % quantile of the standard normal distribution.
const normalQuantile975 = 1.959963984540054

// within sets the ranks of some values among themselves, from -1/2 to 1/2 around their mean.
func within(ranks, values []float64, members []int) {
	order := slices.Clone(members)
	slices.SortFunc(order, func(i, j int) int {
		switch {
		case values[i] < values[j]:
			return -1
		case values[i] > values[j]:
			return 1
		}
		return i - j
	})
	n := float64(len(order))
	for from := 0; from < len(order); {
		to := from
		for to < len(order) && values[order[to]] == values[order[from]] {
			to++
		}
		for _, i := range order[from:to] {
			ranks[i] = (float64(from+to)/2)/n - 0.5
		}
		from = to
	}
}
