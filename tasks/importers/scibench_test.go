package importers

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestSciBenchExamples: worked examples are known in a file of all books, in
// pages of it that hold one book each, and by the name of their own file.
func TestSciBenchExamples(t *testing.T) {
	const example = `{"problem_text":"A made-up example. What is 1 + 1?","answer_number":"2","unit":"","source":"stat","solution":"It is 2."}`
	data, err := os.ReadFile("testdata/scibench.json")
	if err != nil {
		t.Fatal(err)
	}
	var rows []json.RawMessage
	if err := json.Unmarshal(data, &rows); err != nil {
		t.Fatal(err)
	}
	want := imported(t, Options{Kind: "scibench", From: "testdata/scibench.json", Seed: 1})
	for name, files := range map[string]map[string][]json.RawMessage{
		"one file":          {"all.json": append(rows[:len(rows):len(rows)], json.RawMessage(example))},
		"pages":             {"page-0.json": rows, "page-1.json": {json.RawMessage(example)}},
		"a file of its own": {"stat.json": rows, "stat_sol.json": {json.RawMessage(example)}},
		"before the items":  {"a_sol.json": {json.RawMessage(example)}, "stat.json": rows},
	} {
		dir := t.TempDir()
		for file, records := range files {
			writeFile(t, filepath.Join(dir, file), served(records))
		}
		got := imported(t, Options{Kind: "scibench", From: dir, Seed: 1})
		if sets(got.Manifest) != sets(want.Manifest) {
			t.Errorf("%s: %s, without the example %s", name, sets(got.Manifest), sets(want.Manifest))
		}
		worked := slices.DeleteFunc(got.Manifest.LeftOut, func(l Left) bool { return l.Reason != "a worked example, no test item" })
		if len(worked) != 1 {
			t.Errorf("%s: %d worked examples are left out, want 1", name, len(worked))
		}
	}
}
