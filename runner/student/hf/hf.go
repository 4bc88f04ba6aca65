// Package hf is the student back end with a Python worker of our own (worker.py) on
// PyTorch, transformers and PEFT. The worker loads the base model once and stays for
// job after job, so that a second training starts at once. It trains by the recipe
// (loss on the answer alone, the model's own chat template, LLaMA-Factory's cut-off)
// and answers in batches.
//
// Worker and program speak JSON lines on a socket pair that the worker inherits.
// Output of libraries cannot reach it, nobody else can connect, and nothing is left
// on the disk. Either side sees at once when the other is gone.
//
// The package is not for choosing devices, and makes no Python environment.
// Invariants: one job at a time. A worker that dies, sends an invalid message or is
// cancelled is killed with its process group, and the next job starts another. The
// random numbers of an answer come from the seed and its prompt alone.
package hf

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/remote"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/runner/student/checkpoint"
)

// Config is what a student of this back end is made of.
type Config struct {
	Python    string // interpreter of the environment with PyTorch, transformers and PEFT; empty: python3
	Model     checkpoint.Model
	Device    string  // cuda | cpu
	Devices   string  // CUDA_VISIBLE_DEVICES; empty leaves it as it is
	Ranks     int     // processes, each with a device of Devices; 0 means 1
	Share     float64 // of a GPU's memory that is the student's, the rest being another program's; 0 means 1
	Precision string  // bf16 | float32, of the base weights and their products

	Secrets    []string      // variables whose values the worker must not get, beside those whose names say so
	StartLimit time.Duration // until the model is loaded; 0 means 20 min

	Many bool // several trainings in one pass ([Student.TrainMany]), by batch.py; of one rank

	Other *Worker // in place of worker.py; Device, Devices, Ranks, Share and Precision are then not used
}

// Worker is another back end's worker, which speaks the lines of this one.
type Worker struct {
	Name  string     // in messages
	Text  string     // Python
	Args  []string   // of it
	Env   []string   // beside the environment
	Key   remote.Key // kept out of messages, where a service may repeat it
	Check func(results.Recipe) error
	Paid  func(trained, read, written int) float64 // USD for tokens; nil where that is not known
}

// Library is the text of worker.py without its start, for workers of other back ends.
func Library() string {
	text, _, _ := strings.Cut(program, "\ndef versions()")
	return text
}

// Student is a base model in a worker. Its methods may be called concurrently;
// they take turns.
type Student struct {
	cfg    Config
	turn   chan struct{} // held by whose job runs
	jobs   atomic.Int64  // of several trainings, for their numbers
	worker *worker       // nil: none runs
}

// New returns the student; its first job starts the worker.
func New(cfg Config) *Student {
	cfg.Python, cfg.Ranks, cfg.Share = cmp.Or(cfg.Python, "python3"), max(1, cfg.Ranks), cmp.Or(cfg.Share, 1)
	cfg.StartLimit = cmp.Or(cfg.StartLimit, 20*time.Minute)
	return &Student{cfg: cfg, turn: make(chan struct{}, 1)}
}

// Close ends the worker, after the job that runs.
func (s *Student) Close() error {
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	s.stop()
	return nil
}

func (s *Student) stop() {
	if s.worker != nil {
		s.worker.stop()
		s.worker = nil
	}
}

// CheckRecipe reports what this back end cannot do beyond what the model cannot.
func (s *Student) CheckRecipe(r results.Recipe) error {
	if s.cfg.Other != nil {
		return s.cfg.Other.Check(r)
	}
	if r.Precision != s.cfg.Precision {
		return fmt.Errorf("recipe: the base model is loaded in %s, got %s", s.cfg.Precision, r.Precision)
	}
	return cmp.Or(s.cfg.Model.CheckRecipe(r), checkDropout(r))
}

func checkDropout(r results.Recipe) error {
	if r.Dropout < 0 || r.Dropout >= 1 {
		return fmt.Errorf("recipe: dropout must be at least 0 and below 1, got %v", r.Dropout)
	}
	return nil
}

