// Package embedded is the default student: a Llama of about one million
// parameters inside the program. It trains and answers in this process.
//
// Its base weights lie in weights/ as Hugging Face files. Package pretrain makes
// them and says what they have learned; this package does not import it.
//
// The package is not for real language models.
package embedded

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/runner/student/llama"
)

//go:embed weights
var weights embed.FS

// Name is the embedded student's name in the record.
const Name = "embedded-1m"

const adapterFile = "adapter_model.safetensors"

// Student is a base model that trains and answers in this process. Its methods
// may be called concurrently.
type Student struct {
	model    *llama.Model
	tok      *llama.Tokenizer
	identity results.Identity
}

// New returns the student of the embedded weights.
func New() (*Student, error) {
	files, err := fs.Sub(weights, "weights")
	if err != nil {
		return nil, fmt.Errorf("embedded student: %w", err)
	}
	return Open(files, Name)
}

// Open returns the student whose Hugging Face files are in files, as pretrain.Run
// leaves them.
func Open(files fs.FS, name string) (*Student, error) {
	model, tok, err := llama.Load(files)
	if err != nil {
		return nil, results.Bad(fmt.Errorf("student %s: %w", name, err))
	}
	digest := sha256.New()
	for _, file := range []string{"model.safetensors", "tokenizer.json"} {
		data, err := fs.ReadFile(files, file)
		if err != nil {
			return nil, results.Infra(fmt.Errorf("student %s: %w", name, err))
		}
		digest.Write(data)
	}
	return &Student{model, tok, results.Identity{
		Name: name, Backend: "embedded", Arithmetic: llama.Arithmetic(), Digest: hex.EncodeToString(digest.Sum(nil)), Embedded: true,
	}}, nil
}

// Identity names the student in the record.
func (s *Student) Identity() results.Identity { return s.identity }

// Tokens counts the tokens of a text.
func (s *Student) Tokens(text string) int { return len(s.tok.Encode(text)) }

// MostNewTokens is how long an answer may be: half of the context.
func (s *Student) MostNewTokens() int { return s.model.Config.Context() / 2 }

// Export writes the base student to dir as Hugging Face files.
func (s *Student) Export(dir string) error {
	if err := s.model.Save(dir, s.tok); err != nil {
		return results.Infra(fmt.Errorf("export student %s: %w", s.identity.Name, err))
	}
	return nil
}

// Train implements [student.Trainer].
func (s *Student) Train(ctx context.Context, recipe results.Recipe, rows []results.Row, seed int64, dir string, progress func(student.Progress)) (results.TrainReport, error) {
	if err := s.CheckRecipe(recipe); err != nil {
		return results.TrainReport{}, results.Bad(fmt.Errorf("train: %w", err))
	}
	if len(rows) == 0 {
		return results.TrainReport{}, results.Bad(errors.New("train: no rows"))
	}
	examples, tokens := make([]llama.Example, len(rows)), 0
	for i, row := range rows {
		ids, from := s.tok.ChatRow(row.Prompt(), row.Output)
		ids, from = cutOff(ids, from, recipe.CutoffTokens)
		examples[i] = llama.ChatExample(ids, from, 0)
		tokens += len(ids)
	}
	plan := llama.LoRARecipe{
		Rank: recipe.Rank, Alpha: recipe.Alpha, LearningRate: recipe.LearningRate, WarmupRatio: recipe.WarmupRatio,
		WeightDecay: recipe.WeightDecay, Epochs: recipe.Epochs, BatchRows: recipe.BatchRows, Seed: seed,
	}
	report := results.TrainReport{Rows: len(rows), Tokens: tokens * recipe.Epochs}
	adapter, err := llama.TrainLoRA(ctx, s.model, examples, plan, func(step llama.Step) {
		if step.N == 1 {
			report.FirstLoss = step.Loss
		}
		report.LastLoss, report.Updates = step.Loss, step.N
		if progress != nil {
			progress(student.Progress{Step: step.N, Total: step.Total, Loss: step.Loss})
		}
	})
	if err != nil {
		return report, fmt.Errorf("train: %w", err)
	}
	if err := adapter.Save(dir, s.identity.Name); err != nil {
		return report, results.Infra(fmt.Errorf("save the adapter: %w", err))
	}
	data, err := os.ReadFile(filepath.Join(dir, adapterFile))
	if err != nil {
		return report, results.Infra(fmt.Errorf("read the adapter back: %w", err))
	}
	sum := sha256.Sum256(data)
	report.Digest = hex.EncodeToString(sum[:])
	return report, nil
}

