package llama

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/autodatabench/autodatabench/results"
)

// Optim is how a model is updated: AdamW with a linear warm-up and a cosine.
type Optim struct {
	LearningRate float64 // at its peak
	WarmupSteps  int
	Steps        int
	WeightDecay  float64 // of matrices, per step times the learning rate
	Clip         float64 // greatest norm of a gradient; 0 leaves it as it is
}

// Pretrain trains all weights of m in place on the batches that next returns
// for steps 0 to Steps-1. When it ends early, with an error or because ctx is
// done, m keeps the updates made so far.
func Pretrain(ctx context.Context, m *Model, next func(step int) []Example, o Optim, progress func(Step)) error {
	u := &updater{
		engine: newEngine(m, func() (sink, []float32) {
			g := allocate(m.Config)
			return sink{full: g}, g.flat
		}),
		adam: newAdamW(m.flat, m.gains), optim: o,
	}
	for n := range o.Steps {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("pre-training, update %d: %w", n+1, context.Cause(ctx))
		}
		rows := next(n)
		for i, row := range rows {
			if err := row.check(m.Config); err != nil {
				return results.Bad(fmt.Errorf("pre-training, update %d, row %d: %w", n+1, i, err))
			}
		}
		step, err := u.update(n, rows)
		if err != nil {
			return fmt.Errorf("pre-training: %w", err)
		}
		if progress != nil {
			progress(step)
		}
	}
	if err := finite(m.flat); err != nil {
		return fmt.Errorf("pre-training: %w", err)
	}
	return nil
}

// LoRARecipe is how an adapter is trained. Gradients are clipped to norm 1.
type LoRARecipe struct {
	Rank         int
	Alpha        float64
	LearningRate float64 // at its peak
	WarmupRatio  float64 // share of the updates
	WeightDecay  float64
	Epochs       int
	BatchRows    int // rows of an update; an epoch's last batch may be smaller
	Cutoff       int // rows are cut to this many tokens; 0: to the model's context
	Seed         int64
}

func (r LoRARecipe) validate() error {
	switch {
	case r.Rank < 1 || r.Rank > maxRank:
		return fmt.Errorf("rank %d is not between 1 and %d", r.Rank, maxRank)
	case !(r.Alpha > 0), !(r.LearningRate > 0), !(r.WarmupRatio >= 0 && r.WarmupRatio <= 1):
		return errors.New("alpha, learning rate and warm-up ratio must be positive, the ratio at most 1")
	case r.Epochs < 1 || r.BatchRows < 1 || r.Cutoff < 0:
		return errors.New("epochs and rows of a batch must be at least 1, the cut-off at least 0")
	}
	return nil
}

// Updates is the number of updates for so many rows.
func (r LoRARecipe) Updates(rows int) int {
	return r.Epochs * ((rows + r.BatchRows - 1) / r.BatchRows)
}

// TrainLoRA trains an adapter of m, which it does not change, on rows that it
// reshuffles for every epoch. The result depends on nothing but m, the rows,
// the recipe and [Arithmetic]. Rows whose cut leaves no weighted token are passed
// over; a loss that is no number is an error.
func TrainLoRA(ctx context.Context, m *Model, rows []Example, r LoRARecipe, progress func(Step)) (*Adapter, error) {
	if err := r.validate(); err != nil {
		return nil, results.Bad(fmt.Errorf("LoRA recipe: %w", err))
	}
	rows, err := cutRows(rows, m.Config, r.Cutoff)
	if err != nil {
		return nil, results.Bad(fmt.Errorf("training LoRA: %w", err))
	}
	a := newAdapter(m.Config, r.Rank, r.Alpha)
	a.initialise(uint64(r.Seed))
	merged := m.clone()
	u := newLoRAUpdater(merged, a, r, len(rows))
	random := rand.New(rand.NewPCG(uint64(r.Seed), 0x6f72646572))
	batch := make([]Example, 0, r.BatchRows)
	n := 0
	for range r.Epochs {
		order := random.Perm(len(rows))
		for from := 0; from < len(rows); from += r.BatchRows {
			if ctx.Err() != nil {
				return nil, fmt.Errorf("training LoRA, update %d: %w", n+1, context.Cause(ctx))
			}
			batch = batch[:0]
			for _, i := range order[from:min(from+r.BatchRows, len(rows))] {
				batch = append(batch, rows[i])
			}
			a.mergeInto(merged, m)
			step, err := u.update(n, batch)
			if err != nil {
				return nil, fmt.Errorf("training LoRA: %w", err)
			}
			n++
			if progress != nil {
				progress(step)
			}
		}
	}
	if err := finite(a.flat); err != nil {
		return nil, fmt.Errorf("training LoRA: %w", err)
	}
	return a, nil
}

// finite reports weights that the last update, after which there is no loss, has
// made infinite or no numbers.
func finite(weights []float32) error {
	if i := slices.IndexFunc(weights, notFinite); i >= 0 {
		return diverged("a weight", float64(weights[i]))
	}
	return nil
}

// newLoRAUpdater trains a. The caller renews merged, the model with a merged
// in, before every update: that costs less than carrying a through both passes.
func newLoRAUpdater(merged *Model, a *Adapter, r LoRARecipe, rows int) *updater {
	steps := r.Updates(rows)
	return &updater{
		engine: newEngine(merged, func() (sink, []float32) {
			g := newAdapter(merged.Config, r.Rank, r.Alpha)
			return sink{adapter: g, current: a}, g.flat
		}),
		adam: newAdamW(a.flat, len(a.flat)),
		optim: Optim{
			LearningRate: r.LearningRate, Steps: steps, WeightDecay: r.WeightDecay, Clip: 1,
			WarmupSteps: int(math.Ceil(r.WarmupRatio * float64(steps))),
		},
	}
}

// cutRows cuts the rows to the cut-off and the model's context, and leaves out
// those that keep no token with a loss.
func cutRows(rows []Example, c Config, cutoff int) ([]Example, error) {
	longest := c.Context()
	if cutoff > 0 {
		longest = min(longest, cutoff)
	}
	kept := make([]Example, 0, len(rows))
	for i, row := range rows {
		if len(row.IDs) > longest && len(row.Weights) == len(row.IDs) {
			row = Example{IDs: row.IDs[:longest], Weights: row.Weights[:longest]}
		}
		if err := row.check(c); err != nil {
			return nil, fmt.Errorf("row %d: %w", i, err)
		}
		if row.weight() > 0 {
			kept = append(kept, row)
		}
	}
	if len(kept) == 0 {
		return nil, fmt.Errorf("none of the %d rows has a token to learn", len(rows))
	}
	return kept, nil
}
