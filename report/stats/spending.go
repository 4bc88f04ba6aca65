package stats

import (
	"math"
	"math/bits"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// exactly is up to how many entries [mostTrue] looks at every way to group them.
const exactly = 12

// mostTrue is how many hypotheses "these two are equal" can be true at the same time, if
// no decided one is (Shaffer 1986): equal entries are groups without a decided pair. Above
// [exactly] entries it is the number of pairs that are not decided, as in Holm's procedure.
func mostTrue(entries []Entry, decided []Decided) int {
	n := len(entries)
	if n > exactly {
		return n*(n-1)/2 - len(decided)
	}
	differ := make([]uint, n)
	for _, d := range decided {
		a, b := slices.Index(entries, d.A), slices.Index(entries, d.B)
		differ[a] |= 1 << b
		differ[b] |= 1 << a
	}
	most := make([]int, 1<<n) // by the set of entries
	for set := uint(1); set < 1<<n; set++ {
		first := uint(bits.TrailingZeros(set))
		others := set &^ (1 << first) &^ differ[first]
		for with := others; ; with = (with - 1) & others {
			if group := with | 1<<first; equal(group, differ) {
				k := bits.OnesCount(group)
				most[set] = max(most[set], k*(k-1)/2+most[set&^group])
			}
			if with == 0 {
				break
			}
		}
	}
	return most[1<<n-1]
}

// equal reports whether no two entries of the set are decided to differ.
func equal(set uint, differ []uint) bool {
	for rest := set; rest != 0; rest &= rest - 1 {
		if set&differ[bits.TrailingZeros(rest)] != 0 {
			return false
		}
	}
	return true
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
