// Package quality measures the rows of a submission, as figure 4 of the paper shows
// them: how diverse its instructions and responses are, how likely the student finds
// the responses, how hard and how good a judge model finds them, what a reward model
// says, and how long and how often repeated they are.
//
// No measure decides about a rank. A measure that could not be taken is missing with the
// reason, never a number. Rows are hostile: they may tell a judge what to answer, and a
// judge's measures are no better than the judge. The package opens only the files
// of its [Cache].
package quality

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/autodatabench/autodatabench/results"
)

// Measure is an axis of figure 4.
type Measure struct {
	Name   string         `json:"name"` // with its method
	Low    results.Number `json:"low"`  // ends of the axis
	High   results.Number `json:"high"`
	Better string         `json:"better,omitempty"` // lower | higher; empty is higher
}

// Figure is one measure of one set of rows.
type Figure struct {
	Measure
	Value   results.Number
	Rows    int    // that were looked at
	Problem string // why there is no value
}

// Perplexity says how likely a student finds answers.
type Perplexity interface {
	// LogLikelihoods returns for each row the mean log-probability of an answer token,
	// in nats, and the number of its tokens.
	LogLikelihoods(ctx context.Context, rows []results.Row) (means []float64, tokens []int, err error)
}

// Scorer gives a row a score on the scale of its measure. It may be asked for several
// rows at a time.
type Scorer interface {
	Measure() Measure
	Score(ctx context.Context, row results.Row) (float64, error)
}

// Meter takes the measures. What is nil is left out.
type Meter struct {
	Vectors Vectors    // of texts; by default hashed n-grams
	Student Perplexity // the untrained student
	Scorers []Scorer
	Sample  int   // rows that each scorer is asked about, at the most
	Seed    int64 // draws them
	AtATime int   // questions to a scorer; at least 1
}

// Rows measures the rows of a submission, one figure for each measure, in the same order
// for all submissions. Errors: those of ctx alone.
func (m Meter) Rows(ctx context.Context, rows []results.Row) ([]Figure, error) {
	if len(rows) == 0 {
		return nil, results.Bad(fmt.Errorf("there are no rows to measure"))
	}
	vectors := m.Vectors
	if vectors == nil {
		vectors = Hashed{}
	}
	list := []Figure{
		diversity(ctx, "instruction", vectors, rows, results.Row.Prompt),
		diversity(ctx, "response", vectors, rows, func(r results.Row) string { return r.Output }),
	}
	if m.Student != nil {
		list = append(list, perplexity(ctx, m.Student, rows))
	}
	some := m.sample(rows)
	for _, s := range m.Scorers {
		list = append(list, m.score(ctx, s, some))
	}
	list = append(list, counts(rows)...)
	return list, context.Cause(ctx)
}

// sample draws the rows that scorers are asked about, in the order of the submission.
func (m Meter) sample(rows []results.Row) []results.Row {
	if m.Sample <= 0 || len(rows) <= m.Sample {
		return rows
	}
	rng := rand.New(rand.NewPCG(uint64(m.Seed), uint64(len(rows))))
	chosen := rng.Perm(len(rows))[:m.Sample]
	slices.Sort(chosen)
	some := make([]results.Row, m.Sample)
	for i, k := range chosen {
		some[i] = rows[k]
	}
	return some
}

// share is a measure from 0 to 1.
func share(name string) Measure {
	return Measure{Name: name, Low: results.Num(0, true), High: results.Num(1, true)}
}

func missing(m Measure, rows int, err error) Figure {
	return Figure{Measure: m, Rows: rows, Problem: err.Error()}
}

// perplexity is the exponential of the mean negative log-likelihood of an answer token
// over all rows.
func perplexity(ctx context.Context, s Perplexity, rows []results.Row) Figure {
	m := Measure{Name: "response perplexity (untrained student)", Low: results.Num(1, true), Better: "lower"}
	means, tokens, err := s.LogLikelihoods(ctx, rows)
	if err != nil {
		return missing(m, len(rows), err)
	}
	sum, n := 0.0, 0
	for i, mean := range means {
		if !math.IsNaN(mean) {
			sum += mean * float64(tokens[i])
			n += tokens[i]
		}
	}
	f := Figure{Measure: m, Rows: len(rows)}
	if f.Value = results.Num(math.Exp(-sum/float64(n)), n > 0); n == 0 {
		f.Problem = "no row has an answer token"
	}
	return f
}
