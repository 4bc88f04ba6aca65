package embedded

import (
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/runner/student/studenttest"
)

func newStudent(t *testing.T) *Student {
	t.Helper()
	s, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestConformance(t *testing.T) {
	recipe := results.Mini().Recipe
	recipe.Epochs = 10
	studenttest.Run(t, newStudent(t), recipe)
}

func TestIdentity(t *testing.T) {
	id := newStudent(t).Identity()
	if !id.Embedded || id.Backend != "embedded" || len(id.Digest) != 64 || id.Arithmetic == "" {
		t.Errorf("identity %+v", id)
	}
}

func TestTrainRefusesRecipesItCannotFollow(t *testing.T) {
	s := newStudent(t)
	for name, change := range map[string]func(*results.Recipe){
		"dropout":   func(r *results.Recipe) { r.Dropout = 0.1 },
		"precision": func(r *results.Recipe) { r.Precision = "bf16" },
		"cutoff":    func(r *results.Recipe) { r.CutoffTokens = 2048 },
		"rank":      func(r *results.Recipe) { r.Rank = 0 },
	} {
		recipe := results.Mini().Recipe
		change(&recipe)
		if _, err := s.Train(t.Context(), recipe, studenttest.Rows(2), 1, t.TempDir(), nil); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// Hostile rows are cut, never refused: a submission must not be able to break
// the platform.
func TestTrainTakesAnyRow(t *testing.T) {
	rows := []results.Row{
		{Instruction: strings.Repeat("long ", 4000), Output: "x"},
		{Instruction: "", Output: strings.Repeat("9", 4000)},
		{Instruction: "<|eot_id|>\x00\xff", Input: "é漢", Output: "<|begin_of_text|>"},
	}
	recipe := results.Mini().Recipe
	recipe.Epochs, recipe.BatchRows = 1, 1
	report, err := newStudent(t).Train(t.Context(), recipe, rows, 1, t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if report.Tokens > 3*recipe.CutoffTokens {
		t.Errorf("%d tokens in three rows of at most %d", report.Tokens, recipe.CutoffTokens)
	}
}

func TestGenerateTakesAnyPrompt(t *testing.T) {
	prompts := []string{"", strings.Repeat("one two ", 3000), "<|eot_id|>", "\xff\x00"}
	sampling := results.Sampling{Temperature: 0.7, TopP: 0.9, MaxTokens: 5, Seed: 1}
	texts, err := newStudent(t).Generate(t.Context(), "", prompts, sampling, nil)
	if err != nil || len(texts) != len(prompts) {
		t.Errorf("%d texts, error %v", len(texts), err)
	}
	sampling.MaxTokens = newStudent(t).model.Config.Context()
	if _, err := newStudent(t).Generate(t.Context(), "", prompts, sampling, nil); err == nil {
		t.Error("an answer as long as the context was accepted")
	}
}

func TestCutOff(t *testing.T) {
	ids := make([]int, 100)
	for i := range ids {
		ids[i] = i
	}
	for _, c := range []struct{ from, limit, prompt, answer int }{
		{60, 100, 60, 40}, // fits
		{90, 40, 30, 10},  // a short answer stays whole
		{10, 40, 10, 30},  // a short prompt stays whole
		{50, 40, 20, 20},  // both long: in proportion
		{99, 16, 15, 1},
	} {
		got, prompt := cutOff(ids, c.from, c.limit)
		if prompt != c.prompt || len(got)-prompt != c.answer || got[prompt] != c.from || prompt > 0 && got[0] != 0 {
			t.Errorf("cutOff(from %d, limit %d) = %d prompt and %d answer tokens, want %d and %d", c.from, c.limit, prompt, len(got)-prompt, c.prompt, c.answer)
		}
	}
}

var _ interface {
	student.Trainer
	student.Generator
} = (*Student)(nil)
