package pretrain

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
)

// small makes a student in well under a second.
func small() Options {
	return Options{
		Vocabulary: 400, Hidden: 16, Layers: 1, Heads: 2, Intermediate: 32, BatchRows: 4, WarmupSteps: 1,
		WeightDecay: 0.01, PromptWeight: 0.1, Phases: []Phase{{"main", 6, 1e-2}, {"drill", 2, 5e-3}},
	}
}

// pretrained are the files that a small pre-training of the phases leaves in dir.
func pretrained(t *testing.T, seed uint64, phases []Phase, dir string) (files map[string]string, report Report) {
	t.Helper()
	o, steps := small(), 0
	o.Phases = phases
	report, err := Run(t.Context(), seed, o, dir, func(p Progress) { steps = p.Step })
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

func TestRunIsAFunctionOfItsSeed(t *testing.T) {
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
func TestRunGoesOnAfterAPhase(t *testing.T) {
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
func TestRunRefusesAnotherStudentsFolder(t *testing.T) {
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
		_, err := Run(t.Context(), c.seed, o, dir, nil)
		var fault *results.Error
		if !errors.As(err, &fault) || fault.Kind != results.BadInput || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v, want bad input that says %q", name, err, c.says)
		}
		if after, _ := os.ReadFile(filepath.Join(dir, weightsFile)); !bytes.Equal(before, after) {
			t.Errorf("%s: the weights were overwritten", name)
		}
	}
}

func TestRunRefusesAFolderBeforeItTrains(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := Run(t.Context(), 1, small(), file, func(Progress) { t.Error("it trained") })
	var fault *results.Error
	if !errors.As(err, &fault) || fault.Kind != results.Infrastructure {
		t.Errorf("error %v, want one of infrastructure", err)
	}
}

func TestRunRefusesOptionsThatMakeNoModel(t *testing.T) {
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
		_, err := Run(t.Context(), 1, o, dir, nil)
		var fault *results.Error
		if !errors.As(err, &fault) || fault.Kind != results.BadInput {
			t.Errorf("%s: error %v, want bad input", name, err)
		}
		if files, _ := os.ReadDir(dir); len(files) != 0 {
			t.Errorf("%s: it left %v", name, files)
		}
	}
}

// The committed weights must have read the corpus that the program makes today,
// with the options that it takes by default: a change calls for new weights.
func TestWeightsComeFromThisCorpus(t *testing.T) {
	record, err := Record(os.DirFS("../weights"))
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
