package pretrain

import (
	"encoding/json"
	"flag"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/student/embedded"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/mini"
)

// The held-out wordings are for development: two more a family that no training
// set, corpus or evaluation set has, by an author of their own. What is to be
// chosen (corpus, recipe) is chosen on them, never on the private set.
//
//	make heldout ROWS=1000 DRAWS=5
var (
	heldOutRows   = flag.Int("heldout.rows", 500, "rows of the perfect set")
	heldOutEpochs = flag.Int("heldout.epochs", results.Mini().Recipe.Epochs, "epochs")
	heldOutDraws  = flag.Int("heldout.draws", 1, "draws of the rows")
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
			if !slices.Equal(f.Order(text), f.Order(f.Wording[0])) {
				t.Errorf("%s/%s: the numbers come in another order in %q", f.Domain, f.Name, text)
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
// wordings, on fresh instances of the open split, and that of the weakest family
// in both as the private set mixes them: means over draws of the rows, each with
// a training seed of its own.
func BenchmarkHeldOut(b *testing.B) {
	s, err := embedded.New()
	if *heldOutModel != "" {
		s, err = embedded.Open(os.DirFS(*heldOutModel), *heldOutModel)
	}
	if err != nil {
		b.Fatal(err)
	}
	if *heldOutDraws < 1 {
		b.Fatalf("-heldout.draws %d: there must be one", *heldOutDraws)
	}
	recipe := results.Mini().Recipe
	recipe.Epochs = *heldOutEpochs
	wordings := heldOut(b)
	for _, d := range results.Domains() {
		b.Run(string(d), func(b *testing.B) {
			families := mini.Families(d)
			for b.Loop() {
				public, unseen := make([]float64, len(families)), make([]float64, len(families))
				for draw := range *heldOutDraws {
					dir := b.TempDir()
					if _, err := s.Train(b.Context(), recipe, TrainingSets(d, *heldOutRows, uint64(draw+1))[0].Rows, int64(draw+1), dir, nil); err != nil {
						b.Fatal(err)
					}
					floats.Add(public, measure(b, s, dir, d, func(f *mini.Family) []string { return f.Wording }))
					floats.Add(unseen, measure(b, s, dir, d, func(f *mini.Family) []string { return wordings[f] }))
				}
				floats.Scale(1/float64(*heldOutDraws), public)
				floats.Scale(1/float64(*heldOutDraws), unseen)
				b.ReportMetric(weighted(families, public), "public")
				b.ReportMetric(weighted(families, unseen), "held-out")
				b.ReportMetric(weakest(b, families, public, unseen), "weakest")
			}
		})
	}
}

// weakest is the accuracy of the weakest family; the weak ones are logged.
func weakest(b *testing.B, families []*mini.Family, public, unseen []float64) float64 {
	lowest := 1.0
	for i, f := range families {
		accuracy := 0.7*public[i] + 0.3*unseen[i]
		lowest = min(lowest, accuracy)
		if accuracy < 0.7 { // testing cuts long logs
			b.Logf("%-22s public %.2f, held-out %.2f, together %.2f", f.Name, public[i], unseen[i], accuracy)
		}
	}
	return lowest
}

// weighted is the mean of the families' accuracies by the families' weights.
func weighted(families []*mini.Family, accuracies []float64) float64 {
	sum, weights := 0.0, 0
	for i, f := range families {
		sum, weights = sum+float64(f.Weight)*accuracies[i], weights+f.Weight
	}
	return sum / float64(weights)
}

// measure is each family's accuracy on fresh open instances in the wordings.
func measure(b *testing.B, s *embedded.Student, dir string, d results.Domain, wordings func(*mini.Family) []string) []float64 {
	b.Helper()
	const each = 40
	g := newGen(1)
	g.Rand = rand.New(rand.NewPCG(1, 0x68656c64))
	families := mini.Families(d)
	var items []tasks.Item
	var questions []string
	for _, f := range families {
		for range each {
			q, solution := g.solvedAs(f, pick(g, wordings(f)))
			items, questions = append(items, tasks.Item{Question: q, Answer: solution.Answer}), append(questions, q)
		}
	}
	sampling := results.Sampling{Temperature: 0.7, TopP: 1, MaxTokens: 128, Seed: 1}
	answers, err := s.Generate(b.Context(), dir, questions, sampling, nil)
	if err != nil {
		b.Fatal(err)
	}
	accuracies := make([]float64, len(families))
	for i := range families {
		from, to := i*each, (i+1)*each
		_, score := tasks.Evaluate(mini.Evaluator(d), items[from:to], answers[from:to])
		accuracies[i] = float64(score.Correct) / each
	}
	return accuracies
}
