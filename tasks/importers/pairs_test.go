package importers

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"github.com/autodatabench/autodatabench/tasks/folder"
)

// lined is a text of n lines with a number and its double in them, behind a head.
func lined(head, line string, n int) string {
	var b strings.Builder
	b.WriteString(head)
	for i := range n {
		fmt.Fprintf(&b, line, i, 2*i)
	}
	return b.String()
}

// TestReadPairs reads the same eight pairs from the tables that people have.
func TestReadPairs(t *testing.T) {
	type cells struct {
		Question string
		Answer   int64
		Note     float64
	}
	var columns bytes.Buffer
	w := parquet.NewGenericWriter[cells](&columns)
	for i := range int64(8) {
		if _, err := w.Write([]cells{{fmt.Sprintf("What is twice %d?", i), 2 * i, math.NaN()}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write([]byte(lined("", `{"question": "What is twice %d?", "answer": %d}`+"\n", 8))); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	array := strings.TrimSuffix(lined("[", `{"question": "What is twice %d?", "x": -Infinity, "answer": %d},`, 8), ",") + "]"
	for _, tt := range []struct {
		name, text string
		columns    folder.Columns
	}{
		{"plain.csv", lined("question,answer\n", "What is twice %d?,%d\n", 8), folder.Columns{}},
		{"excel.csv", lined("\uFEFFquestion,answer\r\n", "What is twice %d?,%d\r\n", 8), folder.Columns{}},
		{"semicolon.csv", lined("question;answer\n", "What is twice %d?;%d\n", 8), folder.Columns{}},
		{"sep.csv", lined("sep=;\r\nquestion;answer\r\n", "What is twice %d?;%d\r\n", 8), folder.Columns{}},
		{"tab.tsv", lined("question\tanswer\n", "What is twice %d?\t%d\n", 8), folder.Columns{}},
		{"case.csv", lined("Question , ANSWER\n", "What is twice %d?, %d\n", 8), folder.Columns{}},
		{"swapped.csv", lined("answer,note,question\n", "%[2]d,\"a,b\",What is twice %[1]d?\n", 8), folder.Columns{}},
		{"named.csv", lined("Task|Result\n", "What is twice %d?|%d\n", 8), folder.Columns{Question: "task", Answer: "result", Separator: '|'}},
		{"lines.jsonl", lined("", `{"question": "What is twice %d?", "answer": %d, "x": NaN}`+"\r\n\n", 8), folder.Columns{}},
		{"array.json", "\uFEFF" + array, folder.Columns{}},
		{"wrapped.json", `{"data": ` + array + `}`, folder.Columns{}},
		{"named.json", strings.ReplaceAll(array, `"question"`, `"Input "`), folder.Columns{Question: "INPUT"}},
		{"packed.jsonl.gz", packed.String(), folder.Columns{}},
		{"columns.parquet", columns.String(), folder.Columns{Question: "question", Answer: "answer"}},
	} {
		path := filepath.Join(t.TempDir(), tt.name)
		writeFile(t, path, tt.text)
		pairs, findings, err := ReadPairs(path, tt.columns)
		if err != nil || len(findings) > 0 || len(pairs) != 8 {
			t.Errorf("%s: %d pairs, %v, %v", tt.name, len(pairs), findings, err)
			continue
		}
		for i, p := range pairs {
			if p.Value.Question != fmt.Sprintf("What is twice %d?", i) || p.Value.Answer != fmt.Sprint(2*i) {
				t.Errorf("%s: pair %+v", tt.name, p)
			}
		}
	}
}

func TestReadPairsRefuses(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"utf16.csv", "\xff\xfeq\x00", "utf16.csv:1: it is UTF-16; save it as UTF-8"},
		{"latin1.csv", "question,answer\nK\xf6ln?,1\n", "latin1.csv:2: it is not UTF-8"},
		{"other.csv", "q;a\n1;2\n", `other.csv:1: the first line must be: question,answer; it has the columns q;a (separated by ',')`},
		{"twice.csv", "question,question,answer\n1,2,3\n", `the column "question" stands twice`},
		{"page.json", `{"rows": [{"row": {"question": "a", "answer": 1}}], "num_rows_total": 20}`, "hold 1 rows of a set of 20"},
		{"null.jsonl", lined("", `{"question": "What is twice %d?", "answer": %d}`+"\n", 8) + `{"question": "b", "answer": null}`, `null.jsonl:9: field "answer" is empty`},
		{"nan.jsonl", `{"question": "b", "answer": NaN}`, `field "answer" is NaN`},
		{"others.jsonl", `{"instruction": "b", "output": 1}`, "no record has the field question"},
		{"list.jsonl", `{"question": "b", "answer": [1]}`, `field "answer" must be a text or a number`},
		{"missing.csv", "", "the file is missing"},
		{"missing.json", "", "no such file"},
	} {
		path := filepath.Join(t.TempDir(), tt.name)
		if !strings.HasPrefix(tt.name, "missing") {
			writeFile(t, path, tt.text)
		}
		_, findings, err := ReadPairs(path, folder.Columns{})
		if got := fmt.Sprint(findings, err); !strings.Contains(got, tt.want) {
			t.Errorf("%s: %s, want %q", tt.name, got, tt.want)
		}
	}
	if _, findings, _ := ReadPairs(t.TempDir(), folder.Columns{}); len(findings) != 1 {
		t.Errorf("a folder: %v", findings)
	}
	long := filepath.Join(t.TempDir(), "large.jsonl")
	writeFile(t, long, lined("", `{"question": "What is %d?", "answer": 900719925474099%d}`+"\n", 8))
	if pairs, _, err := ReadPairs(long, folder.Columns{}); err != nil || pairs[1].Value.Answer != "9007199254740992" {
		t.Errorf("a whole number beyond 2^53: %v, %v", pairs, err)
	}
}
