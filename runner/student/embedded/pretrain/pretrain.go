// Package pretrain makes the embedded student: it draws the corpus of rows that
// the student's base weights come from, and trains a student on it from nothing.
// It also draws the training sets of known quality that the student's
// calibration uses ([TrainingSets]).
//
// The corpus teaches arithmetic, formulas that the prompt states, invented
// problem families, traces, copying and formats. Of the suite's problems it
// holds four families a domain, in public wordings, from the open split only. So
// the base answers a fifth of the questions. A training set adds which formula
// belongs to which wording, and the format.
//
// The package is not for running trials: package embedded holds the weights, and
// does not import this one. The corpus is a function of its seed, and
// [Report.CorpusDigest] names it; a change to a row of it calls for new weights.
// The package never sees a private item.
package pretrain

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/runner/student/llama"
)

// Options is how the base student is pre-trained.
type Options struct {
	Vocabulary   int     `json:"vocabulary"` // tokens, the chat's special ones included
	Hidden       int     `json:"hidden"`
	Layers       int     `json:"layers"`
	Heads        int     `json:"heads"`
	Intermediate int     `json:"intermediate"`
	BatchRows    int     `json:"batch_rows"`
	WarmupSteps  int     `json:"warmup_steps"` // of each phase
	WeightDecay  float64 `json:"weight_decay"`
	PromptWeight float64 `json:"prompt_weight"` // loss weight of a prompt's token; an answer's is 1
	Phases       []Phase `json:"phases"`
}

// Phase is a stretch of the pre-training, with optimizer and learning rate, from
// warm-up to zero, of its own. Two phases on one corpus read the same rows.
type Phase struct {
	Corpus       string  `json:"corpus"` // one of Corpora
	Steps        int     `json:"steps"`
	LearningRate float64 `json:"learning_rate"` // at its peak
}

// DefaultOptions are those of the embedded weights: about a million parameters,
// 93 million tokens.
func DefaultOptions() Options {
	return Options{
		Vocabulary: 1024, Hidden: 128, Layers: 4, Heads: 4, Intermediate: 384,
		BatchRows: 24, WarmupSteps: 200, WeightDecay: 0.01, PromptWeight: 0,
		Phases: []Phase{{"main", 22_000, 3e-3}, {"drill", 4_500, 1.5e-3}, {"review", 18_000, 2e-3}},
	}
}

func (o Options) steps() (n int) {
	for _, p := range o.Phases {
		n += p.Steps
	}
	return n
}

// validate reports the first option that cannot be followed.
func (o Options) validate() error {
	if o.BatchRows < 1 || !(o.PromptWeight >= 0 && o.PromptWeight <= 1) || len(o.Phases) == 0 {
		return errors.New("it needs at least one row an update, a prompt weight of 0 to 1, and a phase")
	}
	for _, p := range o.Phases {
		switch {
		case !slices.Contains(Corpora(), p.Corpus):
			return fmt.Errorf("no corpus %q, there are %s", p.Corpus, strings.Join(Corpora(), ", "))
		case p.Steps < 1 || !(p.LearningRate > 0 && p.LearningRate <= 1):
			return fmt.Errorf("phase %s: there must be updates, and a learning rate over 0 and at most 1", p.Corpus)
		}
	}
	return nil
}

// Progress is one update of the pre-training.
type Progress struct {
	Step, Total int
	Loss        float64 // mean weighted negative log-likelihood of a token, in nats
	Tokens      int     // read so far
}

const (
	contextTokens = 512 // positions of the student, prompt and answer
	longestRow    = 256 // tokens; a longer row of the corpus is left out
	ropeTheta     = 100 // rotary base: short rows need fine positions
)

