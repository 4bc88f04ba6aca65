//go:build gpustack

package student_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/server"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/runner/student/checkpoint"
	"github.com/autodatabench/autodatabench/runner/student/embedded"
	"github.com/autodatabench/autodatabench/runner/student/embedded/pretrain"
	"github.com/autodatabench/autodatabench/runner/student/hf"
	"github.com/autodatabench/autodatabench/runner/student/llamafactory"
	"github.com/autodatabench/autodatabench/runner/student/studenttest"
	"github.com/autodatabench/autodatabench/runner/student/vllm"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/mini"
)

// The stack of a GPU machine on the CPU, in float32: make gpu-stack-test makes the
// environments that the variables below name.

func variable(t *testing.T, name string) string {
	t.Helper()
	value := os.Getenv(name)
	if value == "" {
		t.Fatalf("%s is not set: run make gpu-stack-test", name)
	}
	return value
}

// exported writes the embedded student as an HF checkpoint.
func exported(t *testing.T) (*embedded.Student, checkpoint.Model) {
	t.Helper()
	s, err := embedded.New()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), embedded.Name)
	if err := s.Export(dir); err != nil {
		t.Fatal(err)
	}
	return s, open(t, dir)
}

func open(t *testing.T, dir string) checkpoint.Model {
	t.Helper()
	m, err := checkpoint.Open(dir, "", "")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func openHF(t *testing.T, m checkpoint.Model) *hf.Student {
	t.Helper()
	s := hf.New(hf.Config{Python: variable(t, "PARITY_PYTHON"), Model: m, Device: "cpu", Precision: "float32"})
	t.Cleanup(func() { s.Close() })
	return s
}

// TestStackTwoRanks: two processes that share every update train as one does, but
// for rounding, and give the answers that one gives.
func TestStackTwoRanks(t *testing.T) {
	_, m := exported(t)
	one := openHF(t, m)
	two := hf.New(hf.Config{Python: variable(t, "PARITY_PYTHON"), Model: m, Device: "cpu", Precision: "float32", Ranks: 2})
	t.Cleanup(func() { two.Close() })
	recipe := results.Mini().Recipe
	recipe.Epochs = 2
	rows := pretrain.TrainingSets(results.Science, 48, 1)[0].Rows // an update has more than one forward pass
	recipe.BatchRows = 16
	a, b := train(t, one, recipe, rows), train(t, two, recipe, rows)
	if len(a.steps) != len(b.steps) || a.Tokens != b.Tokens {
		t.Fatalf("one process %+v, two %+v", a.TrainReport, b.TrainReport)
	}
	for i := range a.steps {
		if math.Abs(a.steps[i].Loss-b.steps[i].Loss) > 1e-3*a.steps[i].Loss {
			t.Errorf("loss of update %d: one process %v, two %v", i+1, a.steps[i].Loss, b.steps[i].Loss)
		}
	}
	prompts := []string{"What is 2 + 3?", "What is 40 - 2?", "", "What is 6 * 7?", "Say the word."}
	sampling := results.Sampling{Temperature: 0.7, TopP: 0.9, MaxTokens: 24, Seed: 3}
	var answers [2][]string
	for i, s := range []*hf.Student{one, two} {
		var err error
		if answers[i], err = s.Generate(t.Context(), a.dir, prompts, sampling, nil); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(answers[0], answers[1]) {
		t.Errorf("one process answers %q, two answer %q", answers[0], answers[1])
	}
}

func openLlamaFactory(t *testing.T, m checkpoint.Model) *llamafactory.Trainer {
	t.Helper()
	trainer, err := llamafactory.New(llamafactory.Config{CLI: variable(t, "LLAMAFACTORY_CLI"), Model: m, Device: "cpu"})
	if err != nil {
		t.Fatal(err)
	}
	return trainer
}

func openServe(t *testing.T, m checkpoint.Model) student.Generator {
	t.Helper()
	process, err := server.New(server.Spec{
		What:    "transformers serve",
		Command: []string{filepath.Join(filepath.Dir(variable(t, "PARITY_PYTHON")), "transformers"), "serve", "--device", "cpu"},
		Env:     append(os.Environ(), "PYTHONPATH="+variable(t, "PARITY_SERVING"), "HF_HUB_OFFLINE=1"),
		Log:     filepath.Join(t.TempDir(), "log"), Limit: 5 * time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { process.Close() })
	g, err := vllm.New(vllm.Config{
		Server: vllm.Started{Server: process}, Model: m.Folder, Format: vllm.ModelTemplate, Adapters: vllm.Folder, Concurrency: 2, Timeout: 5 * time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func conformanceRecipe() results.Recipe {
	r := results.Mini().Recipe
	r.Epochs = 10
	return r
}

func TestStackConformanceHF(t *testing.T) {
	_, m := exported(t)
	studenttest.Run(t, openHF(t, m), conformanceRecipe())
}

func TestStackConformanceLlamaFactory(t *testing.T) {
	_, m := exported(t)
	studenttest.Run(t, student.Pair{Trainer: openLlamaFactory(t, m), Generator: openHF(t, m)}, conformanceRecipe())
}

// trained is a training with what was reported on the way.
type trained struct {
	results.TrainReport
	dir   string
	steps []student.Progress
}

func train(t *testing.T, by student.Trainer, r results.Recipe, rows []results.Row) trained {
	t.Helper()
	done := trained{dir: filepath.Join(t.TempDir(), "adapter")}
	var err error
	done.TrainReport, err = by.Train(t.Context(), r, rows, 7, done.dir, func(p student.Progress) { done.steps = append(done.steps, p) })
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%T: %+v", by, done.TrainReport)
	return done
}

// TestStackTrainsAlike trains on the same 400 rows with both trainers, compares
// what each really did, and asks both adapters by every generator.
func TestStackTrainsAlike(t *testing.T) {
	e, m := exported(t)
	rows := pretrain.TrainingSets(results.Science, 400, 1)[0].Rows
	recipe := results.Mini().Recipe
	recipe.Epochs = 3
	worker := openHF(t, m)
	ours, theirs := train(t, worker, recipe, rows), train(t, openLlamaFactory(t, m), recipe, rows)
	sameFacts(t, recipe, ours, theirs)

	suite, err := mini.Load(results.Science)
	if err != nil {
		t.Fatal(err)
	}
	sampling := results.Sampling{TopP: 1, MaxTokens: suite.Brief.Sampling.MaxTokens}
	questions := make([]string, len(suite.Public))
	for i, item := range suite.Public {
		questions[i] = item.Question
	}
	type scored struct {
		name string
		results.Score
	}
	var all []scored
	serve := openServe(t, m)
	for trainer, dir := range map[string]string{"hf": ours.dir, "llamafactory": theirs.dir} {
		var first []string
		for _, g := range []struct {
			name string
			student.Generator
		}{{"embedded", e}, {"hf", worker}, {"transformers serve", serve}} {
			answers, err := g.Generate(t.Context(), dir, questions, sampling, nil)
			if err != nil {
				t.Fatalf("trained by %s, asked by %s: %v", trainer, g.name, err)
			}
			_, score := tasks.Evaluate(suite.Evaluator, suite.Public, answers)
			all = append(all, scored{"trained by " + trainer + ", asked by " + g.name, score})
			if first == nil {
				first = answers
			}
			equal := 0
			for i := range answers {
				if strings.TrimSpace(answers[i]) == strings.TrimSpace(first[i]) {
					equal++
				}
			}
			t.Logf("%s: %d of %d correct, %d answers equal the embedded engine's", all[len(all)-1].name, score.Correct, score.Total, equal)
			if equal < len(answers)*95/100 { // a greedy answer may turn on the last bit
				t.Errorf("trained by %s: %s gives %d of %d answers of the embedded engine", trainer, g.name, equal, len(answers))
			}
		}
	}
	base, err := e.Generate(t.Context(), "", questions, sampling, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, untrained := tasks.Evaluate(suite.Evaluator, suite.Public, base)
	for i, a := range all {
		if far := standardErrors(a.Score, untrained); far < 2 {
			t.Errorf("%s is %.1f standard errors from the base: nothing was learnt that could be compared", a.name, far)
		}
		for _, b := range all[i+1:] {
			if far := standardErrors(a.Score, b.Score); far > 2 {
				t.Errorf("%s and %s are %.1f standard errors apart: %v and %v", a.name, b.name, far, a.Score, b.Score)
			}
		}
	}
}

// standardErrors is how far two accuracies are apart, in standard errors of their
// difference.
func standardErrors(a, b results.Score) float64 {
	share := func(s results.Score) (p, variance float64) {
		n := float64(s.Total)
		p = float64(s.Correct) / n
		return p, p * (1 - p) / n
	}
	p, v := share(a)
	q, w := share(b)
	if p == q {
		return 0
	}
	return math.Abs(p-q) / math.Sqrt(v+w)
}

// sameFacts compares what the trainers say of the recipe that they followed.
func sameFacts(t *testing.T, recipe results.Recipe, a, b trained) {
	t.Helper()
	for _, fact := range []struct {
		name string
		a, b int
	}{
		{"rows", a.Rows, b.Rows}, {"updates", a.Updates, b.Updates}, {"tokens", a.Tokens, b.Tokens},
		{"trainable parameters", a.Trainable, b.Trainable}, {"steps reported", len(a.steps), len(b.steps)},
	} {
		if fact.a != fact.b || fact.a == 0 {
			t.Errorf("%s: hf %d, llamafactory %d", fact.name, fact.a, fact.b)
		}
	}
	warmup := int(math.Ceil(recipe.WarmupRatio * float64(a.Updates)))
	for i := range min(len(a.steps), len(b.steps)) {
		want := recipe.LearningRate * float64(i) / float64(warmup)
		if i >= warmup {
			want = recipe.LearningRate * (1 + math.Cos(math.Pi*float64(i-warmup)/float64(a.Updates-warmup))) / 2
		}
		for _, got := range []float64{a.steps[i].LearningRate, b.steps[i].LearningRate} {
			if math.Abs(got-want) > 1e-9*recipe.LearningRate {
				t.Fatalf("learning rates of update %d: hf %v, llamafactory %v, the recipe has %v", i+1, a.steps[i].LearningRate, b.steps[i].LearningRate, want)
			}
		}
	}
}

// TestStackPacked: packed rows see nothing of each other, so that the training is
// the same but for rounding, also with rows longer than a forward pass has room for.
func TestStackPacked(t *testing.T) {
	_, m := exported(t)
	rows := pretrain.TrainingSets(results.Science, 48, 1)[0].Rows
	recipe := results.Mini().Recipe
	recipe.Epochs, recipe.BatchRows = 1, 16
	packed := recipe
	packed.Packed = true
	worker := openHF(t, m)
	a, b := train(t, worker, recipe, rows), train(t, worker, packed, rows)
	if a.Updates != b.Updates || a.Tokens != b.Tokens || a.Trainable != b.Trainable {
		t.Errorf("unpacked %+v, packed %+v", a.TrainReport, b.TrainReport)
	}
	for i := range a.steps {
		if math.Abs(a.steps[i].Loss-b.steps[i].Loss) > 1e-3*a.steps[i].Loss {
			t.Errorf("loss of update %d: unpacked %v, packed %v", i+1, a.steps[i].Loss, b.steps[i].Loss)
		}
	}
}

// systemBlock is a chat template as Llama 3.1's: it always has a system block and
// trims what it is given.
const systemBlock = `{% if messages[0]['role'] == 'system' %}{% set system = messages[0]['content'] | trim %}{% set messages = messages[1:] %}` +
	`{% else %}{% set system = '' %}{% endif %}{{ bos_token + '<|start_header_id|>system<|end_header_id|>\n\nToday is 26 Jul 2024\n\n' + system + '<|eot_id|>' }}` +
	`{% for message in messages %}{{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n' + message['content'] | trim + '<|eot_id|>' }}{% endfor %}` +
	`{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}`

// TestStackTemplate: where the model's template has a system block, both trainers
// read it in every row. All rows are one update here, whose loss is the base's: it
// shows that both take the mean over the answers' tokens, and no others.
func TestStackTemplate(t *testing.T) {
	_, m := exported(t)
	rows := pretrain.TrainingSets(results.Science, 16, 1)[0].Rows
	for i := range rows { // prompts of two parts
		rows[i].Input, rows[i].Instruction = rows[i].Instruction, "Answer this:"
	}
	recipe := results.Mini().Recipe
	recipe.Epochs, recipe.BatchRows = 1, len(rows)
	plain := train(t, openHF(t, m), recipe, rows)
	path := filepath.Join(m.Folder, "tokenizer_config.json")
	config, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	setTemplate(t, path, config, systemBlock)
	ours, theirs := train(t, openHF(t, m), recipe, rows), train(t, openLlamaFactory(t, m), recipe, rows)
	if ours.Tokens != theirs.Tokens || ours.Tokens <= plain.Tokens {
		t.Errorf("tokens: hf %d, llamafactory %d, without a system block %d", ours.Tokens, theirs.Tokens, plain.Tokens)
	}
	if ours.Rows != theirs.Rows || ours.Updates != 1 || theirs.Updates != 1 {
		t.Errorf("hf %+v, llamafactory %+v", ours.TrainReport, theirs.TrainReport)
	}
	if math.Abs(ours.FirstLoss-theirs.FirstLoss) > 1e-4*ours.FirstLoss {
		t.Errorf("loss of the base on the answers: hf %v, llamafactory %v", ours.FirstLoss, theirs.FirstLoss)
	}
}

// setTemplate writes the tokenizer's config with another chat template.
func setTemplate(t *testing.T, path string, config []byte, template string) {
	t.Helper()
	var fields map[string]any
	if err := json.Unmarshal(config, &fields); err != nil {
		t.Fatal(err)
	}
	fields["chat_template"] = template
	data, err := json.Marshal(fields)
	if err == nil {
		err = os.WriteFile(path, data, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}
