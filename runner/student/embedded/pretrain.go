package embedded

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"autodatabench/results"
	"autodatabench/runner/student/llama"
)

// Options is how the base student is pre-trained.
type Options struct {
	Vocabulary   int     `json:"vocabulary"` // tokens, the chat's special ones included
	Hidden       int     `json:"hidden"`
	Layers       int     `json:"layers"`
	Heads        int     `json:"heads"`
	Intermediate int     `json:"intermediate"`
	BatchRows    int     `json:"batch_rows"`
	Steps        int     `json:"steps"`
	WarmupSteps  int     `json:"warmup_steps"`
	LearningRate float64 `json:"learning_rate"`
	WeightDecay  float64 `json:"weight_decay"`
	PromptWeight float64 `json:"prompt_weight"` // loss weight of a prompt's token; an answer's is 1
	DrillSteps   int     `json:"drill_steps"`   // updates on the drill corpus, after the others
	DrillRate    float64 `json:"drill_rate"`    // peak learning rate of those
}

// DefaultOptions are those of the embedded weights: about a million parameters,
// 55 million tokens.
func DefaultOptions() Options {
	return Options{
		Vocabulary: 1024, Hidden: 128, Layers: 4, Heads: 4, Intermediate: 384,
		BatchRows: 24, Steps: 22_000, WarmupSteps: 200, LearningRate: 3e-3, WeightDecay: 0.01, PromptWeight: 0,
		DrillSteps: 4_500, DrillRate: 1.5e-3,
	}
}

// PretrainProgress is one update of the pre-training.
type PretrainProgress struct {
	Step, Total int
	Loss        float64 // mean weighted negative log-likelihood of a token, in nats
	Tokens      int     // read so far
}

const (
	contextTokens = 512 // positions of the student, prompt and answer
	longestRow    = 256 // tokens; a longer row of the corpus is left out
	ropeTheta     = 100 // rotary base: short rows need fine positions
)

// Pretrain makes a base student from nothing: a tokenizer and weights, learned
// from the seed's corpus, are left in dir as Hugging Face files with
// PRETRAIN.json beside them. The same seed, options and BLAS give the same
// files. progress may be nil. Errors: results.Bad for options that make no
// model, results.Infra for faults of the file system.
func Pretrain(ctx context.Context, seed uint64, o Options, dir string, progress func(PretrainProgress)) (PretrainReport, error) {
	tok := llama.TrainTokenizer(vocabularyTexts(seed), o.Vocabulary, llama.ChatSpecials())
	config := llama.Config{
		VocabSize: tok.Size(), Hidden: o.Hidden, Intermediate: o.Intermediate, Layers: o.Layers, Heads: o.Heads, KVHeads: o.Heads,
		HeadDim: o.Hidden / max(1, o.Heads), MaxPositions: contextTokens, NormEps: 1e-5, RopeTheta: ropeTheta, TieEmbeddings: true,
		BOS: llama.TokenID(tok.BOS()), EOS: llama.TokenID(tok.EOT()),
	}
	if err := config.Validate(); err != nil {
		return PretrainReport{}, results.Bad("", fmt.Errorf("pretrain: %w", err))
	}
	model := llama.NewModel(config, seed)
	report := PretrainReport{Seed: seed, Options: o, Parameters: model.Parameters(), BLAS: llama.BLAS()}
	main := phase{Corpus(seed), o.Steps, o.LearningRate}
	drill := phase{DrillCorpus(seed), o.DrillSteps, o.DrillRate}
	for _, p := range []phase{main, drill} {
		if err := p.run(ctx, model, tok, &report, progress); err != nil {
			return report, fmt.Errorf("pretrain: %w", err)
		}
	}
	report.CorpusDigest = corpusDigest(seed)
	err := save(model, tok, &report, dir)
	return report, err
}

// phase is a stretch of the pre-training with a corpus and a learning rate, from
// warm-up to zero, of its own.
type phase struct {
	corpus iter.Seq[Row]
	steps  int
	rate   float64
}

// run trains the model and adds to the report.
func (p phase) run(ctx context.Context, model *llama.Model, tok *llama.Tokenizer, report *PretrainReport, progress func(PretrainProgress)) error {
	o := report.Options
	batches := newBatches(p.corpus, tok, o)
	defer batches.stop()
	tail := max(1, p.steps/50)
	report.FinalLoss = 0
	done, total := report.Updates, o.Steps+o.DrillSteps
	err := llama.Pretrain(ctx, model, batches.next, llama.Optim{
		LearningRate: p.rate, WarmupSteps: o.WarmupSteps, Steps: p.steps, WeightDecay: o.WeightDecay, Clip: 1,
	}, func(s llama.Step) {
		report.Updates++
		report.Tokens += s.Tokens
		if s.N > p.steps-tail {
			report.FinalLoss += s.Loss / float64(tail)
		}
		if progress != nil {
			progress(PretrainProgress{Step: done + s.N, Total: total, Loss: s.Loss, Tokens: report.Tokens})
		}
	})
	report.CorpusRows += batches.rows
	return err
}

// batches turns the corpus into training batches.
type batches struct {
	o     Options
	tok   *llama.Tokenizer
	pull  func() (Row, bool)
	stop  func()
	rows  int // read from the corpus
	equal int // the token of " ="
}

func newBatches(corpus iter.Seq[Row], tok *llama.Tokenizer, o Options) *batches {
	b := &batches{o: o, tok: tok, equal: tok.Encode(" =")[0]}
	b.pull, b.stop = iter.Pull(corpus)
	return b
}

func (b *batches) next(int) []llama.Example {
	batch := make([]llama.Example, 0, b.o.BatchRows)
	for len(batch) < b.o.BatchRows {
		row, _ := b.pull()
		b.rows++
		ids, from := b.tok.ChatRow(row.User, row.Answer)
		if row.User == practiceUser {
			ids, weights := practiceExample(ids, from, b.equal, func(id int) bool { return strings.Contains(b.tok.Decode([]int{id}), "\n") })
			batch = append(batch, llama.Example{IDs: ids, Weights: weights})
			continue
		}
		if len(ids) <= longestRow {
			batch = append(batch, example(ids, from, float32(b.o.PromptWeight)))
		}
	}
	return batch
}

// example weighs a row's tokens: the prompt's (ids[:from]) with prompt, the
// answer's with 1.
func example(ids []int, from int, prompt float32) llama.Example {
	weights := make([]float32, len(ids))
	for i := range weights {
		weights[i] = 1
		if i < from {
			weights[i] = prompt
		}
	}
	return llama.Example{IDs: ids, Weights: weights}
}
