package stats

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/autodatabench/autodatabench/results"
)

// Level is the error rate of every interval, test and rank set here.
const Level = 0.05

// Method says how an interval or a p-value was made; pages print it.
type Method string

// The methods.
const (
	BBMod     Method = "Bayesian bootstrap over items, t over runs" // methods.md section 3
	RunsItems Method = "t over runs and items"                      // sections 2 and 4
	Permuted  Method = "permutation of runs within domains"         // section 4
	Jeffreys  Method = "Jeffreys limits of the success rate"        // section 1
)

// The warnings that several functions give.
const (
	warnUnpaired = "unpaired, wider than needed: answers to single items are not known"
	warnBorrowed = "one run: its variance is borrowed from the other cells"
	warnNoPrior  = "no agent has two valid runs in a domain"

	warnNeverValid = "no run has a valid submission"
)

// Estimate is a figure with its 95 % interval. What is missing says why in the
// warnings.
type Estimate struct {
	Interval
	N        int      `json:"n"` // runs, of an average over domains the fewest of any; attempts of MATS
	Method   Method   `json:"method"`
	Warnings []string `json:"warnings,omitempty"`
}

// warn adds a warning that is not there yet.
func (e *Estimate) warn(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(e.Warnings, text) {
		e.Warnings = append(e.Warnings, text)
	}
}

// between sets the limits.
func (e *Estimate) between(low, high float64) {
	e.Low, e.High = results.Num(low, true), results.Num(high, true)
}

// tQuantile is Student's for nu > 0 degrees of freedom, which may be infinite.
func tQuantile(p, nu float64) float64 {
	if math.IsInf(nu, 1) {
		return distuv.UnitNormal.Quantile(p)
	}
	return distuv.StudentsT{Sigma: 1, Nu: nu}.Quantile(p)
}

// tTwoSided is the two-sided p-value of t with nu degrees of freedom.
func tTwoSided(t, nu float64) float64 {
	if math.IsInf(nu, 1) {
		return 2 * distuv.UnitNormal.CDF(-math.Abs(t))
	}
	return 2 * distuv.StudentsT{Sigma: 1, Nu: nu}.CDF(-math.Abs(t))
}

// limits are the order statistics of a sample that bound its central part of
// 1-Level: of 9,999 draws the 250th and the 9,750th. It changes their order.
func limits(draws []float64) (low, high float64) {
	k := max(1, int(math.Round(Level/2*float64(len(draws)+1))))
	return nth(draws, k-1), nth(draws, len(draws)-k)
}

// nth is the value that would stand at k if x were sorted (Hoare's selection, a
// tenth of the time of sorting). It changes the order.
func nth(x []float64, k int) float64 {
	low, high := 0, len(x)-1
	for low < high {
		pivot, i, j := x[(low+high)/2], low, high
		for i <= j {
			for x[i] < pivot {
				i++
			}
			for pivot < x[j] {
				j--
			}
			if i <= j {
				x[i], x[j] = x[j], x[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case k <= j:
			high = j
		case k >= i:
			low = i
		default:
			return x[k]
		}
	}
	return x[k]
}

// stream is the source of chance of one use. Sources of other uses are
// independent of it, in whatever order and number they are asked for.
func stream(seed uint64, block int, use string) *rand.PCG {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d\x00%d\x00%s", seed, block, use))
	return rand.NewPCG(binary.LittleEndian.Uint64(sum[:]), binary.LittleEndian.Uint64(sum[8:]))
}
