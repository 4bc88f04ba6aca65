package embedded

import (
	"context"
	"errors"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/student/llama"
)

// LogLikelihoods returns for each row the mean log-probability, in nats, that the untrained
// student gives a token of its output after its prompt, and how many tokens the output has.
// Rows longer than the context are cut as in training. Errors: an end of ctx.
func (s *Student) LogLikelihoods(ctx context.Context, rows []results.Row) (means []float64, tokens []int, err error) {
	if len(rows) == 0 {
		return nil, nil, results.Bad(errors.New("likelihoods: no rows"))
	}
	examples := make([]llama.Example, len(rows))
	tokens = make([]int, len(rows))
	for i, row := range rows {
		ids, from := s.tok.ChatRow(row.Prompt(), row.Output)
		ids, from = cutOff(ids, from, s.model.Config.Context())
		examples[i], tokens[i] = llama.ChatExample(ids, from, 0), len(ids)-from
	}
	means, err = s.model.LogProbs(ctx, examples)
	return means, tokens, err
}
