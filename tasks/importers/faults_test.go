package importers

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
)

// TestFaults: bad files are refused with file, line and reason.
func TestFaults(t *testing.T) {
	const first = `{"question_id":"test-0","question":"q 0?","context":"","ground_truth":1,"level":"easy"}`
	for _, tt := range []struct{ name, file, text, want string }{
		{"missing field", "a.jsonl", first + "\n" + `{"question_id":"test-1","context":"","ground_truth":1,"level":"easy"}`, `a.jsonl:2: field "question" is missing`},
		{"null", "a.jsonl", first + "\n\n" + strings.Replace(first, "1,", "null,", 1), `a.jsonl:3: field "ground_truth" is missing`},
		{"wrong kind", "a.json", "[" + first + ",\n" + strings.Replace(first, `"q 0?"`, "7", 1) + "]", `a.json:2: field "question" must be a text`},
		{"NaN", "a.json", "[\n" + first + ",\n" + strings.Replace(first, "1,", "NaN,", 1) + "]", "a.json:3: invalid character 'N'"},
		{"NaN as text", "a.jsonl", first + "\n" + strings.Replace(first, "1,", `"NaN",`, 1), `a.jsonl:2: field "ground_truth": "NaN" is no finite number`},
		{"infinite", "a.jsonl", first + "\n" + strings.Replace(first, "1,", `"-inf",`, 1), `a.jsonl:2: field "ground_truth": "-inf" is no finite number`},
		{"too large", "a.jsonl", first + "\n" + strings.Replace(first, "1,", "1e999,", 1), `a.jsonl:2: field "ground_truth": "1e999" is no finite number`},
		{"one id, two questions", "a.jsonl", first + "\n\n" + strings.Replace(first, "q 0", "q 1", 1), `a.jsonl:3: another question in DIR/a.jsonl:1 has the id "test-0" too`},
		{"one id, two answers", "a.jsonl", first + "\n" + strings.Replace(first, "1,", "2,", 1), `a.jsonl:2: id "test-0" has another answer in DIR/a.jsonl:1`},
		{"repeated record", "a.jsonl", first + "\n" + first, "1 usable items are too few"},
		{"cut off", "a.json", "[\n" + first + ",\n" + first[:30], "a.json:3: the file ends too early"},
		{"not an object", "a.jsonl", first + "\n7\n", "a.jsonl:2: a record must be a JSON object"},
		{"Latin-1", "a.jsonl", first + "\n" + strings.Replace(first, "q 0", "q \xe9", 1), "a.jsonl:2: it is not UTF-8"},
		{"byte order mark", "a.jsonl", "\uFEFF" + first, "1 usable items are too few"}, // which is read
		{"Git LFS pointer", "a.jsonl", "version https://git-lfs.github.com/spec/v1\noid", "a.jsonl:1: it is a Git LFS pointer"},
		{"Git LFS pointer for Parquet", "a.parquet", "version https://git-lfs.github.com/spec/v1\noid", "a.parquet: Parquet: it is a Git LFS pointer"},
		{"no gzip", "a.jsonl.gz", first, "a.jsonl.gz: gzip: "},
		{"part of a set", "a.json", `{"rows": [{"row_idx": 0, "row": ` + first + `}], "num_rows_total": 2238, "partial": true}`, "the first part of this set of 2238 rows"},
		{"page of a set", "a.json", `{"rows": [{"row_idx": 0, "row": ` + first + `}], "num_rows_total": 2238}`, "1 rows of a set of 2238"},
		{"gap in a page", "a.json", `{"rows": [{"row_idx": 0, "row": ` + first + `}, {"row_idx": 2, "row": ` + first + `}]}`, "row_idx 2 follows 0: rows are missing"},
		{"NaN in an unused field", "a.json", "[" + strings.Replace(first, "}", `,"x":NaN,"y":-Infinity,"z":"NaN \"Infinity"}`, 1) + "]", "1 usable items are too few"}, // which is read
		{"wrapped", "a.json", `{"data": [` + first + `]}`, "1 usable items are too few"},                                                                               // which is read
		{"wrapped wrongly", "a.json", `{"data": {"a": 1}}`, `a.json:1: field "data" is no list of records`},
		{"record in a line of many", "a.json", "[" + first + "," + strings.Replace(first, "1,", "null,", 1) + "]", `a.json:1: field "ground_truth" is missing (record 2)`},
		{"UTF-16", "a.jsonl", "\xff\xfe[", "a.jsonl:1: it is UTF-16"},
		{"no Parquet", "a.parquet", first, "a.parquet: Parquet: "},
		{"cut cells", "a.json", `{"rows": [{"row": {}, "truncated_cells": ["question"]}]}`, "a.json:1: row 0 is cut or missing"},
		{"other records", "a.json", `[{"a": 1}]`, `a.json: the first record lacks field "question_id"`},
		{"empty", "a.json", "[]", "a.json: it holds no records"},
		{"too few", "a.jsonl", first, "1 usable items are too few"},
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, tt.file)
		writeFile(t, path, tt.text)
		_, err := Import(Options{Kind: "financereasoning", From: path})
		var known *results.Error
		if !errors.As(err, &known) || known.Kind != results.BadInput || !strings.Contains(strings.ReplaceAll(err.Error(), dir, "DIR"), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
	text, err := os.ReadFile("testdata/scibench.json")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "a.json")
	writeFile(t, path, strings.Replace(string(text), `"answer_number": "12"`, `"answer_number": "nan"`, 1))
	if _, err := Import(Options{Kind: "scibench", From: path}); err == nil || !strings.Contains(err.Error(), `a.json:11: field "answer_number": "nan" is no finite number`) {
		t.Errorf("a number of SciBench: %v", err)
	}
	if _, err := Import(Options{Kind: "gsm8k", From: "testdata"}); err == nil || !strings.Contains(err.Error(), "want scibench, lcb-top, financereasoning") {
		t.Errorf("unknown data set: %v", err)
	}
}

