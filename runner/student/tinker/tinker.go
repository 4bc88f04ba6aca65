// Package tinker is the student back end that trains and asks at a service of the Tinker
// API, or at a server of one's own that has the same API. A Python worker with the
// service's SDK speaks the lines of package hf's worker, and has its chat template,
// order of rows, learning rates and loss. The adapter is fetched, checked and kept like
// any other.
//
// The package is not for serving a model, and keeps no key. Invariants: nothing that
// the service sends is used before it is checked and found to be bounded. The
// student's arithmetic names all that the service decides itself ([Service]).
package tinker

import (
	"cmp"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/cut"
	"github.com/autodatabench/autodatabench/results/remote"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/runner/student/checkpoint"
	"github.com/autodatabench/autodatabench/runner/student/hf"
)

//go:embed worker.py
var worker string

// text is the whole program of the worker.
func text() string { return hf.Library() + "\n\n" + worker }

// Service is what a service of this API decides itself, whatever a recipe says.
const Service = "the service's own LoRA alpha, first weights and precision, and no dropout"

// missing is what to do without the SDK.
const missing = "student.python names the interpreter of an environment with tinker and transformers"

// Config is what a student of this back end is made of.
type Config struct {
	Python  string           // interpreter of an environment with tinker and transformers; empty: python3
	Model   checkpoint.Model // the tokenizer and chat template
	Base    string           // the model's name at the service
	URL     string           // of the service; empty for the SDK's own
	Key     remote.Key
	Price   *Price   // nil: not known
	Secrets []string // variables whose values the worker must not get
}

// Price is what a million tokens cost, in USD.
type Price struct{ Train, Prefill, Sample float64 }

// USD is the price of tokens.
func (p Price) USD(trained, read, written int) float64 {
	return (p.Train*float64(trained) + p.Prefill*float64(read) + p.Sample*float64(written)) / 1e6
}

// Student is a base model at the service.
type Student struct {
	*hf.Student
}

var _ student.Generator = Student{}

// withheld are the variables that the SDK must not see: others' keys, and the one by which
// it would ask another server, with the key, than the one that the record names.
func (c Config) withheld() []string { return append(slices.Clone(c.Secrets), "TINKER_BASE_URL") }

// New returns the student; its first job starts the worker.
func New(c Config) Student {
	other := &hf.Worker{Name: "tinker", Text: text(), Args: c.args(), Env: c.env(), Key: c.Key, Check: checkRecipe(c.Model)}
	if c.Price != nil {
		other.Paid = c.Price.USD
	}
	return Student{hf.New(hf.Config{Python: c.Python, Model: c.Model, Secrets: c.withheld(), Other: other})}
}

func (c Config) args() []string {
	args := []string{"--model", c.Model.Folder, "--base", c.Base}
	if c.URL != "" {
		args = append(args, "--url", c.URL)
	}
	return args
}

func (c Config) env() []string { return []string{"TINKER_API_KEY=" + string(c.Key)} }

// checkRecipe refuses what the service would not do and says nothing of.
func checkRecipe(m checkpoint.Model) func(results.Recipe) error {
	return func(r results.Recipe) error {
		if r.Packed {
			return errors.New("recipe: rows are packed by back end hf alone")
		}
		return m.CheckRecipe(r)
	}
}

// Train implements [student.Trainer].
func (s Student) Train(ctx context.Context, recipe results.Recipe, rows []results.Row, seed int64, dir string, progress func(student.Progress)) (results.TrainReport, error) {
	report, err := s.Student.Train(ctx, recipe, rows, seed, dir, progress)
	if err != nil {
		return report, err
	}
	if report.Trainable, err = checkpoint.CheckWeights(dir); err != nil {
		return report, fmt.Errorf("train: the service's adapter: %w", err)
	}
	return report, checkConfig(dir, recipe)
}

// checkConfig refuses an adapter of another shape than the one that was asked for.
func checkConfig(dir string, recipe results.Recipe) error {
	data, err := os.ReadFile(filepath.Join(dir, "adapter_config.json"))
	if err != nil {
		return results.Infra(err)
	}
	var config struct {
		Type string `json:"peft_type"`
		Rank int    `json:"r"`
	}
	if err := json.Unmarshal(data, &config); err != nil {
		return results.Infra(fmt.Errorf("train: the service's adapter_config.json: %w", err))
	}
	if config.Type != "LORA" || config.Rank != recipe.Rank {
		return results.Infra(fmt.Errorf("train: the service's adapter is %s of rank %d, and LORA of rank %d was asked for", cut.Runes(config.Type, 40, "..."), config.Rank, recipe.Rank))
	}
	return nil
}

// WorkerDigest tells versions of the worker apart.
func WorkerDigest() string { return fmt.Sprintf("%.4x", sha256.Sum256([]byte(text()))) }

// Versions asks the environment's packages for their versions. Python does not get the
// variables that secrets names.
func Versions(python string, secrets []string) (map[string]string, error) {
	var found map[string]string
	out, err := hf.Worker{Text: text()}.Ask(context.Background(), python, secrets, "--check")
	if err == nil {
		err = json.Unmarshal(out, &found)
	}
	if err != nil {
		return nil, results.Infra(fmt.Errorf("student tinker: %s: %w", cmp.Or(python, "python3"), err), missing)
	}
	return found, nil
}

// patience is how long the service may take to say what it has.
const patience = 2 * time.Minute

// Probe asks the service whether it takes the key and has the model.
func Probe(ctx context.Context, c Config) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	out, err := hf.Worker{Text: text(), Env: c.env(), Key: c.Key}.Ask(ctx, c.Python, c.withheld(), append([]string{"--probe"}, c.args()...)...)
	var said struct {
		Models  []string `json:"models"`
		Refused string   `json:"refused"`
	}
	if err == nil {
		err = json.Unmarshal(out, &said)
	}
	at := cmp.Or(c.URL, "the Tinker service")
	switch {
	case ctx.Err() != nil:
		return results.Infra(fmt.Errorf("student: %s does not answer within %s", at, patience), "is the service up, and its address right?")
	case err != nil:
		return results.Infra(fmt.Errorf("student: %s: %w", at, err), "is the service up, and its address right?")
	case said.Refused != "":
		return results.Bad(fmt.Errorf("student: %s: %s", at, cut.Runes(c.Key.Hide(said.Refused), 300, "...")), "student.tinker.api_key_env names the variable that holds the key")
	case !slices.Contains(said.Models, c.Base):
		return results.Bad(fmt.Errorf("student: %s has no model %q, but %s", at, c.Base, cut.Runes(c.Key.Hide(strings.Join(said.Models, ", ")), 300, "...")), "name one of these in student.tinker.model")
	}
	return nil
}