// CheckRecipe reports what this back end cannot do.
func (s *Student) CheckRecipe(r results.Recipe) error {
	switch longest := s.model.Config.Context(); {
	case r.Rank <= 0 || r.Alpha <= 0 || r.LearningRate <= 0 || r.Epochs <= 0 || r.BatchRows <= 0:
		return errors.New("recipe: rank, alpha, learning rate, epochs and batch rows must be positive")
	case r.Packed:
		return errors.New("recipe: the embedded student does not pack rows")
	case r.Dropout != 0:
		return fmt.Errorf("recipe: the embedded student has no dropout, got %v", r.Dropout)
	case r.Precision != "float32":
		return fmt.Errorf("recipe: the embedded student trains in float32, got %q", r.Precision)
	case r.CutoffTokens < 16 || r.CutoffTokens > longest:
		return fmt.Errorf("recipe: cutoff tokens must be 16 to %d, got %d", longest, r.CutoffTokens)
	}
	return nil
}

// cutOff shortens a row of from prompt tokens and an answer to at most limit
// tokens, each from its end. The shorter part is kept whole if it takes less
// than half, else both shrink in proportion (LLaMA-Factory's rule), so that
// every row keeps some of its answer.
func cutOff(ids []int, from, limit int) ([]int, int) {
	if len(ids) <= limit {
		return ids, from
	}
	answer := len(ids) - from
	most := limit * answer / len(ids)
	switch {
	case answer*2 < limit:
		most = limit
	case from*2 < limit:
		most = limit - from
	}
	kept := max(1, min(most, answer))
	prompt := min(limit-kept, from)
	return append(append([]int{}, ids[:prompt]...), ids[from:from+kept]...), prompt
}

// Generate implements [student.Generator]. A prompt that leaves no room for the
// answer keeps its beginning and the chat's frame.
func (s *Student) Generate(ctx context.Context, adapterDir string, prompts []string, sampling results.Sampling, progress func(done, total int)) ([]string, error) {
	conversations := make([][]string, len(prompts))
	for i := range prompts {
		conversations[i] = prompts[i : i+1]
	}
	answers, err := s.draw(ctx, adapterDir, conversations, sampling, progress)
	if err != nil {
		return nil, fmt.Errorf("generate: %w", err)
	}
	texts := make([]string, len(answers))
	for i, answer := range answers {
		texts[i] = s.tok.Decode(answer)
	}
	return texts, nil
}

// Window is how many tokens the prompt and the answer may have together.
func (s *Student) Window() int { return s.model.Config.Context() }

// PromptTokens is how many tokens a conversation has, with the chat's frame.
func (s *Student) PromptTokens(turns []string) int { return len(s.tok.ChatTurns(turns)) }

// Answer is Generate for one conversation: turns of user and assistant in
// alternation, the user's first and last. It says how many tokens were drawn, which
// can be more than the text has when it is read again.
func (s *Student) Answer(ctx context.Context, adapterDir string, turns []string, sampling results.Sampling) (text string, tokens int, err error) {
	answers, err := s.draw(ctx, adapterDir, [][]string{turns}, sampling, nil)
	if err != nil {
		return "", 0, fmt.Errorf("answer: %w", err)
	}
	return s.tok.Decode(answers[0]), len(answers[0]), nil
}

// draw draws the tokens of the answers.
func (s *Student) draw(ctx context.Context, adapterDir string, conversations [][]string, sampling results.Sampling, progress func(done, total int)) ([][]int, error) {
	model := s.model
	if adapterDir != "" {
		adapter, err := s.adapter(adapterDir)
		if err != nil {
			return nil, err
		}
		model = s.model.Merged(adapter)
	}
	longest := s.model.Config.Context()
	if most := s.MostNewTokens(); sampling.MaxTokens <= 0 || sampling.MaxTokens > most {
		return nil, results.Bad(fmt.Errorf("max_tokens must be 1 to %d, got %d", most, sampling.MaxTokens))
	}
	ids := make([][]int, len(conversations))
	for i, turns := range conversations {
		ids[i] = s.fit(turns, longest-sampling.MaxTokens)
	}
	options := llama.GenOptions{
		Temperature: sampling.Temperature, TopP: sampling.TopP, MaxTokens: sampling.MaxTokens, Seed: sampling.Seed, Stop: []int{s.tok.EOT()},
	}
	return model.Generate(ctx, ids, options, progress)
}

// CheckAdapter reports whether the folder holds an adapter of the student.
func (s *Student) CheckAdapter(dir string) error {
	_, err := s.adapter(dir)
	return err
}

func (s *Student) adapter(dir string) (*llama.Adapter, error) {
	adapter, err := llama.LoadAdapter(os.DirFS(dir), s.model)
	if err != nil {
		return nil, results.Bad(fmt.Errorf("adapter %s: %w", dir, err))
	}
	return adapter, nil
}

// fit is the prompt of the conversation in at most limit tokens.
func (s *Student) fit(turns []string, limit int) []int {
	ids := s.tok.ChatTurns(turns)
	if len(ids) <= limit {
		return ids
	}
	tail := s.tok.ChatTail()
	return append(append([]int{}, ids[:limit-tail]...), ids[len(ids)-tail:]...)
}
