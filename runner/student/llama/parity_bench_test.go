//go:build parity

package llama

import (
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/runner/student/llama/gemm"
)

// The same work here and in PyTorch, in turns: each pair of timings gives a
// ratio, of which the median is reported. Run by make parity-bench.

const (
	benchRank    = 8
	benchAlpha   = 16
	benchUpdates = 40 // LoRA updates of a timing, on one batch of 8 rows of 70 tokens with a loss on 35
	benchPrompts = 300
	benchTokens  = 40 // of a prompt and of its answer
)

func median(x []float64) float64 {
	sorted := slices.Sorted(slices.Values(x))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// inTurns times both sides b.N times after a first time that does not count.
func inTurns(b *testing.B, tokens int, ours, theirs func() float64) {
	ours()
	theirs()
	var here, there, ratios []float64
	b.ResetTimer()
	for range b.N {
		h, t := ours(), theirs()
		here, there, ratios = append(here, float64(tokens)/h), append(there, float64(tokens)/t), append(ratios, t/h)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(here), "tokens/s")
	b.ReportMetric(median(there), "PyTorch-tokens/s")
	b.ReportMetric(median(ratios), "ratio")
}

// trainFor is the seconds of so many updates on the rows.
func trainFor(b *testing.B, m *Model, rows []Example, updates int) float64 {
	begin := time.Now()
	r := LoRARecipe{Rank: benchRank, Alpha: benchAlpha, LearningRate: 1e-4, Epochs: updates, BatchRows: len(rows)}
	if _, err := TrainLoRA(b.Context(), m, rows, r, nil); err != nil {
		b.Fatal(err)
	}
	return time.Since(begin).Seconds()
}

func BenchmarkTrainingAgainstPyTorch(b *testing.B) {
	folder := embeddedFolder(b)
	m, _ := loaded(b, folder)
	rows := answerOnly(rows70(m.Config, 8), 35)
	reference, args := StartReference(b), Args{
		"folder": folder, "rows": idsOf(rows), "answer": 35, "rank": benchRank, "alpha": benchAlpha, "updates": benchUpdates, "threads": workers(),
	}
	inTurns(b, benchUpdates*tokensOf(rows), func() float64 { return trainFor(b, m, rows, benchUpdates) }, func() (seconds float64) {
		reference.Ask(b, "time_training", args, &seconds)
		return seconds
	})
}

func BenchmarkGenerationAgainstPyTorch(b *testing.B) {
	folder := embeddedFolder(b)
	m, _ := loaded(b, folder)
	prompts := make([][]int, benchPrompts)
	for i, row := range rows70(m.Config, benchPrompts) {
		prompts[i] = row.IDs[:benchTokens]
	}
	reference, args := StartReference(b), Args{"folder": folder, "prompts": prompts, "tokens": benchTokens, "threads": workers()}
	inTurns(b, benchPrompts*benchTokens, func() float64 {
		begin := time.Now()
		if _, err := m.Generate(b.Context(), prompts, GenOptions{Temperature: 0.7, MaxTokens: benchTokens}, nil); err != nil {
			b.Fatal(err)
		}
		return time.Since(begin).Seconds()
	}, func() (seconds float64) {
		reference.Ask(b, "time_generation", args, &seconds)
		return seconds
	})
}

// operations are those of all products of a LoRA update on the rows, each of which
// has a loss on so many tokens: two a multiply-add.
func operations(c Config, rows []Example, targets, rank int) (n float64) {
	multiply := func(sizes ...int) {
		product := 2.0
		for _, s := range sizes {
			product *= float64(s)
		}
		n += product
	}
	for l := range c.Layers {
		for g, sites := range groupSites {
			out, in := c.groupShape(g)
			tokens := tokensOf(rows)
			if l == c.Layers-1 && g != groupQKV {
				tokens = len(rows) * targets // the last layer goes on for these alone
			}
			multiply(tokens, out, in)
			if l > 0 || g != groupQKV {
				multiply(tokens, out, in) // the gradient of its input
			}
			multiply(2, tokens, len(sites)*rank, in)
			multiply(2, tokens, rank, out)
			multiply(out, in, rank) // merging the adapter in
		}
		for _, row := range rows {
			multiply(6, c.Heads, len(row.IDs), len(row.IDs), c.HeadDim)
		}
	}
	multiply(2, len(rows), targets, c.VocabSize, c.Hidden)
	return n
}

// BenchmarkTrainingShare is the rate of the products in training as a share of
// the rate at which the machine does nothing but the layers' products, for as
// many tokens as a shard has, on all cores.
func BenchmarkTrainingShare(b *testing.B) {
	m, _ := loaded(b, embeddedFolder(b))
	rows := answerOnly(rows70(m.Config, 8), 35)
	perUpdate := operations(m.Config, rows, 35, benchRank)

	var shares, rates, machine []float64
	b.ResetTimer()
	for range b.N {
		rate := perUpdate * benchUpdates / trainFor(b, m, rows, benchUpdates)
		most := layersRate(m, tokensOf(rows)/fewShards)
		shares, rates, machine = append(shares, rate/most), append(rates, rate), append(machine, most)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(rates)/1e9, "GFLOP/s")
	b.ReportMetric(median(machine)/1e9, "matmul-GFLOP/s")
	b.ReportMetric(100*median(shares), "share-%")
}

// layersRate is operations a second of the layers' forward products alone.
func layersRate(m *Model, tokens int) float64 {
	const repeats = 60
	c := m.Config
	widest := max(2*c.Intermediate, c.Hidden, (c.Heads+2*c.KVHeads)*c.HeadDim)
	type buffers struct{ x, y []float32 }
	of := make([]buffers, workers())
	for i := range of {
		of[i] = buffers{slices.Repeat([]float32{0.5}, tokens*widest), make([]float32, tokens*widest)}
	}
	var done atomic.Int64
	begin := time.Now()
	parallel(repeats*workers(), func(worker, _ int) {
		for l := range m.layers {
			for g := range groupCount {
				out, in := c.groupShape(g)
				gemm.NT(tokens, out, in, of[worker].x, in, m.layers[l].group[g], in, false, of[worker].y, out)
				done.Add(2 * int64(tokens*out*in))
			}
		}
	})
	return float64(done.Load()) / time.Since(begin).Seconds()
}
