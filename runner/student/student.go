// Package student is the contract of the student family. A student is trained on a
// submission and then asked the evaluation questions (protocol.md section 7).
//
// A student is a [Trainer] and a [Generator], which may be different back ends
// (train with LLaMA-Factory, infer with vLLM). All back ends exchange Hugging Face
// files: a PEFT adapter folder, config.json, model.safetensors and tokenizer.json, in
// the chat format that LLaMA-Factory calls llama3.
//
// The package is not for judging answers (package tasks) and holds no back end.
// Invariant: an adapter is a function of (student, recipe, rows, seed, BLAS);
// package studenttest checks this for every back end.
package student

import (
	"context"
	"errors"

	"github.com/autodatabench/autodatabench/results"
)

// ErrDiverged is wrapped by the error of a training whose numbers overflowed on
// the rows it was given, and of answers with its adapter that did: the fault of
// who made the rows, not of the platform.
var ErrDiverged = errors.New("the student diverged")

// Trainer fine-tunes the student.
type Trainer interface {
	// Train fits a LoRA adapter to rows, in their order of epochs drawn from
	// seed, and leaves adapter_config.json and adapter_model.safetensors in
	// dir, which it makes. progress may be nil; it is called in step order.
	// Errors: ErrDiverged, results.Bad for recipes that cannot be followed,
	// results.Infra for faults of the platform.
	Train(ctx context.Context, recipe results.Recipe, rows []results.Row, seed int64, dir string, progress func(Progress)) (TrainReport, error)
}

// Generator answers questions with the student.
type Generator interface {
	// Generate returns one answer for each prompt (a user text), in order.
	// adapterDir names a folder that Train left; empty means the base student.
	// progress may be nil; done counts finished answers. Errors: as Train's;
	// only the embedded student looks for numbers that overflow.
	Generate(ctx context.Context, adapterDir string, prompts []string, s results.Sampling, progress func(done, total int)) ([]string, error)
}

// Progress is one update of a training.
type Progress struct {
	Step, Total int     // updates done, updates in all
	Loss        float64 // mean negative log-likelihood of an answer token in this update, in nats

	// Of back ends that say so; else 0.
	LearningRate    float64
	TokensPerSecond float64 // since the training began, prompts included
	PeakMemory      int64   // of the device, or of the process on the CPU, in bytes
}

// TrainReport sums a training up.
type TrainReport struct {
	Rows      int     `json:"rows"`
	Updates   int     `json:"updates"`
	Tokens    int     `json:"tokens"` // read in all epochs, prompts included
	FirstLoss float64 `json:"first_loss"`
	LastLoss  float64 `json:"last_loss"`
	Digest    string  `json:"digest"` // sha256 of adapter_model.safetensors, hexadecimal

	Trainable int      `json:"trainable,omitempty"` // parameters, of back ends that say so
	Measured  Measured `json:"measured,omitzero"`
}

// Measured is what differs from one machine and time to the next, of back ends
// that say so.
type Measured struct {
	StartSeconds float64 `json:"start_seconds,omitempty"` // until the model was loaded, where the training waited for it
	Seconds      float64 `json:"seconds,omitempty"`       // of the updates alone
	PeakMemory   int64   `json:"peak_memory,omitempty"`   // of the device, or of the process on the CPU, in bytes
}

// Rate is tokens a second; 0 when no time has passed.
func Rate(tokens int, seconds float64) float64 {
	if seconds <= 0 {
		return 0
	}
	return float64(tokens) / seconds
}

// Identity names a student in the record.
type Identity struct {
	Name     string `json:"name"`
	Backend  string `json:"backend"`  // embedded | hf | llamafactory | vllm
	BLAS     string `json:"blas"`     // the arithmetic in use; empty where it does not apply
	Digest   string `json:"digest"`   // sha256 over the base weights and the tokenizer, hexadecimal
	Embedded bool   `json:"embedded"` // the small student inside the program
}
