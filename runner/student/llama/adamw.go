package llama

import (
	"fmt"
	"math"

	"github.com/autodatabench/autodatabench/runner/student/llama/vec"
)

// adamW holds the moments of the weights it updates.
type adamW struct {
	weights, m, v []float32
	decayed       int // weights before this index decay
	step          int
}

func newAdamW(weights []float32, decayed int) *adamW {
	return &adamW{weights: weights, m: make([]float32, len(weights)), v: make([]float32, len(weights)), decayed: decayed}
}

// update takes one step along the gradient times factor.
func (o *adamW) update(gradient []float32, factor, learningRate, decay float64) {
	o.step++
	rate := float32(learningRate / (1 - math.Pow(vec.Beta1, float64(o.step))))
	bias := float32(1 / math.Sqrt(1-math.Pow(vec.Beta2, float64(o.step))))
	keep := float32(1 - learningRate*decay)
	pieces := (len(o.weights) + chunk - 1) / chunk
	parallel(pieces, func(_, i int) {
		from, to := i*chunk, min((i+1)*chunk, len(o.weights))
		if end := min(o.decayed, to); keep != 1 && from < end {
			vec.Scale(o.weights[from:end], keep)
		}
		vec.Adam(o.weights[from:to], o.m[from:to], o.v[from:to], gradient[from:to], float32(factor), rate, bias)
	})
}

// schedule is the learning rate of update n, counted from 0: linear warm-up,
// then a cosine that would reach 0 at total.
func schedule(peak float64, n, warmup, total int) float64 {
	if n < warmup {
		return peak * float64(n+1) / float64(warmup)
	}
	return peak * 0.5 * (1 + math.Cos(math.Pi*float64(n-warmup)/float64(max(1, total-warmup))))
}

// Step reports one update.
type Step struct {
	N, Total     int     // updates done, and to do in all
	Loss         float64 // mean over the weighted tokens of the batch, before the update
	LearningRate float64
	Tokens       int // of the batch, prompts included
}

// updater is one training run: an engine, an optimiser and a schedule.
type updater struct {
	engine *engine
	adam   *adamW
	optim  Optim
}

// update trains on one batch. An update that fails changes nothing.
func (u *updater) update(n int, rows []Example) (Step, error) {
	loss, err := u.engine.gradient(rows)
	if err != nil {
		return Step{}, fmt.Errorf("update %d: %w", n+1, err)
	}
	gradient, norm := u.engine.sum()
	if math.IsNaN(norm) || math.IsInf(norm, 0) {
		return Step{}, fmt.Errorf("update %d: %w", n+1, diverged("the gradient's norm", norm))
	}
	factor := 1.0
	if u.optim.Clip > 0 && norm > u.optim.Clip {
		factor = u.optim.Clip / norm
	}
	rate := schedule(u.optim.LearningRate, n, u.optim.WarmupSteps, u.optim.Steps)
	u.adam.update(gradient, factor, rate, u.optim.WeightDecay)
	step := Step{N: n + 1, Total: u.optim.Steps, Loss: loss, LearningRate: rate}
	for _, row := range rows {
		step.Tokens += len(row.IDs)
	}
	return step, nil
}
