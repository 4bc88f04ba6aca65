package embedded

import (
	"bytes"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/runner/student/studenttest"
)

// small makes a student in well under a second.
func small() Options {
	return Options{
		Vocabulary: 400, Hidden: 16, Layers: 1, Heads: 2, Intermediate: 32, BatchRows: 4, WarmupSteps: 1,
		WeightDecay: 0.01, PromptWeight: 0.1, Phases: []Phase{{"main", 6, 1e-2}, {"drill", 2, 5e-3}},
	}
}

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
	if !id.Embedded || id.Backend != "embedded" || len(id.Digest) != 64 || id.BLAS == "" {
		t.Errorf("identity %+v", id)
	}
}

// pretrained are the files that a small pre-training of the phases leaves in dir.
func pretrained(t *testing.T, seed uint64, phases []Phase, dir string) (files map[string]string, report PretrainReport) {
	t.Helper()
	o, steps := small(), 0
	o.Phases = phases
	report, err := Pretrain(t.Context(), seed, o, dir, func(p PretrainProgress) { steps = p.Step })
	if err != nil {
		t.Fatal(err)
	}
	if steps != o.steps() {
		t.Errorf("progress ended at %d, want %d", steps, o.steps())
	}
	files = map[string]string{}
	for _, name := range []string{"config.json", "model.safetensors", "tokenizer.json", "PRETRAIN.json"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(data)
	}
	return files, report
}

func TestPretrainIsAFunctionOfItsSeed(t *testing.T) {
	phases := small().Phases
	first, report := pretrained(t, 1, phases, t.TempDir())
	if second, _ := pretrained(t, 1, phases, t.TempDir()); cmp.Diff(first, second) != "" {
		t.Error("the same seed gave other files")
	}
	if other, _ := pretrained(t, 2, phases, t.TempDir()); other["model.safetensors"] == first["model.safetensors"] {
		t.Error("another seed gave the same weights")
	}
	if report.CorpusRows < 24 || report.Tokens == 0 || report.FinalLoss <= 0 || len(report.CorpusDigest) != 64 {
		t.Errorf("report %+v", report)
	}
}

// A pre-training that was stopped goes on after its last finished phase, to the
// files of one that was not.
func TestPretrainGoesOnAfterAPhase(t *testing.T) {
	phases := small().Phases
	whole, _ := pretrained(t, 1, phases, t.TempDir())
	dir := t.TempDir()
	pretrained(t, 1, phases[:1], dir)
	parts, _ := pretrained(t, 1, phases, dir)
	if diff := cmp.Diff(whole, parts); diff != "" {
		t.Errorf("in two parts, other files (-whole +parts):\n%s", diff)
	}
}

// A folder that holds another student, or a damaged one, is refused and stays as
// it is.
func TestPretrainRefusesAnotherStudentsFolder(t *testing.T) {
	write := func(name, text string) func(dir string) error {
		return func(dir string) error { return os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644) }
	}
	phases, done := small().Phases, t.TempDir()
	pretrained(t, 1, phases, done)
	for name, c := range map[string]struct {
		seed   uint64
		phases []Phase
		damage func(dir string) error
		says   string
	}{
		"another seed":      {2, phases, nil, "seed 1"},
		"more phases done":  {1, phases[:1], nil, "phases"},
		"no record":         {1, phases, func(dir string) error { return os.Remove(filepath.Join(dir, recordFile)) }, recordFile},
		"a damaged record":  {1, phases, write(recordFile, "{"), recordFile},
		"truncated weights": {1, phases, func(dir string) error { return os.Truncate(filepath.Join(dir, weightsFile), 1000) }, weightsFile},
		"another config":    {1, phases, write("config.json", "{}"), "config.json"},
	} {
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(done)); err != nil {
			t.Fatal(err)
		}
		if c.damage != nil {
			if err := c.damage(dir); err != nil {
				t.Fatal(err)
			}
		}
		before, _ := os.ReadFile(filepath.Join(dir, weightsFile))
		o := small()
		o.Phases = c.phases
		_, err := Pretrain(t.Context(), c.seed, o, dir, nil)
		var fault *results.Error
		if !errors.As(err, &fault) || fault.Kind != results.BadInput || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v, want bad input that says %q", name, err, c.says)
		}
		if after, _ := os.ReadFile(filepath.Join(dir, weightsFile)); !bytes.Equal(before, after) {
			t.Errorf("%s: the weights were overwritten", name)
		}
	}
}

func TestPretrainRefusesAFolderBeforeItTrains(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := Pretrain(t.Context(), 1, small(), file, func(PretrainProgress) { t.Error("it trained") })
	var fault *results.Error
	if !errors.As(err, &fault) || fault.Kind != results.Infrastructure {
		t.Errorf("error %v, want one of infrastructure", err)
	}
}

func TestPretrainRefusesOptionsThatMakeNoModel(t *testing.T) {
	for name, change := range map[string]func(*Options){
		"no width":         func(o *Options) { o.Hidden = 0 },
		"no rows":          func(o *Options) { o.BatchRows = 0 },
		"no phase":         func(o *Options) { o.Phases = nil },
		"unknown corpus":   func(o *Options) { o.Phases[0].Corpus = "books" },
		"no updates":       func(o *Options) { o.Phases[0].Steps = 0 },
		"no learning rate": func(o *Options) { o.Phases[1].LearningRate = 0 },
		"no finite rate":   func(o *Options) { o.Phases[0].LearningRate = math.Inf(1) },
	} {
		o, dir := small(), t.TempDir()
		change(&o)
		_, err := Pretrain(t.Context(), 1, o, dir, nil)
		var fault *results.Error
		if !errors.As(err, &fault) || fault.Kind != results.BadInput {
			t.Errorf("%s: error %v, want bad input", name, err)
		}
		if files, _ := os.ReadDir(dir); len(files) != 0 {
			t.Errorf("%s: it left %v", name, files)
		}
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
	sampling.MaxTokens = contextTokens
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

// The committed weights must have read the corpus that the program makes today,
// with the options that it takes by default: a change calls for new weights.
func TestWeightsComeFromThisCorpus(t *testing.T) {
	files, err := fs.Sub(weights, "weights")
	if err != nil {
		t.Fatal(err)
	}
	record, err := Record(files)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(DefaultOptions(), record.Options); diff != "" {
		t.Errorf("not made with the default options (-default +made):\n%s", diff)
	}
	if got := corpusDigest(record.Seed); got != record.CorpusDigest {
		t.Errorf("the corpus has digest %s, the weights come from %s", got, record.CorpusDigest)
	}
}
