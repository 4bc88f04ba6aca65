package experiment

import (
	"context"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
)

// Adapter makes the adapter of a trial's final score with the seed k again, in the
// folder to.
func (s *Setup) Adapter(ctx context.Context, dir record.Trial, k int, d results.Domain, to string) (record.Score, error) {
	return s.scorer().Adapter(ctx, dir, k, s.Tasks[d], to)
}