// Run makes a base student from nothing: a tokenizer and weights, learned
// from the seed's corpora, are left in dir as Hugging Face files with
// PRETRAIN.json beside them. They are written after every phase, and phases that
// dir already holds, of the same seed and options, are not done again. The same
// seed, options and BLAS give the same files. progress may be nil. Errors:
// results.Bad for options that make no model, for a dir that holds another
// student and for a training that diverges, results.Infra for faults of the file
// system.
func Run(ctx context.Context, seed uint64, o Options, dir string, progress func(Progress)) (Report, error) {
	if err := o.validate(); err != nil {
		return Report{}, results.Bad(fmt.Errorf("pretrain: %w", err))
	}
	model, tok, report, err := begin(seed, o, dir)
	if err != nil {
		return Report{}, fmt.Errorf("pretrain: %w", err)
	}
	for _, p := range o.Phases[len(report.Options.Phases):] {
		if err := p.run(ctx, model, tok, &report, func(s llama.Step) {
			if progress != nil {
				progress(Progress{Step: report.Updates, Total: o.steps(), Loss: s.Loss, Tokens: report.Tokens})
			}
		}); err != nil {
			return report, fmt.Errorf("pretrain: %w", err)
		}
		if err := save(model, tok, &report, dir); err != nil {
			return report, err
		}
	}
	return report, nil
}

// begin returns the student as the phases that dir holds have left it, or a new
// one where dir holds none.
func begin(seed uint64, o Options, dir string) (*llama.Model, *llama.Tokenizer, Report, error) {
	report := Report{Seed: seed, Options: o, BLAS: llama.Arithmetic(), CorpusDigest: corpusDigest(seed)}
	report.Options.Phases = nil
	tok := llama.TrainTokenizer(vocabularyTexts(seed), o.Vocabulary, llama.ChatSpecials())
	config := llama.Config{
		VocabSize: tok.Size(), Hidden: o.Hidden, Intermediate: o.Intermediate, Layers: o.Layers, Heads: o.Heads, KVHeads: o.Heads,
		HeadDim: o.Hidden / max(1, o.Heads), MaxPositions: contextTokens, NormEps: 1e-5, RopeTheta: ropeTheta, TieEmbeddings: true,
		BOS: llama.TokenID(tok.BOS()), EOS: llama.TokenID(tok.EOT()),
	}
	if err := config.Validate(); err != nil {
		return nil, nil, report, results.Bad(err)
	}
	if err := disk.Writable(dir); err != nil {
		return nil, nil, report, results.Infra(err, "name a folder that can be written")
	}
	if !disk.Exists(filepath.Join(dir, recordFile)) && !disk.Exists(filepath.Join(dir, weightsFile)) {
		model := llama.NewModel(config, seed)
		report.Parameters = model.Parameters()
		return model, tok, report, nil
	}
	model, report, err := takeUp(report, o.Phases, config, dir)
	if err != nil {
		err = results.Bad(fmt.Errorf("%s holds a student that cannot be gone on from: %w", dir, err), "name another folder, or remove it")
	}
	return model, tok, report, err
}

// takeUp reads the student in dir and its record, which must be of a
// pre-training that began as the fresh one and has done some of the phases.
func takeUp(fresh Report, phases []Phase, config llama.Config, dir string) (*llama.Model, Report, error) {
	files := os.DirFS(dir)
	report, err := Record(files)
	if err != nil {
		return nil, report, err
	}
	if err := report.continues(fresh, phases); err != nil {
		return nil, report, fmt.Errorf("%s: %w", recordFile, err)
	}
	model, _, err := llama.Load(files)
	if err == nil && model.Config != config {
		err = errors.New("config.json: another model")
	}
	return model, report, err
}

// run trains the model and adds to the report.
func (p Phase) run(ctx context.Context, model *llama.Model, tok *llama.Tokenizer, report *Report, progress func(llama.Step)) error {
	o := report.Options
	batches := newBatches(Corpus(p.Corpus, report.Seed), tok, o)
	defer batches.stop()
	tail := max(1, p.Steps/50)
	report.FinalLoss = 0
	err := llama.Pretrain(ctx, model, batches.next, llama.Optim{
		LearningRate: p.LearningRate, WarmupSteps: o.WarmupSteps, Steps: p.Steps, WeightDecay: o.WeightDecay, Clip: 1,
	}, func(s llama.Step) {
		report.Updates++
		report.Tokens += s.Tokens
		if s.N > p.Steps-tail {
			report.FinalLoss += s.Loss / float64(tail)
		}
		progress(s)
	})
	if err != nil {
		return err
	}
	report.CorpusRows += batches.rows
	report.Options.Phases = append(report.Options.Phases, p)
	return nil
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
			batch = append(batch, llama.ChatExample(ids, from, float32(b.o.PromptWeight)))
		}
	}
	return batch
}
