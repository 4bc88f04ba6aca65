//go:build gpustack

package student_test

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/student/embedded/pretrain"
)

// families are model types of transformers. Some scale their logits or cap them; of
// some the worker cannot compute what transformers does, and says so.
var families = []struct {
	name    string
	trained bool
}{
	{"llama", true}, {"qwen3", true}, {"smollm3", true}, {"olmo3", true}, {"gemma3_text", true}, // as their head makes them
	{"granite", true}, {"cohere", true}, // scaled
	{"gemma2", true}, {"gemma4_text", true}, // capped
	{"falcon_h1", false}, // scaled; PEFT adapts only some of its linear layers
}

// TestStackFamilies: the worker's first loss is transformers' own, in every family that
// can have LoRA on all of its linear layers, and its answers' logits are, too. It refuses
// another by its name. The models are tiny and random.
func TestStackFamilies(t *testing.T) {
	_, tokenizer := exported(t)
	rows := pretrain.TrainingSets(results.Science, 8, 1)[0].Rows
	var pairs []map[string]string
	for _, r := range rows {
		pairs = append(pairs, map[string]string{"prompt": r.Prompt(), "output": r.Output})
	}
	data, err := json.Marshal(pairs)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "rows.json")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	recipe := results.Mini().Recipe
	recipe.Epochs, recipe.BatchRows = 1, len(rows)
	for _, family := range families {
		t.Run(family.name, func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), family.name)
			cmd := exec.Command(variable(t, "PARITY_PYTHON"), "testdata/families.py", family.name, tokenizer.Folder, folder, file)
			cmd.Stderr = os.Stderr
			out, err := cmd.Output()
			if err != nil {
				t.Fatal(err)
			}
			var own struct {
				Model string
				Loss  float64
			}
			if err := json.Unmarshal(out, &own); err != nil {
				t.Fatal(err)
			}
			worker := openHF(t, open(t, folder))
			report, err := worker.Train(t.Context(), recipe, rows, 1, filepath.Join(t.TempDir(), "adapter"), nil)
			if !family.trained {
				if !refuses(err, own.Model) {
					t.Errorf("%v, want a refusal that names %s", err, own.Model)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%s: first loss %.4f, transformers has %.4f", own.Model, report.FirstLoss, own.Loss)
			if math.Abs(report.FirstLoss-own.Loss) > 1e-4*own.Loss {
				t.Errorf("%s: first loss %v, transformers has %v", own.Model, report.FirstLoss, own.Loss)
			}
			_, err = worker.Generate(t.Context(), "", []string{"What is 2 + 3?", "And?"}, results.Sampling{TopP: 1, MaxTokens: 4}, nil)
			if err != nil {
				t.Errorf("%s: answers: %v", own.Model, err)
			}
		})
	}
}

// refuses reports an error that says of the model that it cannot be a student.
func refuses(err error, model string) bool {
	var known *results.Error
	return errors.As(err, &known) && known.Kind == results.BadInput && strings.Contains(err.Error(), model)
}
