package tinker

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/remote"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/runner/student/checkpoint"
	"github.com/autodatabench/autodatabench/runner/student/studenttest"
)

// standIn is a student whose worker has testdata's modules in place of the SDK and of
// transformers. The service misbehaves as the mode says.
func standIn(t *testing.T, mode string, key remote.Key) (Student, Config) {
	t.Helper()
	modules, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("PYTHONPATH", modules)
	t.Setenv("PYTHONDONTWRITEBYTECODE", "1")
	t.Setenv("STANDIN", mode)
	t.Setenv("RANK", strconv.Itoa(recipe().Rank))
	t.Setenv("ANOTHERS", "secret")
	t.Setenv("TINKER_BASE_URL", "http://127.0.0.1:9")
	c := Config{
		Model: checkpoint.Model{Name: "small", Folder: t.TempDir(), Context: 512}, Base: "base", Key: key,
		Price: &Price{Train: 1, Prefill: 10, Sample: 100}, Secrets: []string{"ANOTHERS"},
	}
	s := New(c)
	t.Cleanup(func() { s.Close() })
	return s, c
}

func recipe() results.Recipe { return results.Mini().Recipe }

var greedy = results.Sampling{TopP: 1, MaxTokens: 8}

// TestTrainAndAsk: the rates of the recipe, the adapter's files and no others, its
// answers, and what both cost.
func TestTrainAndAsk(t *testing.T) {
	s, c := standIn(t, "well", "tml-good")
	ctx, meter := student.Metered(t.Context(), time.Hour, context.Canceled, time.Now)
	defer meter.Stop()
	dir := filepath.Join(t.TempDir(), "in", "adapter")
	var rates []float64
	report, err := s.Train(ctx, recipe(), studenttest.Rows(16), 7, dir, func(p student.Progress) { rates = append(rates, p.LearningRate) })
	if err != nil {
		t.Fatal(err)
	}
	if report.Updates != 16 || report.Trainable != 2 || math.Abs(report.FirstLoss-2) > 1e-9 || report.Tokens == 0 {
		t.Errorf("%+v", report)
	}
	warm := int(math.Ceil(recipe().WarmupRatio * 16))
	for i, got := range rates {
		want := recipe().LearningRate * float64(i) / float64(warm)
		if i >= warm {
			want = recipe().LearningRate * (1 + math.Cos(math.Pi*float64(i-warm)/float64(16-warm))) / 2
		}
		if math.Abs(got-want) > 1e-12 {
			t.Errorf("update %d has the rate %v, want %v", i+1, got, want)
		}
	}
	if digest, err := checkpoint.DigestAdapter(dir); err != nil || digest != report.Digest {
		t.Errorf("digest %s of %s, %v", digest, report.Digest, err)
	}
	var names []string
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	if above, _ := os.ReadDir(filepath.Dir(dir)); !slices.Equal(names, []string{"adapter_config.json", "adapter_model.safetensors", "tinker.json"}) || len(above) != 1 {
		t.Errorf("files %q, above %v", names, above)
	}
	paid := meter.Paid()
	if want := float64(report.Tokens) / 1e6; math.Abs(paid-want) > 1e-12 {
		t.Errorf("paid %v, want %v", paid, want)
	}
	for adapter, want := range map[string]string{"": "AB", dir: "CD"} {
		answers, err := s.Generate(ctx, adapter, []string{"ab", "c"}, greedy, nil)
		if err != nil || !slices.Equal(answers, []string{want, want}) {
			t.Errorf("answers %q, %v", answers, err)
		}
	}
	// Two questions of 22 and 21 characters with their turn, twice, and three tokens each.
	if got, want := meter.Paid()-paid, (10*2*float64(22+21)+100*4*3)/1e6; math.Abs(got-want) > 1e-12 {
		t.Errorf("answers cost %v, want %v", got, want)
	}
	if err := Probe(t.Context(), c); err != nil {
		t.Error(err)
	}
	found, err := Versions("", nil)
	if err == nil { // the stand-ins are no distributions
		t.Errorf("versions %v", found)
	}
}

// TestMisbehaviour: whatever the service sends ends as a refusal, a divergence or a
// fault, and never as an adapter or an answer.
func TestMisbehaviour(t *testing.T) {
	for mode, want := range map[string]string{
		"rows": "answered 7 of 8 rows", "tokens": "tokens", "path": "has the adapter at",
		"file": "names an archive at", "elsewhere": "302", "junk": "ReadError", "without": "and not both of",
		"link": "and not both of", "great": "has 2097152 bytes", "rank": "of rank 99", "down": "busy, whoever has [key]",
		"weights": "holds NaN", "nan": "loss nan",
	} {
		t.Run(mode, func(t *testing.T) {
			s, _ := standIn(t, mode, "tml-good")
			_, err := s.Train(t.Context(), recipe(), studenttest.Rows(16), 7, filepath.Join(t.TempDir(), "adapter"), nil)
			var known *results.Error
			diverged := errors.Is(err, student.ErrDiverged)
			if diverged != (mode == "nan" || mode == "weights") || !diverged && (!errors.As(err, &known) || known.Kind != results.Infrastructure) {
				t.Errorf("%v", err)
			}
			if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "tml-good") {
				t.Errorf("%v, want %q and no key", err, want)
			}
		})
	}
	for mode, want := range map[string]string{"long": "answered 1001 tokens", "alien": "the model has not", "text": "the model has not", "lost": "answered 404"} {
		t.Run(mode, func(t *testing.T) {
			s, _ := standIn(t, mode, "tml-good")
			dir := filepath.Join(t.TempDir(), "adapter")
			if _, err := s.Train(t.Context(), recipe(), studenttest.Rows(8), 7, dir, nil); err != nil {
				t.Fatal(err)
			}
			answers, err := s.Generate(t.Context(), dir, []string{"a"}, greedy, nil)
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%q, %v, want %q", answers, err, want)
			}
		})
	}
}

// TestRefusals: a wrong key, a model that the service lacks, and packed rows are the
// user's to mend.
func TestRefusals(t *testing.T) {
	bad := func(err error) bool {
		var known *results.Error
		return errors.As(err, &known) && known.Kind == results.BadInput
	}
	s, c := standIn(t, "well", "tml-wrong")
	if _, err := s.Generate(t.Context(), "", []string{"a"}, greedy, nil); !bad(err) || !strings.Contains(err.Error(), "answered 401: no such key: [key]") {
		t.Errorf("wrong key: %v", err)
	}
	if err := Probe(t.Context(), c); !bad(err) || !strings.Contains(err.Error(), "no such key: [key]") {
		t.Errorf("probe with a wrong key: %v", err)
	}
	c.Key, c.Base = "tml-good", "another"
	if err := Probe(t.Context(), c); !bad(err) || !strings.Contains(err.Error(), `has no model "another", but base`) {
		t.Errorf("probe for another model: %v", err)
	}
	packed := recipe()
	packed.Packed = true
	if err := s.CheckRecipe(packed); err == nil {
		t.Error("packed rows are taken")
	}
}
