// Package llamafactory is the student back end that trains with LLaMA-Factory. It
// writes dataset_info.json and a YAML file, runs `llamafactory-cli train` from its
// own virtual environment in its own process group, and follows trainer_log.jsonl.
//
// The package is not for answering questions, and installs nothing. Invariants: every
// training has a fresh folder, which is removed afterwards. A training counts as done
// only if the program exited with 0, left train_results.json, made all updates in
// batches of the recipe's size, and trained on every row it was given.
//
// The YAML names no template, so LLaMA-Factory takes the model's own chat template.
// All other back ends use that template too. LLaMA-Factory's own `llama3` leaves out
// the system block that Llama 3.1's template always has.
package llamafactory

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/runner/child"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/runner/student/checkpoint"
)

// Config is what a trainer of this back end is made of.
type Config struct {
	CLI     string // path of llamafactory-cli; empty: that on PATH
	Model   checkpoint.Model
	Device  string // cuda | cpu
	Devices string // CUDA_VISIBLE_DEVICES; empty leaves it as it is
	GPUs    int    // that a training takes of them; 0 means 1

	Secrets []string // variables whose values a training must not get, beside those whose names say so
}

// Trainer trains the model. Its methods may be called concurrently.
type Trainer struct{ cfg Config }

// New returns the trainer.
func New(cfg Config) (*Trainer, error) {
	cfg.CLI = cmp.Or(cfg.CLI, "llamafactory-cli")
	if strings.Contains(cfg.CLI, "/") { // it runs in a folder of its own
		path, err := filepath.Abs(cfg.CLI)
		if err != nil {
			return nil, results.Infra(err)
		}
		cfg.CLI = path
	}
	return &Trainer{cfg}, nil
}

// count is the number of devices of a training.
func (t *Trainer) count() int {
	if t.cfg.Device == "cpu" {
		return 1
	}
	return max(1, t.cfg.GPUs)
}

// CheckRecipe reports what this back end cannot do.
func (t *Trainer) CheckRecipe(r results.Recipe) error {
	switch n := t.count(); {
	case r.Packed:
		return errors.New("recipe: back end llamafactory does not pack rows")
	case r.BatchRows%n != 0:
		return fmt.Errorf("recipe: %d rows of an update cannot be shared by %d devices", r.BatchRows, n)
	case r.WarmupRatio < 0 || r.WarmupRatio >= 1:
		return fmt.Errorf("recipe: a warm-up ratio must be at least 0 and below 1, got %v", r.WarmupRatio) // 1 would be one update
	case r.Alpha != float64(int(r.Alpha)):
		return fmt.Errorf("recipe: LLaMA-Factory takes a whole number for alpha, got %v", r.Alpha)
	}
	return t.cfg.Model.CheckRecipe(r)
}

// Train implements [student.Trainer].
func (t *Trainer) Train(ctx context.Context, recipe results.Recipe, rows []results.Row, seed int64, dir string, progress func(student.Progress)) (report results.TrainReport, err error) {
	if err := t.CheckRecipe(recipe); err != nil {
		return report, results.Bad(fmt.Errorf("train: %w", err))
	}
	if len(rows) == 0 {
		return report, results.Bad(errors.New("train: no rows"))
	}
	if ctx.Err() != nil {
		return report, context.Cause(ctx)
	}
	work, remove, err := disk.Scratch("lf-")
	if err != nil {
		return report, results.Infra(fmt.Errorf("train: %w", err))
	}
	defer remove()
	if strings.ContainsAny(work, " \t") { // it splits torchrun's arguments at blanks
		return report, results.Infra(fmt.Errorf("train: LLaMA-Factory cannot work in %q", work), "set TMPDIR to a folder without blanks")
	}
	if err := t.write(work, recipe, rows, seed); err != nil {
		return report, results.Infra(fmt.Errorf("train: %w", err))
	}
	r := &run{work: work, recipe: recipe, rows: len(rows), report: &report, progress: progress}
	if err := r.train(ctx, t.command(work)); err != nil {
		return report, fmt.Errorf("train: LLaMA-Factory: %w", err)
	}
	if report.Trainable, err = checkpoint.CheckWeights(r.output()); err != nil {
		return report, fmt.Errorf("train: LLaMA-Factory: %w", err)
	}
	if err := keep(r.output(), dir, t.cfg.Model.Name); err != nil {
		return report, results.Infra(fmt.Errorf("train: keep the adapter: %w", err))
	}
	report.Digest, err = checkpoint.DigestAdapter(dir)
	return report, err
}

// passOn runs its arguments and gives SIGTERM on to all that they started in their
// process group, once: llamafactory-cli itself would end and leave its torchrun.
const passOn = `trap 'trap "" TERM; kill -s TERM 0; wait' TERM; "$@" & wait $!`

// command is the training's process, not started.
func (t *Trainer) command(work string) *exec.Cmd {
	cmd := exec.Command("sh", "-c", passOn, "sh", t.cfg.CLI, "train", configFile)
	cmd.Dir = work
	cmd.Env = append(child.Env(cmd.Environ(), t.cfg.Secrets...),
		"HF_HUB_OFFLINE=1", "HF_DATASETS_CACHE="+filepath.Join(work, "cache"), "TOKENIZERS_PARALLELISM=false", "RECORD_VRAM=1",
		fmt.Sprintf("NPROC_PER_NODE=%d", t.count()),
	)
	switch {
	case t.cfg.Device == "cpu":
		cmd.Env = append(cmd.Env, "CUDA_VISIBLE_DEVICES=")
	case t.cfg.Devices != "":
		cmd.Env = append(cmd.Env, "CUDA_VISIBLE_DEVICES="+t.cfg.Devices)
	}
	return cmd
}

const hint = "student.llamafactory names the llamafactory-cli of a virtual environment of its own"

// Python is the interpreter of llamafactory-cli's environment.
func Python(cli string) (string, error) {
	path, err := exec.LookPath(cmp.Or(cli, "llamafactory-cli"))
	if err == nil {
		path, err = filepath.EvalSymlinks(path)
	}
	if err != nil {
		return "", results.Infra(fmt.Errorf("student llamafactory: %w", err), hint)
	}
	return filepath.Join(filepath.Dir(path), "python"), nil
}

// Versions asks the packages of llamafactory-cli's environment for their versions.
func Versions(cli string) (map[string]string, error) {
	python, err := Python(cli)
	if err != nil {
		return nil, err
	}
	const ask = `import importlib.metadata as m, json
print(json.dumps({n: m.version(n) for n in ("llamafactory", "torch", "transformers", "peft")}))`
	cmd := exec.Command(python, "-c", ask)
	cmd.Env = child.Env(cmd.Environ())
	out, err := cmd.Output()
	var found map[string]string
	if err == nil {
		err = json.Unmarshal(out, &found)
	}
	if err != nil {
		return nil, results.Infra(fmt.Errorf("student llamafactory: %s does not say its versions: %w", python, err), hint)
	}
	return found, nil
}