// TestUnrelatedFiles: a folder may hold other files, which are named, and hidden
// folders, but no broken records.
func TestUnrelatedFiles(t *testing.T) {
	good, err := os.ReadFile("testdata/finance.json")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, text string) { writeFile(t, filepath.Join(dir, name), text) }
	write("finance.json", string(good))
	write("words.json", `["a","b"]`)
	write("none.json", "[]")
	write("blank.jsonl", "")
	write("number.json", "7")
	write("lists.json", "[[1]]")
	write(".cache/broken.json", "{")
	made := imported(t, Options{Kind: "financereasoning", From: dir, Seed: 1})
	if d := cmp.Diff([]string{"blank.jsonl", "lists.json", "none.json", "number.json", "words.json"}, made.Manifest.NotRead); d != "" {
		t.Errorf("not read (-want +got):\n%s", d)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	linked := imported(t, Options{Kind: "financereasoning", From: link, Seed: 1})
	if d := cmp.Diff(made.Manifest, linked.Manifest); d != "" {
		t.Errorf("the folder by a link (-want +got):\n%s", d)
	}
	write("more.jsonl", `{"question_id":"more","question":"q?","context":"","ground_truth":1,"level":"easy"}`+"\n7\n")
	if _, err := Import(Options{Kind: "financereasoning", From: dir, Seed: 1}); err == nil || !strings.Contains(err.Error(), "more.jsonl:2: a record must be a JSON object") {
		t.Errorf("a broken record: %v", err)
	}
}

// FuzzJSON holds that any text gives records with lines in the file, or an error
// on one line.
func FuzzJSON(f *testing.F) {
	for _, s := range []string{"[{\"a\":1},\n{\"a\":2}]", "{\"a\":1}\n{\"a\":2}\n", `{"rows":[{"row":{}}]}`, `{"data":[{"a":NaN}]}`, "[{\"question\":-Infinity}]", "[", "[[]]", "[]]", "{} ,", "7", "[{}", "", "\uFEFF"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rows, err := readJSON("f.json", strings.NewReader(text), nil)
		if err != nil && !strings.HasPrefix(err.Error(), "f.json:") {
			t.Fatalf("%q: %v", text, err)
		}
		for _, r := range rows {
			if r.line < 1 || r.line > 1+strings.Count(text, "\n") || r.fields == nil {
				t.Fatalf("%q: row %+v", text, r)
			}
		}
	})
}
