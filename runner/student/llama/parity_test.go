//go:build parity

// The parity tests hold this package to PyTorch, transformers, PEFT and
// tokenizers on the CPU: make parity installs and runs them. Every figure that
// they bound is logged.

package llama

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/runner/student/llama/bpe"
)

const (
	logitsWithin    = 1e-4 // of the greatest logit at the same token
	gradientsWithin = 1e-3 // of the matrix's norm
)

// allLogits are the logits after every token of every row.
func allLogits(m *Model, rows [][]int) []float32 {
	p := &pass{m: m, factors: factorsOf(m, true)}
	var out []float32
	for _, ids := range rows {
		p.begin()
		p.add(ids)
		for i := range ids {
			p.targets = append(p.targets, target{token: i})
		}
		p.place(false, 0)
		p.forward(p.attendRows)
		out = append(out, p.logits...)
	}
	return out
}

// sameLogits compares the logits of all rows with transformers' and logs how far
// they are apart.
func sameLogits(t *testing.T, m *Model, folder, adapter string, rows [][]int) {
	t.Helper()
	var packed []byte
	StartReference(t).Ask(t, "logits", Args{"folder": folder, "adapter": adapter, "rows": rows}, &packed)
	want, got := floats(packed), allLogits(m, rows)
	if len(got) != len(want) {
		t.Fatalf("%d logits, transformers has %d", len(got), len(want))
	}
	far := worst(got, want, m.Config.VocabSize)
	t.Logf("logits of %d tokens: within %.1e", len(want)/m.Config.VocabSize, far)
	if !(far <= logitsWithin) {
		t.Errorf("logits differ by %.2e of the greatest, want at most %.0e", far, logitsWithin)
	}
}

func idsOf(rows []Example) [][]int {
	ids := make([][]int, len(rows))
	for i, row := range rows {
		ids[i] = row.IDs
	}
	return ids
}

func TestParityLogits(t *testing.T) {
	folder := embeddedFolder(t)
	m, tok := loaded(t, folder)
	rows := idsOf(openRows(t, tok, 20))
	t.Run("base", func(t *testing.T) { sameLogits(t, m, folder, "", rows) })
	t.Run("adapter trained here", func(t *testing.T) {
		a, dir := trainedAdapter(t)
		sameLogits(t, m.Merged(a), folder, dir, rows)
	})
}

// answer is a greedy answer of transformers.
type answer struct {
	IDs  []int
	Text string
}

// greedyThere asks transformers for greedy answers.
func greedyThere(t *testing.T, folder, adapter string, prompts [][]int, tokens, stop int) (answers []answer) {
	t.Helper()
	StartReference(t).Ask(t, "greedy", Args{
		"folder": folder, "adapter": adapter, "prompts": prompts, "tokens": tokens, "stop": stop, "batch": 50,
	}, &answers)
	return answers
}

