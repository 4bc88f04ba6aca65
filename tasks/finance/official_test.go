package finance

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks"
)

// The vectors that ours judges differently, by answer.
var differentVectors = map[string]string{
	"5, 6": "Python reads a tuple, whose first number counts",
	"5/2":  "Python divides",
}

// The ends of outputs that ours judges differently, by question, mode and
// model. No cleaned answer is judged differently.
var differentTails = map[string]string{
	"test-2073 cot claude-3-5-sonnet-20241022": "the language model read -1.29, from the working; the closing words say 1.29",
	"test-2123 cot deepseek-v3":                "the language model read 101.531 without the closing words",
	"test-2125 cot deepseek-r1":                "the language model read nothing; the closing words say True",
	"test-2125 cot deepseek-v3":                "the language model read nothing; the closing words say True",
	"test-2031 cot deepseek-v3":                "the language model read nothing; the closing words say 11.818",
	"test-2158 cot deepseek-v3":                "the language model read nothing; the closing words say 5.340",
}

// maxDifferent is the share of cases that may differ.
const maxDifferent = 0.02

// agreement compares verdicts with official ones but for the listed cases.
type agreement struct {
	different map[string]string // case to reason
	total     int
	seen      map[string]bool
}

func (a *agreement) check(t *testing.T, name string, got results.Verdict, official int) {
	t.Helper()
	a.total++
	if got.Correct == (official == 1) {
		return
	}
	if a.seen == nil {
		a.seen = map[string]bool{}
	}
	a.seen[name] = true
	if a.different[name] == "" {
		t.Errorf("%q: %+v, official %d", name, got, official)
	}
}

func (a *agreement) finish(t *testing.T, what string) {
	t.Helper()
	for name := range a.different {
		if !a.seen[name] {
			t.Errorf("%q is listed as different and is not", name)
		}
	}
	t.Logf("%s: %d of %d verdicts agree", what, a.total-len(a.seen), a.total)
}

func TestScoringVectors(t *testing.T) {
	a := agreement{different: differentVectors}
	readLines(t, "scoring_vectors.jsonl", func(line []byte) {
		var v struct {
			Answer      string          `json:"answer"`
			GroundTruth json.RawMessage `json:"ground_truth"`
			Acc         int             `json:"acc"`
		}
		decode(t, line, &v)
		a.check(t, v.Answer, Evaluator{}.JudgeExtracted(v.Answer, published(v.GroundTruth)), v.Acc)
	})
	if a.total != 33 {
		t.Errorf("%d vectors, want 33", a.total)
	}
	a.finish(t, "vectors")
}

func TestOfficialVerdicts(t *testing.T) {
	answers, tails := agreement{different: map[string]string{}}, agreement{different: differentTails}
	readLines(t, "official_verdicts_hard.jsonl", func(line []byte) {
		var v struct {
			ID          string          `json:"question_id"`
			Mode        string          `json:"mode"`
			Model       string          `json:"model"`
			GroundTruth json.RawMessage `json:"ground_truth"`
			Answer      string          `json:"answer"` // null reads as empty
			Acc         int             `json:"acc"`
			OutputTail  string          `json:"output_tail"`
		}
		decode(t, line, &v)
		name, item := strings.Join([]string{v.ID, v.Mode, v.Model}, " "), published(v.GroundTruth)
		answers.check(t, name, Evaluator{}.JudgeExtracted(v.Answer, item), v.Acc)
		if v.Mode == "cot" {
			tails.check(t, name, Evaluator{}.Judge(v.OutputTail, item), v.Acc)
		}
	})
	if answers.total != 1428 || tails.total != 714 {
		t.Errorf("%d answers and %d output tails, want 1428 and 714", answers.total, tails.total)
	}
	answers.finish(t, "answers")
	tails.finish(t, "output tails")
}

func TestPublishedItems(t *testing.T) {
	total, booleans := 0, 0
	for _, level := range []string{"easy", "medium", "hard"} {
		var items []struct {
			ID          string          `json:"question_id"`
			GroundTruth json.RawMessage `json:"ground_truth"`
		}
		decode(t, readData(t, level+".json"), &items)
		for _, item := range items {
			total++
			gold := string(item.GroundTruth)
			want, ok := parse(gold)
			if !ok {
				t.Errorf("%s: published answer %s is not read", item.ID, gold)
			}
			if want.boolean {
				booleans++
			}
			if v := (Evaluator{}).Judge("Therefore, the answer is "+gold, published(item.GroundTruth)); !v.Correct {
				t.Errorf("%s: %s for itself: %+v", item.ID, gold, v)
			}
		}
	}
	if total != 2238 || booleans != 14 {
		t.Errorf("%d items with %d booleans, want 2238 with 14", total, booleans)
	}
}

func TestListedDifferences(t *testing.T) {
	const cases = 33 + 1428 + 714
	if n := len(differentVectors) + len(differentTails); float64(n) > maxDifferent*cases {
		t.Errorf("%d of %d cases differ, more than 2 %%", n, cases)
	}
}

func published(groundTruth json.RawMessage) tasks.Item {
	return tasks.Item{Fields: map[string]string{"ground_truth": string(groundTruth)}}
}

// readData reads a file of the published data and skips where there is none.
func readData(t *testing.T, name string) []byte {
	t.Helper()
	root := os.Getenv("AUTODATABENCH_DATASETS")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared", "datasets")
	}
	folder := filepath.Join(root, "financereasoning")
	if _, err := os.Stat(folder); os.IsNotExist(err) {
		t.Skipf("the published data is not here: no folder %s (set AUTODATABENCH_DATASETS)", folder)
	}
	data, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func readLines(t *testing.T, name string, each func(line []byte)) {
	t.Helper()
	lines := bufio.NewScanner(strings.NewReader(string(readData(t, name))))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		each(lines.Bytes())
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}

func decode(t *testing.T, data []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}
