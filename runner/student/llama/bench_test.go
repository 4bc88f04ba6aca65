package llama

import (
	"context"
	"testing"

	"github.com/autodatabench/autodatabench/runner/student/llama/gemm"
)

// product is the embedded student's shape.
func product() Config {
	return Config{
		VocabSize: 1024, Hidden: 128, Intermediate: 384, Layers: 4, Heads: 4, KVHeads: 4, HeadDim: 32,
		MaxPositions: 512, NormEps: 1e-5, RopeTheta: 10_000, TieEmbeddings: true,
	}
}

func answerOnly(rows []Example, from int) []Example {
	for i := range rows {
		for j := range rows[i].Weights {
			rows[i].Weights[j] = 0
			if j >= from {
				rows[i].Weights[j] = 1
			}
		}
	}
	return rows
}

func tokensOf(rows []Example) (n int) {
	for _, r := range rows {
		n += len(r.IDs)
	}
	return n
}

func report(b *testing.B, tokens int) {
	b.ReportMetric(float64(tokens)*float64(b.N)/b.Elapsed().Seconds(), "tokens/s")
}

// rows70 are rows of 70 tokens.
func rows70(c Config, n int) []Example {
	rows := rowsOf(c, n, 70, 1)
	for i := range rows {
		rows[i].IDs, rows[i].Weights = rows[i].IDs[:70], rows[i].Weights[:70]
	}
	return rows
}

// The goal on two idle cores: 15,000 tokens/s.
func BenchmarkPretrainTokens(b *testing.B) {
	m := NewModel(product(), 1)
	rows := rows70(m.Config, 48)
	for _, row := range rows {
		for i := range row.Weights {
			row.Weights[i] = 1
		}
	}
	b.Logf("products with %s", gemm.Set())
	b.ResetTimer()
	err := Pretrain(context.Background(), m, func(int) []Example { return rows }, Optim{LearningRate: 1e-4, Steps: b.N, Clip: 1}, nil)
	if err != nil {
		b.Fatal(err)
	}
	report(b, tokensOf(rows))
}

// The goal on two idle cores: 21,000 tokens/s.
func BenchmarkLoRATokens(b *testing.B) {
	m := NewModel(product(), 1)
	rows := answerOnly(rows70(m.Config, 8), 35)
	b.ResetTimer()
	_, err := TrainLoRA(context.Background(), m, rows, LoRARecipe{Rank: 8, Alpha: 16, LearningRate: 1e-3, Epochs: b.N, BatchRows: 8}, nil)
	if err != nil {
		b.Fatal(err)
	}
	report(b, tokensOf(rows))
}

// BenchmarkGenerateTokens counts drawn tokens, 40 for each of 300 prompts of
// 40; reading the prompts is part of the time.
func BenchmarkGenerateTokens(b *testing.B) {
	m := NewModel(product(), 1)
	prompts := make([][]int, 300)
	for i, row := range rows70(m.Config, 300) {
		prompts[i] = row.IDs[:40]
	}
	b.ResetTimer()
	for range b.N {
		if _, err := m.Generate(context.Background(), prompts, GenOptions{Temperature: 0.7, MaxTokens: 40}, nil); err != nil {
			b.Fatal(err)
		}
	}
	report(b, 300*40)
}

// BenchmarkMatmul is the machine's rate at a layer's shape, all cores.
func BenchmarkMatmul(b *testing.B) {
	const tokens, in, out = 140, 128, 384
	x, w := make([]float32, tokens*in), make([]float32, out*in)
	y := make([][]float32, workers())
	for i := range y {
		y[i] = make([]float32, tokens*out)
	}
	b.ResetTimer()
	parallel(b.N*workers(), func(worker, _ int) {
		gemm.NT(tokens, out, in, x, in, w, in, false, y[worker], out)
	})
	flops := 2 * float64(tokens*in*out) * float64(b.N*workers())
	b.ReportMetric(flops/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}
