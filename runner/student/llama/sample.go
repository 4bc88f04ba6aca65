package llama

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/student"
)

// errOverflow names no value: which of several comes first depends on the cores.
var errOverflow = results.Bad(fmt.Errorf("%w: a logit is infinite or no number", student.ErrDiverged),
	"the weights are numbers, but too large: damaged, or trained at too high a rate")

// pick draws a token from the logits, which it overwrites. Equal logits: the
// lower token. Logits that overflowed leave d.err.
func (d *decoder) pick(logits []float32, random *rand.Rand) int {
	if sum := total(logits); math.IsNaN(sum) || math.IsInf(sum, 0) {
		d.err = errOverflow
		return 0
	}
	best := 0
	for i, v := range logits {
		if v > logits[best] {
			best = i
		}
	}
	if d.o.Temperature == 0 {
		return best
	}
	softmaxScaled(logits, float32(1/d.o.Temperature))
	if d.o.TopP > 0 && d.o.TopP < 1 {
		d.nucleus(logits)
	}
	left := random.Float64() * total(logits)
	for i, p := range logits {
		if left -= float64(p); left < 0 {
			return i
		}
	}
	return best
}

func total(x []float32) (sum float64) {
	for _, v := range x {
		sum += float64(v)
	}
	return sum
}

// nucleus sets all but the most probable tokens, whose sum reaches TopP, to 0.
// Tokens below (1 - TopP) / vocabulary cannot be among them, whatever their
// number, so that few are sorted.
func (d *decoder) nucleus(probs []float32) {
	least := float32((1 - d.o.TopP) / float64(len(probs)))
	d.kept = d.kept[:0]
	for i, p := range probs {
		if p >= least {
			d.kept = append(d.kept, i)
		}
	}
	slices.SortFunc(d.kept, func(a, b int) int {
		return cmp.Or(cmp.Compare(probs[b], probs[a]), cmp.Compare(a, b))
	})
	sum, limit := 0.0, float32(0)
	last := 0
	for _, i := range d.kept {
		sum += float64(probs[i])
		last, limit = i, probs[i]
		if sum >= d.o.TopP {
			break
		}
	}
	for i, p := range probs {
		if p < limit || p == limit && i > last {
			probs[i] = 0
		}
	}
}
