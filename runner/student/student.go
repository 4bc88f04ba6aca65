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
// package studenttest checks this for every back end of this machine. A service does not
// promise it, and one of [Many] in a pass is so but for rounding.
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
	Train(ctx context.Context, recipe results.Recipe, rows []results.Row, seed int64, dir string, progress func(Progress)) (results.TrainReport, error)
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

// Rate is tokens a second; 0 when no time has passed.
func Rate(tokens int, seconds float64) float64 {
	if seconds <= 0 {
		return 0
	}
	return float64(tokens) / seconds
}