// Generate implements [student.Generator].
func (s *Student) Generate(ctx context.Context, adapterDir string, prompts []string, sampling results.Sampling, progress func(done, total int)) ([]string, error) {
	if most := s.cfg.Model.MostNewTokens(); sampling.MaxTokens <= 0 || sampling.MaxTokens > most {
		return nil, results.Bad(fmt.Errorf("generate: max_tokens must be 1 to %d, got %d", most, sampling.MaxTokens))
	}
	if adapterDir != "" {
		if err := checkpoint.CheckAdapter(adapterDir); err != nil {
			return nil, fmt.Errorf("generate: %w", err)
		}
		var err error
		if adapterDir, err = filepath.Abs(adapterDir); err != nil {
			return nil, results.Infra(fmt.Errorf("generate: %w", err))
		}
	}
	answers, given, done := make([]string, len(prompts)), make([]bool, len(prompts)), 0
	_, err := s.job(ctx, map[string]any{
		"op": "generate", "adapter": adapterDir, "prompts": prompts, "context": s.cfg.Model.Context,
		"temperature": sampling.Temperature, "top_p": sampling.TopP, "max_tokens": sampling.MaxTokens, "seed": sampling.Seed,
	}, func(e event) error {
		if e.Event != "answer" || e.Index < 0 || e.Index >= len(answers) || given[e.Index] {
			return fmt.Errorf("sent %q number %d of %d answers", e.Event, e.Index, len(answers))
		}
		answers[e.Index], given[e.Index] = e.Text, true
		s.pay(ctx, 0, e.Read, e.Tokens)
		if done++; progress != nil {
			progress(done, len(answers))
		}
		return nil
	})
	if err == nil && done < len(answers) {
		err = results.Infra(fmt.Errorf("the worker gave %d of %d answers", done, len(answers)))
	}
	if err != nil {
		return nil, fmt.Errorf("generate: %w", err)
	}
	return answers, nil
}

// pay says what the use of the student cost by tokens.
func (s *Student) pay(ctx context.Context, trained, read, written int) {
	if w := s.cfg.Other; w != nil && w.Paid != nil {
		student.Pay(ctx, w.Paid(trained, read, written))
	}
}

// job has the worker do one job, starting it if need be, and gives each to each
// event but the last. Whatever breaks, the worker is gone afterwards. To wait for
// the turn, for the model to be loaded, and for a service's first answer is no run time.
func (s *Student) job(ctx context.Context, request map[string]any, each func(event) error) (ended event, err error) {
	line, err := json.Marshal(request)
	if err != nil {
		return ended, err
	}
	runs := student.Wait(ctx)
	defer runs()
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
	}
	if ctx.Err() != nil {
		return ended, context.Cause(ctx)
	}
	started := 0.0
	if s.worker == nil {
		if s.worker, err = start(s.cfg); err != nil {
			return ended, err
		}
	}
	release := context.AfterFunc(ctx, s.worker.kill)
	defer func() {
		if !release() || err != nil && !errors.Is(err, student.ErrDiverged) {
			s.stop()
		}
		if err != nil && ctx.Err() != nil { // whatever else went wrong, went wrong because of that
			err = context.Cause(ctx)
		}
	}()
	if !s.worker.ready {
		if started, err = s.worker.await(s.cfg.StartLimit); err != nil {
			return ended, err
		}
	}
	take := func(e event) error {
		e.started = started
		return each(e)
	}
	if s.cfg.Other != nil {
		ended, err = s.worker.queue(s.cfg.StartLimit, runs, append(line, '\n'), take)
	} else {
		runs()
		ended, err = s.worker.do(append(line, '\n'), take)
	}
	ended.started = started
	return ended, err
}

// Versions asks the environment's packages for their versions, without loading
// them: what is missing is an error.
func Versions(python string) (map[string]string, error) {
	python = cmp.Or(python, "python3")
	out, err := ask(python, nil, "--check")
	if err != nil {
		return nil, results.Infra(fmt.Errorf("student hf: %s: %w", python, err),
			"student.python names the interpreter of an environment with torch, transformers and peft")
	}
	var found map[string]string
	if err := json.Unmarshal(out, &found); err != nil {
		return nil, results.Infra(fmt.Errorf("student hf: %s: versions: %w", python, err))
	}
	for _, name := range []string{"torch", "transformers", "peft"} {
		if found[name] == "" {
			return nil, results.Infra(fmt.Errorf("student hf: %s has no package %s", python, name),
				"student.python names the interpreter of an environment with torch, transformers and peft")
		}
	}
	return found, nil
}
