//go:build parity

package llama

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/student/llama/bpe"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/mini"
)

// publicItems are the 300 public items of suite mini, 100 a domain.
func publicItems(t testing.TB) (items []tasks.Item, judges []tasks.Evaluator) {
	t.Helper()
	for _, d := range results.Domains() {
		task, err := mini.Load(d)
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range task.Public {
			items, judges = append(items, item), append(judges, task.Evaluator)
		}
	}
	return items, judges
}

// openRows are solved problems of the open split, n a domain, as a student is
// trained on them.
func openRows(t testing.TB, tok *bpe.Tokenizer, n int) (rows []Example) {
	t.Helper()
	for _, d := range results.Domains() {
		for _, instance := range mini.Draw(d, mini.Open, n, mini.PublicWordings) {
			solution, ok := instance.Family.Solve(instance.Vars)
			if !ok {
				t.Fatalf("no solution of %q", instance.Question())
			}
			ids, from := tok.ChatRow(instance.Question(), mini.Response(d, solution))
			row := Example{ids, make([]float32, len(ids))}
			for i := from; i < len(ids); i++ {
				row.Weights[i] = 1
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// trainedAdapter is an adapter of the embedded student, trained here with
// protocol mini's recipe on 300 rows, in a folder of its own. All tests share it.
func trainedAdapter(t testing.TB) (*Adapter, string) {
	t.Helper()
	trained.once.Do(func() {
		m, tok := loaded(t, embeddedFolder(t))
		r := results.Mini().Recipe
		a, err := TrainLoRA(t.Context(), m, openRows(t, tok, 100), LoRARecipe{
			Rank: r.Rank, Alpha: r.Alpha, LearningRate: r.LearningRate, WarmupRatio: r.WarmupRatio, Epochs: r.Epochs, BatchRows: r.BatchRows, Seed: 1,
		}, nil)
		if err != nil {
			t.Fatal(err)
		}
		dir, err := os.MkdirTemp("", "parity-*") // t.TempDir would go with the first test
		if err != nil {
			t.Fatal(err)
		}
		trained.adapter, trained.dir = a, filepath.Join(dir, "adapter")
		if err := a.Save(trained.dir, "embedded-1m"); err != nil {
			t.Fatal(err)
		}
	})
	if trained.adapter == nil {
		t.Fatal("no adapter was trained")
	}
	return trained.adapter, trained.dir
}

var trained struct {
	once    sync.Once
	adapter *Adapter
	dir     string
}

func TestMain(m *testing.M) {
	code := m.Run()
	if trained.dir != "" {
		os.RemoveAll(filepath.Dir(trained.dir))
	}
	os.Exit(code)
}

// strange makes texts that tokenizers disagree on if on any: all Unicode planes,
// every byte that UTF-8 is made of, long runs of digits and
// blanks, contractions, case folding, combining marks, names of special tokens.
func strange(n int) []string {
	r := rand.New(rand.NewPCG(3, 7))
	words := []string{
		"the", "answer", "is", "km/h", "don't", "WE'LL", "I'ſ", "naïve", "e\u0301", "漢字かな", "한국어", "עברית", "عربي", "ไทย", "👩‍👩‍👧", "🎉",
		"<|eot_id|>", "<|begin_of_text|>", "<|", "|>", `\boxed{`, "}", "==", "...", "'s", "'T", "_x_", "½", "²", "٣٤", "Ⅷ", "𝟙𝟚", "\u0130", "ß", "ǅ",
	}
	blanks := []string{"", " ", "  ", "   ", "\n", "\r\n", "\n\n ", "\t", "\u00a0", "\u2003", "\u200b", "\u2028", "\u0085", "\u3000", "\v", "\f"}
	pieces := []func() string{
		func() string { return words[r.IntN(len(words))] },
		func() string { return words[r.IntN(len(words))] + blanks[r.IntN(len(blanks))] },
		func() string { return strings.Repeat(blanks[1+r.IntN(len(blanks)-1)], 1+r.IntN(9)) },
		func() string { return digits(r, 1+r.IntN(4)) },
		func() string { return digits(r, 1+r.IntN(400)) },
		func() string { return string(rune(r.IntN(0x250))) },
		func() string { return string(rune(r.IntN(0x110000))) }, // a surrogate becomes U+FFFD
		func() string { return string(rune(0x20 + r.IntN(0x5f))) },
		func() string { return string([]rune{rune('a' + r.IntN(26)), rune(0x300 + r.IntN(0x70))}) },
	}
	texts := make([]string, 0, n)
	for b := range 256 { // every byte, as the Latin-1 character and within other text
		texts = append(texts, string(rune(b)), "a"+string(rune(b))+"1 "+string(rune(b)))
	}
	for len(texts) < n {
		var b strings.Builder
		for range 1 + r.IntN(24) {
			b.WriteString(pieces[r.IntN(len(pieces))]())
		}
		texts = append(texts, b.String())
	}
	return texts
}

func digits(r *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('0' + r.IntN(10))
	}
	return string(b)
}
