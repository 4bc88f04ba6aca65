package llama

import (
	"context"
	"fmt"
	"math"
)

// LogProbs returns for each row the mean log-probability of its tokens,
// weighted by their weights, in nats; NaN for a row without a weighted token.
// The perplexity of a row is exp of minus that.
func (m *Model) LogProbs(ctx context.Context, rows []Example) ([]float64, error) {
	for i, row := range rows {
		if err := row.check(m.Config); err != nil {
			return nil, fmt.Errorf("log-probabilities: row %d: %w", i, err)
		}
	}
	factors := factorsOf(m, false)
	means := make([]float64, len(rows))
	passes := make([]*pass, workers())
	parallel(len(rows), func(worker, i int) {
		if passes[worker] == nil {
			passes[worker] = &pass{m: m, factors: factors}
		}
		p := passes[worker]
		means[i] = math.NaN()
		if weight := rows[i].weight(); weight > 0 && ctx.Err() == nil {
			p.load(rows, []int{i}, false, 0)
			p.forward(p.attendRows)
			means[i] = -p.loss(0) / weight
		}
	})
	if ctx.Err() != nil {
		return nil, fmt.Errorf("log-probabilities: %w", context.Cause(ctx))
	}
	return means, nil
}
