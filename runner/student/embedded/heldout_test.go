package embedded

import (
	"encoding/json"
	"flag"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"autodatabench/results"
	"autodatabench/tasks"
	"autodatabench/tasks/mini"
)

// The held-out wordings are for development: two more a family that no training
// set, corpus or evaluation set has, by an author of their own. What is to be
// chosen (corpus, recipe) is chosen on them, never on the private set.
//
//	make heldout
var (
	heldOutRows   = flag.Int("heldout.rows", 500, "rows of the perfect set")
	heldOutEpochs = flag.Int("heldout.epochs", results.Mini().Recipe.Epochs, "epochs")
	heldOutModel  = flag.String("heldout.model", "", "`FOLDER` of another student")
)

func heldOut(t testing.TB) map[*mini.Family][]string {
	t.Helper()
	data, err := os.ReadFile("testdata/heldout.json")
	if err != nil {
		t.Fatal(err)
	}
	var texts map[string][]string
	if err := json.Unmarshal(data, &texts); err != nil {
		t.Fatal(err)
	}
	wordings := map[*mini.Family][]string{}
	for _, d := range results.Domains() {
		for _, f := range mini.Families(d) {
			for _, text := range texts[string(d)+"/"+f.Name] {
				if d == results.Code { // the file has the description only
					text += f.Wording[0][strings.LastIndex(f.Wording[0], "\nassert"):]
				}
				wordings[f] = append(wordings[f], text)
			}
		}
	}
	return wordings
}

func TestHeldOutWordingsFitTheirFamilies(t *testing.T) {
	for f, texts := range heldOut(t) {
		if len(texts) != 2 {
			t.Errorf("%s/%s: %d held-out wordings, want 2", f.Domain, f.Name, len(texts))
		}
		for _, text := range texts {
			if slices.Contains(f.Wording, text) {
				t.Errorf("%s/%s: a public wording is held out: %q", f.Domain, f.Name, text)
			}
			for _, p := range f.Params {
				if !strings.Contains(text, "{"+p.Name+"}") {
					t.Errorf("%s/%s: no {%s} in %q", f.Domain, f.Name, p.Name, text)
				}
			}
		}
	}
	if n := len(heldOut(t)); n != len(mini.Families(results.Science))+len(mini.Families(results.Finance))+len(mini.Families(results.Code)) {
		t.Errorf("wordings of %d families", n)
	}
}

// BenchmarkHeldOut is the accuracy after perfect rows, in public and in held-out
// wordings, on fresh instances of the open split.
func BenchmarkHeldOut(b *testing.B) {
	s, err := New()
	if *heldOutModel != "" {
		s, err = Open(os.DirFS(*heldOutModel), *heldOutModel)
	}
	if err != nil {
		b.Fatal(err)
	}
	recipe := results.Mini().Recipe
	recipe.Epochs = *heldOutEpochs
	wordings := heldOut(b)
	for _, d := range results.Domains() {
		b.Run(string(d), func(b *testing.B) {
			for b.Loop() {
				dir := b.TempDir()
				if _, err := s.Train(b.Context(), recipe, TrainingSets(d, *heldOutRows, 1)[0].Rows, 1, dir, nil); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(measure(b, s, dir, d, func(f *mini.Family) []string { return f.Wording }), "public")
				b.ReportMetric(measure(b, s, dir, d, func(f *mini.Family) []string { return wordings[f] }), "held-out")
			}
		})
	}
}

// measure is the accuracy on 400 fresh open instances in the wordings.
func measure(b *testing.B, s *Student, dir string, d results.Domain, wordings func(*mini.Family) []string) float64 {
	b.Helper()
	const n = 400
	g := newGen(1)
	g.Rand = rand.New(rand.NewPCG(1, 0x68656c64))
	families := mini.Families(d)
	var items []tasks.Item
	var questions []string
	for range n {
		f := families[g.byWeight(families)]
		q, solution := g.solvedAs(f, pick(g, wordings(f)))
		items, questions = append(items, tasks.Item{Question: q, Answer: solution.Answer}), append(questions, q)
	}
	sampling := results.Sampling{Temperature: 0.7, TopP: 1, MaxTokens: 128, Seed: 1}
	answers, err := s.Generate(b.Context(), dir, questions, sampling, nil)
	if err != nil {
		b.Fatal(err)
	}
	_, score := tasks.Evaluate(mini.Evaluator(d), items, answers)
	return float64(score.Correct) / n
}
