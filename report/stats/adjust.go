package stats

import (
	"cmp"
	"slices"

	"github.com/autodatabench/autodatabench/results"
)

// Holm adjusts p-values so that comparing each with a level bounds the chance of
// any false rejection by it, however the tests depend on each other (Holm 1979).
func Holm(p []float64) []float64 {
	adjusted, order := make([]float64, len(p)), ascending(p)
	largest := 0.0
	for rank, i := range order {
		largest = max(largest, min(1, float64(len(p)-rank)*p[i]))
		adjusted[i] = largest
	}
	return adjusted
}

// BenjaminiHochberg adjusts p-values so that comparing each with a level bounds
// the expected share of false rejections among all by it, for independent or
// positively dependent tests (Benjamini and Hochberg 1995).
func BenjaminiHochberg(p []float64) []float64 {
	adjusted, order := make([]float64, len(p)), ascending(p)
	least := 1.0
	for rank, i := range slices.Backward(order) {
		least = min(least, float64(len(p))/float64(rank+1)*p[i])
		adjusted[i] = least
	}
	return adjusted
}

// ascending is the order of p from the smallest on.
func ascending(p []float64) []int {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(p[i], p[j]) })
	return order
}

// adjustKnown adjusts the known p-values as one family.
func adjustKnown(p []results.Number, adjust func([]float64) []float64) []results.Number {
	var known []float64
	for _, x := range p {
		if x.Known {
			known = append(known, x.Value)
		}
	}
	adjusted, out := adjust(known), make([]results.Number, len(p))
	for i, x := range p {
		if x.Known {
			out[i] = results.Num(adjusted[0], true)
			adjusted = adjusted[1:]
		}
	}
	return out
}
