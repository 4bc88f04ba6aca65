package science

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// dataset returns the path of published data below the datasets folder, which is
// not part of the project. The test is skipped where it is absent.
func dataset(t *testing.T, name string) string {
	t.Helper()
	root := os.Getenv("AUTODATABENCH_DATASETS")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared", "datasets")
	}
	path := filepath.Join(root, name)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		t.Skipf("no %s: set AUTODATABENCH_DATASETS to the folder of the published data", path)
	}
	return path
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// different lists the lines of scoring_vectors.jsonl whose verdict is another
// one here on purpose, with the reason. There are none.
var different = map[int]string{}

func TestScoringVectors(t *testing.T) {
	type vector struct {
		Response     string  `json:"response"`
		AnswerNumber string  `json:"answer_number"`
		Unit         string  `json:"unit"`
		Parsed       *string `json:"parsed"`
		GoldUsed     string  `json:"gold_used"`
		UnitInPrompt string  `json:"unit_in_prompt"`
		Correct      bool    `json:"correct"`
	}
	lines := bytes.Split(bytes.TrimSpace(read(t, dataset(t, "scibench/scoring_vectors.jsonl"))), []byte("\n"))
	for i, line := range lines {
		var v vector
		if err := json.Unmarshal(line, &v); err != nil {
			t.Fatalf("line %d: %v", i+1, err)
		}
		parsed := ""
		if v.Parsed != nil {
			parsed = *v.Parsed
		}
		wantGold, err := strconv.ParseFloat(v.GoldUsed, 64)
		if err != nil {
			t.Fatalf("line %d: %v", i+1, err)
		}
		gold, unit, ok := Gold(v.AnswerNumber, v.Unit)
		if gold != wantGold || unit != v.UnitInPrompt || !ok {
			t.Errorf("line %d: gold %v with unit %q (%v), want %v with %q", i+1, gold, unit, ok, wantGold, v.UnitInPrompt)
		}
		got := Evaluator{}.Judge(v.Response, item(v.AnswerNumber, v.Unit))
		agrees := got.Correct == v.Correct && got.Extracted == parsed
		if reason, listed := different[i+1]; agrees == listed {
			t.Errorf("line %d: %s\ngot  %v with %q (%s)\nwant %v with %q\nlisted as different: %v %s",
				i+1, v.Response, got.Correct, got.Extracted, got.Reason, v.Correct, parsed, listed, reason)
		}
	}
	t.Logf("%d vectors, %d of them listed as different", len(lines), len(different))
}

func TestPublishedItems(t *testing.T) {
	type published struct {
		AnswerNumber string `json:"answer_number"`
		Unit         string `json:"unit"`
	}
	files, err := filepath.Glob(filepath.Join(dataset(t, "scibench/original"), "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	var unreadable []string
	count := map[string]int{} // of evaluation items, by what their unit does
	for _, file := range files {
		var items []published
		if err := json.Unmarshal(read(t, file), &items); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for i, p := range items {
			where := filepath.Base(file) + " " + strconv.Itoa(i)
			_, promptUnit, ok := Gold(p.AnswerNumber, p.Unit)
			if !ok {
				unreadable = append(unreadable, filepath.Base(file)+" "+p.AnswerNumber)
			}
			kind := "ordinary"
			switch {
			case promptUnit != p.Unit:
				kind = "scaled"
			case powerOfTen.MatchString(p.Unit):
				kind = "power is the unit"
			}
			if !strings.HasSuffix(file, "_sol.json") {
				count[kind]++
			}
			checkPublished(t, where, p.AnswerNumber, p.Unit, ok)
		}
	}
	if diff := cmp.Diff([]string{"diff.json 89,034.79", "diff.json −2", "diff.json −1.642876", "diff.json 102,965.21"}, unreadable); diff != "" {
		t.Errorf("unreadable published answers (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]int{"ordinary": 490, "scaled": 76, "power is the unit": 14}, count); diff != "" {
		t.Errorf("evaluation items (-want +got):\n%s", diff)
	}
}

// checkPublished judges the published answer as a student would write it.
func checkPublished(t *testing.T, where, answer, unit string, readable bool) {
	t.Helper()
	judge := func(text string, want bool) {
		t.Helper()
		if v := (Evaluator{}).Judge("So it is \\boxed{"+text+"}.", item(answer, unit)); v.Correct != want {
			t.Errorf("%s: %q for %q with unit %q: %v (%s), want %v", where, text, answer, unit, v.Correct, v.Reason, want)
		}
	}
	exponent, _, scaled := splitUnit(unit)
	if !scaled {
		judge(answer, readable)
		judge("x = "+answer+" "+unit, readable)
		return
	}
	judge(answer, false)
	judge(answer+` \times 10^{`+exponent+"}", true)
	judge(answer+` \times `+unit, true)
	judge(strings.TrimSpace(answer)+"e"+exponent, true)
}
