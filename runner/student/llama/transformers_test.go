package llama

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTransformersReadsOurFiles needs a Python with torch, transformers and
// peft: its path is taken from TRANSFORMERS_PYTHON.
func TestTransformersReadsOurFiles(t *testing.T) {
	python := os.Getenv("TRANSFORMERS_PYTHON")
	if python == "" {
		t.Skip("TRANSFORMERS_PYTHON names no Python with transformers and peft")
	}
	const question, answer = "What is 12 + 30?\n\nSay so.", "It's 12 + 30 = 42."
	tok := TrainTokenizer(slices.Values([]string{question, answer, "The answer is what it is."}), 290, ChatSpecials())
	for _, tied := range []bool{true, false} {
		c := tiny(tied)
		c.VocabSize, c.BOS, c.EOS = tok.Size(), TokenID(tok.BOS()), TokenID(tok.EOT())
		m := loud(c)
		ids, from := tok.ChatRow(question, answer)
		row := Example{ids, make([]float32, len(ids))}
		row.Weights[from] = 1
		a := mustTrain(t, m, []Example{row}, recipe)
		dir := t.TempDir()
		if err := m.Save(dir, tok); err != nil {
			t.Fatal(err)
		}
		if err := a.Save(filepath.Join(dir, "adapter"), dir); err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), python, "testdata/read.py", dir, question, answer)
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			expected
			Decoded string
		}
		if err := json.Unmarshal(out, &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(got.IDs, ids); diff != "" || got.AnswerFrom != from || got.Decoded != answer {
			t.Errorf("the answer %q begins at %d, ours at %d; tokens (-transformers +ours):\n%s", got.Decoded, got.AnswerFrom, from, diff)
		}
		sameLogProbs(t, m, ids, got.LogProbs)
		sameLogProbs(t, m.Merged(a), ids, got.Adapter)
	}
}
