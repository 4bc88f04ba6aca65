package code

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/tasks"
)

// readRows reads a file of JSON lines of the LiveCodeBench data, which is not
// part of the project.
func readRows[T any](t *testing.T, name string) []T {
	t.Helper()
	folder := cmp.Or(os.Getenv("AUTODATABENCH_DATASETS"), "../../../shared/datasets")
	if _, err := os.Stat(folder); err != nil {
		t.Skipf("no evaluation data: %s is absent; AUTODATABENCH_DATASETS names another folder", folder)
	}
	data, err := os.ReadFile(filepath.Join(folder, "lcb_top", name))
	if err != nil {
		t.Fatal(err)
	}
	var rows []T
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var row T
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	return rows
}

// deviations are the responses that are judged otherwise than officially, with
// the reason. There are none.
var deviations = map[string]string{}

// TestScoringVectors compares with verdicts obtained from the official scorer.
func TestScoringVectors(t *testing.T) {
	rows := readRows[struct {
		Response       string `json:"response"`
		ExpectedOutput string `json:"expected_output"`
		Extracted      string `json:"extracted"`
		Correct        bool   `json:"correct"`
	}](t, "scoring_vectors.jsonl")
	agreeing := 0
	for _, r := range rows {
		item := tasks.Item{Fields: map[string]string{"expected_output": r.ExpectedOutput}}
		got := Evaluator{}.Judge(r.Response, item)
		same := got.Extracted == r.Extracted && got.Correct == r.Correct && Evaluator{}.JudgeExtracted(r.Extracted, item).Correct == r.Correct
		if same {
			agreeing++
		}
		if _, listed := deviations[r.Response]; same == listed {
			t.Errorf("%q for %s: got %+v, officially %v with %q", r.Response, r.ExpectedOutput, got, r.Correct, r.Extracted)
		}
	}
	t.Logf("%d of %d agree", agreeing, len(rows))
	if len(rows) == 0 || len(deviations)*50 > len(rows) {
		t.Errorf("%d deviations in %d rows", len(deviations), len(rows))
	}
}

// TestPublishedItems holds that every published output is read, and judged right
// where an assertion states it as Python and wrong where it states another value.
func TestPublishedItems(t *testing.T) {
	rows := readRows[struct {
		ID          string `json:"id"`
		Answer      string `json:"answer"`
		Content     string `json:"question_content"`
		StarterCode string `json:"starter_code"`
		Function    string `json:"function_name"`
		Input       string `json:"input"`
	}](t, "lcb_top_subset129.jsonl")
	if len(rows) == 0 {
		t.Error("no rows")
	}
	for _, r := range rows {
		test, err := json.Marshal([]map[string]string{{"input": r.Input, "output": r.Answer, "testtype": "functional"}})
		if err != nil {
			t.Fatal(err)
		}
		prompt := Prompt(r.Content, r.StarterCode, r.Function, r.Input)
		_, asked, _ := strings.Cut(prompt, "\nassert ")
		call, _, _ := strings.Cut(asked, " == # TODO")
		python := strings.NewReplacer("true", "True", "false", "False", "null", "None").Replace(r.Answer)
		for _, c := range []struct {
			written string
			correct bool
		}{
			{python, true}, {"(" + python + ") # so", true}, {python + ", 'message'", true},
			{"[" + python + "]", false}, {"(" + python + ",)", false}, {"'' 'other'", false}, {"3**99", false}, {"{" + python + ": 1}", false}, {"", false},
		} {
			for _, item := range []tasks.Item{{Answer: r.Answer}, {Fields: map[string]string{"test": string(test)}}} {
				got := Evaluator{}.Judge("So:\n```python\nassert "+call+" == "+c.written+"\n```", item)
				if got.Correct != c.correct || got.Extracted != "assert "+call+" == "+c.written {
					t.Errorf("%s: %+v, want correct %v", r.ID, got, c.correct)
				}
			}
		}
	}
}