func greedyHere(t *testing.T, m *Model, prompts [][]int, tokens, stop int) [][]int {
	t.Helper()
	answers, err := m.Generate(t.Context(), prompts, GenOptions{MaxTokens: tokens, Stop: []int{stop}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return answers
}

func TestParityGreedyText(t *testing.T) {
	const answerTokens = 96
	folder := embeddedFolder(t)
	m, tok := loaded(t, folder)
	items, _ := publicItems(t)
	prompts := make([][]int, 200)
	for i := range prompts {
		prompts[i] = tok.ChatPrompt(items[i].Question)
	}
	a, dir := trainedAdapter(t)
	for _, c := range []struct {
		name, adapter string
		m             *Model
	}{{"base", "", m}, {"adapter", dir, m.Merged(a)}} {
		t.Run(c.name, func(t *testing.T) {
			want := greedyThere(t, folder, c.adapter, prompts, answerTokens, tok.EOT())
			drawn := 0
			for i, got := range greedyHere(t, c.m, prompts, answerTokens, tok.EOT()) {
				if d := cmp.Diff(want[i].Text, tok.Decode(got)); d != "" {
					t.Errorf("answer %d (-transformers +ours):\n%s", i, d)
				}
				drawn += len(got)
			}
			t.Logf("%d answers of %d tokens in all", len(prompts), drawn)
		})
	}
}

// tokenizerFolder is a folder with one of package bpe's tokenizers.
func tokenizerFolder(t *testing.T, name string) string {
	t.Helper()
	folder := t.TempDir()
	data, err := os.ReadFile("bpe/testdata/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, tokenizerFile), data, 0o644); err != nil {
		t.Fatal(err)
	}
	return folder
}

// sameTokens compares the tokens of every text with tokenizers'.
func sameTokens(t *testing.T, folder string, texts []string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(folder, tokenizerFile))
	if err != nil {
		t.Fatal(err)
	}
	tok, err := bpe.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	var want [][]int
	StartReference(t).Ask(t, "tokens", Args{"folder": folder, "texts": texts}, &want)
	tokens, wrong := 0, 0
	for i, text := range texts {
		got := tok.Encode(text)
		tokens += len(got)
		if !slices.Equal(got, want[i]) {
			if wrong++; wrong <= 5 {
				t.Errorf("%q: tokens %v, tokenizers has %v", text, got, want[i])
			}
		}
	}
	t.Logf("%d of %d texts alike, %d tokens", len(texts)-wrong, len(texts), tokens)
}

func TestParityTokens(t *testing.T) {
	texts := strange(10_000)
	t.Run("embedded", func(t *testing.T) { sameTokens(t, embeddedFolder(t), texts) })
	for _, name := range []string{"digits", "spaced_digits", "llama3", "gpt2"} {
		t.Run(name, func(t *testing.T) { sameTokens(t, tokenizerFolder(t, name), texts) })
	}
}

// Every assigned character is of the same class: a letter before 's is its own
// piece, a symbol takes the apostrophe with it, a digit joins digits. The middle
// of long uniform blocks is left out.
func TestParityEveryCharacter(t *testing.T) {
	var texts []string
	for from := rune(0); from < 0x32400; from += 0x80 {
		if from > 0x3500 && from < 0x4d00 || from > 0x4f00 && from < 0x9f00 || from > 0xad00 && from < 0xd600 || from > 0x17100 && from < 0x18700 || from > 0x20100 && from < 0x2a600 {
			continue
		}
		var b strings.Builder
		for r := from; r < from+0x80; r++ {
			fmt.Fprintf(&b, "%c's1%c ", r, r)
		}
		texts = append(texts, b.String())
	}
	for _, name := range []string{"llama3", "gpt2"} {
		t.Run(name, func(t *testing.T) { sameTokens(t, tokenizerFolder(t, name), texts) })
	}
}

func TestParityLossAndGradients(t *testing.T) {
	folder := embeddedFolder(t)
	m, tok := loaded(t, folder)
	a, dir := trainedAdapter(t)
	all := openRows(t, tok, 40)
	rows := []Example{all[0], all[1], all[40], all[41], all[42], all[80], all[81], all[82]}
	e := newEngine(m.Merged(a), func() (sink, []float32) {
		g := newAdapter(m.Config, a.Rank, a.Alpha)
		return sink{adapter: g, current: a}, g.flat
	})
	loss, err := e.gradient(rows)
	if err != nil {
		t.Fatal(err)
	}
	gradient, _ := e.sum()
	ours := newAdapter(m.Config, a.Rank, a.Alpha)
	copy(ours.flat, gradient)

	weights := make([][]float32, len(rows))
	for i, row := range rows {
		weights[i] = row.Weights
	}
	var want struct {
		Loss      float64
		Gradients map[string][]byte
	}
	StartReference(t).Ask(t, "gradients", Args{"folder": folder, "adapter": dir, "rows": idsOf(rows), "weights": weights}, &want)
	if far := math.Abs(loss-want.Loss) / want.Loss; !(far <= gradientsWithin) {
		t.Errorf("loss %v, PyTorch has %v", loss, want.Loss)
	}
	most := 0.0
	for _, matrix := range ours.tensors() {
		theirs := floats(want.Gradients[matrix.name])
		if len(theirs) != len(matrix.data) {
			t.Fatalf("%s: %d gradients, PyTorch has %d", matrix.name, len(matrix.data), len(theirs))
		}
		var diff, size float64
		for i, g := range theirs {
			diff += math.Pow(float64(matrix.data[i]-g), 2)
			size += math.Pow(float64(g), 2)
		}
		far := math.Sqrt(diff / size)
		if most = max(most, far); !(far <= gradientsWithin) {
			t.Errorf("gradient of %s is off by %.2e of its norm", matrix.name, far)
		}
	}
	t.Logf("loss %.6f, PyTorch %.6f; %d matrices' gradients within %.1e", loss, want.Loss, len(want.Gradients), most)
}
