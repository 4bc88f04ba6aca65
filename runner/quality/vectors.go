package quality

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"strings"

	"github.com/autodatabench/autodatabench/results"
)

// Vectors places texts so that like ones are near.
type Vectors interface {
	Name() string // of the method
	// Embed returns a vector for each text, all of one length.
	Embed(ctx context.Context, texts []string) ([][]float64, error)
}

// Hashed counts the words and pairs of words of a text, each in the place that its hash
// says, and draws large counts in. It needs no model, and knows no meaning.
type Hashed struct{}

const hashedLength = 2048

// Name is the method's name.
func (Hashed) Name() string { return "hashed n-grams" }

// Embed implements [Vectors]. It has no error.
func (Hashed) Embed(_ context.Context, texts []string) ([][]float64, error) {
	list := make([][]float64, len(texts))
	for i, text := range texts {
		v := make([]float64, hashedLength)
		before := ""
		for _, word := range strings.Fields(strings.ToLower(text)) {
			for _, gram := range []string{word, before + " " + word} {
				h := fnv.New64a()
				h.Write([]byte(gram))
				v[h.Sum64()%hashedLength]++
			}
			before = word
		}
		for k, n := range v {
			v[k] = math.Log1p(n)
		}
		list[i] = v
	}
	return list, nil
}

// diversity is the mean cosine distance of two texts: 0 if all are alike.
func diversity(ctx context.Context, what string, by Vectors, rows []results.Row, text func(results.Row) string) Figure {
	m := share(what + " diversity (" + by.Name() + ")")
	texts := make([]string, len(rows))
	for i, r := range rows {
		texts[i] = text(r)
	}
	vectors, err := by.Embed(ctx, texts)
	if err != nil {
		return missing(m, len(rows), err)
	}
	value, err := meanDistance(vectors)
	if err != nil {
		return missing(m, len(rows), err)
	}
	return Figure{Measure: m, Rows: len(rows), Value: results.Num(value, true)}
}

// meanDistance is 1 less the mean cosine of two different vectors, at most 1: texts that
// point away from each other are as different as can be. The length of the sum of unit
// vectors has all pairs in it.
func meanDistance(vectors [][]float64) (float64, error) {
	if len(vectors) < 2 {
		return 0, errors.New("it takes two rows")
	}
	sum := make([]float64, len(vectors[0]))
	n := 0.0
	for i, v := range vectors {
		if len(v) != len(sum) {
			return 0, fmt.Errorf("vector %d has %d numbers, the first has %d", i+1, len(v), len(sum))
		}
		squares := 0.0
		for _, x := range v {
			squares += x * x
		}
		if math.IsNaN(squares) || math.IsInf(squares, 0) {
			return 0, fmt.Errorf("vector %d is no vector of numbers", i+1)
		}
		if squares == 0 { // of an empty text, which is like no other
			continue
		}
		n++
		length := math.Sqrt(squares)
		for k, x := range v {
			sum[k] += x / length
		}
	}
	squares := 0.0
	for _, x := range sum {
		squares += x * x
	}
	all := float64(len(vectors))
	cosine := (squares - n) / (all * (all - 1))
	return min(1, max(0, 1-cosine)), nil
}
