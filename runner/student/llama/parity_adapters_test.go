//go:build parity

package llama

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The reference is what the requirements pin.
func TestParityVersions(t *testing.T) {
	pins, err := os.ReadFile("../../../bench/parity/requirements.in")
	if err != nil {
		t.Fatal(err)
	}
	var versions map[string]string
	StartReference(t).Ask(t, "versions", Args{}, &versions)
	for name, version := range versions {
		version, _, _ = strings.Cut(version, "+") // torch adds how it was built
		if !strings.Contains(string(pins), "\n"+name+"=="+version+"\n") {
			t.Errorf("%s %s is not what is pinned", name, version)
		}
	}
	t.Logf("%v", versions)
}

// An adapter trained here scores the same when PEFT loads it.
func TestParityScores(t *testing.T) {
	folder := embeddedFolder(t)
	m, tok := loaded(t, folder)
	items, judges := publicItems(t)
	prompts := make([][]int, len(items))
	for i, item := range items {
		prompts[i] = tok.ChatPrompt(item.Question)
	}
	a, dir := trainedAdapter(t)
	there := greedyThere(t, folder, dir, prompts, 96, tok.EOT())
	scoreHere, scoreThere := 0, 0
	for i, ids := range greedyHere(t, m.Merged(a), prompts, 96, tok.EOT()) {
		if judges[i].Judge(tok.Decode(ids), items[i]).Correct {
			scoreHere++
		}
		if judges[i].Judge(there[i].Text, items[i]).Correct {
			scoreThere++
		}
	}
	t.Logf("%d of %d correct here, %d there", scoreHere, len(items), scoreThere)
	if d := scoreHere - scoreThere; d < -1 || d > 1 {
		t.Errorf("%d of %d items are correct here, %d there", scoreHere, len(items), scoreThere)
	}
	if scoreHere < len(items)/4 {
		t.Errorf("only %d of %d correct: the adapter has learned too little to compare", scoreHere, len(items))
	}
}

// An adapter trained by PEFT does here what it does there, whatever layers it is
// of.
func TestParityAdapterTrainedThere(t *testing.T) {
	folder := embeddedFolder(t)
	m, tok := loaded(t, folder)
	rows := openRows(t, tok, 20)
	weights := make([][]float32, len(rows))
	for i, row := range rows {
		weights[i] = row.Weights
	}
	for _, targets := range []any{"all-linear", []string{"q_proj", "v_proj"}} {
		t.Run(fmt.Sprint(targets), func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "adapter")
			StartReference(t).Ask(t, "train", Args{
				"folder": folder, "to": dir, "rows": idsOf(rows), "weights": weights, "targets": targets, "rank": 6, "alpha": 12,
				"rate": 5e-3, "updates": 20, "batch": 6, "seed": 1,
			}, nil)
			a, err := LoadAdapter(os.DirFS(dir), m)
			if err != nil {
				t.Fatal(err)
			}
			some := idsOf(rows[:12])
			if moved := worst(allLogits(m.Merged(a), some), allLogits(m, some), m.Config.VocabSize); moved < 100*logitsWithin {
				t.Errorf("the adapter moves the logits by %.1e only: nothing to compare", moved)
			}
			sameLogits(t, m.Merged(a), folder, dir, some)
		})
	}
}

// The folder that Save writes is one that transformers takes for a chat model.
func TestParityFolder(t *testing.T) {
	m, tok := loaded(t, embeddedFolder(t))
	folder := filepath.Join(t.TempDir(), "model")
	if err := m.Save(folder, tok); err != nil {
		t.Fatal(err)
	}
	const question, answerText = "What is 12 + 30?\n\nSay so.", "It's 12 + 30 = 42."
	ids, from := tok.ChatRow(question, answerText)
	var got struct {
		IDs     []int
		From    int
		Decoded string
	}
	StartReference(t).Ask(t, "chat", Args{"folder": folder, "question": question, "answer": answerText}, &got)
	if d := cmp.Diff(got.IDs, ids); d != "" || got.From != from || got.Decoded != answerText {
		t.Errorf("the answer %q begins at %d, ours at %d; tokens (-transformers +ours):\n%s", got.Decoded, got.From, from, d)
	}
	sameLogits(t, m, folder, "", [][]int{ids})
}
