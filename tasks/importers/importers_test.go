package importers

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autodatabench/results"
	"autodatabench/tasks/evaluators"
	"autodatabench/tasks/folder"
)

// fixtures are made-up records in the published form. Those of SciInstruct,
// LiveCodeBench's code generation and TACO follow their documented fields; the
// data itself was not at hand.
var fixtures = map[string]string{"scibench": "scibench", "lcb-top": "lcb", "financereasoning": "finance"}

func imported(t *testing.T, o Options) Imported {
	t.Helper()
	made, err := Import(o)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// sets are what two people must share.
func sets(m *Manifest) string { return fmt.Sprint(m.Public, m.Private, m.Pool) }

// TestForms imports the same records as JSON, JSON lines, Parquet and as the
// dataset server sends them.
func TestForms(t *testing.T) {
	for kind, name := range fixtures {
		path := filepath.Join("testdata", name+".json")
		want := imported(t, Options{Kind: kind, From: path, Seed: 3})
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var rows []json.RawMessage
		if err := json.Unmarshal(data, &rows); err != nil {
			t.Fatal(err)
		}
		var lines, served bytes.Buffer
		for i, row := range rows {
			if err := json.Compact(&lines, row); err != nil {
				t.Fatal(err)
			}
			lines.WriteByte('\n')
			if i > 0 {
				served.WriteByte(',')
			}
			fmt.Fprintf(&served, `{"row_idx": %d, "row": %s, "truncated_cells": []}`, i, row)
		}
		dir := t.TempDir()
		for file, text := range map[string]string{
			"lines.jsonl": lines.String(), "served.json": `{"features": [], "rows": [` + served.String() + `], "partial": false}`,
		} {
			if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for _, from := range []string{filepath.Join(dir, "lines.jsonl"), filepath.Join(dir, "served.json"), filepath.Join("testdata", name+".parquet")} {
			if got := imported(t, Options{Kind: kind, From: from, Seed: 3}); sets(got.Manifest) != sets(want.Manifest) {
				t.Errorf("%s from %s: %s, from JSON %s", kind, filepath.Base(from), sets(got.Manifest), sets(want.Manifest))
			}
		}
		if other := imported(t, Options{Kind: kind, From: path, Seed: 4}); other.Manifest.Public == want.Manifest.Public {
			t.Errorf("%s: another seed gives the same split", kind)
		}
		// A folder with all forms holds nothing twice.
		if all := imported(t, Options{Kind: kind, From: dir, Seed: 3}); sets(all.Manifest) != sets(want.Manifest) {
			t.Errorf("%s: a folder with two forms gives %s", kind, sets(all.Manifest))
		}
		holds(t, want)
	}
}

// holds checks what every imported task must hold to.
func holds(t *testing.T, made Imported) {
	t.Helper()
	kind := made.Manifest.Task
	total := len(made.Content.Public) + len(made.Private)
	if share := float64(len(made.Content.Public)) / float64(total); share < 0.23 || share > 0.3 {
		t.Errorf("%s: %d of %d are public", kind, len(made.Content.Public), total)
	}
	e, err := evaluators.Open(made.Content.Config.Evaluator)
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range slices.Concat(made.Content.Public, made.Private) {
		if err := e.Check(item); err != nil {
			t.Errorf("%s: %s: %v", kind, item.ID, err)
		}
	}
	c := made.Content
	if findings := c.Hides(made.Private); len(findings) > 0 {
		t.Errorf("%s: %q", kind, findings)
	}
	for _, q := range c.Seed {
		if strings.Contains(q, "SECRET") || folder.Answered(q) != "" {
			t.Errorf("%s: seed question %q", kind, q)
		}
	}
	dir := filepath.Join(t.TempDir(), kind)
	c.Config.PrivateDigest = strings.Repeat("0", 64)
	if err := folder.Write(dir, c); err != nil {
		t.Fatal(err)
	}
	if _, findings, err := folder.Open(dir); err != nil || len(findings) > 0 {
		t.Errorf("%s: %q, %v", kind, findings, err)
	}
}

func TestLeftOut(t *testing.T) {
	made := imported(t, Options{Kind: "scibench", From: "testdata/scibench.json", Seed: 1})
	var got []string
	for _, l := range made.Manifest.LeftOut {
		got = append(got, l.ID+": "+l.Reason)
	}
	want := []string{"atkins-004: it repeats atkins-002", `stat-003: it cannot be answered: the published answer "1,234.5" is not a number`}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	for _, item := range slices.Concat(made.Content.Public, made.Private) {
		switch item.ID {
		case "fund-002": // a scaled item keeps its unit as published
			if item.Fields["unit"] != `$10^{-19} \mathrm{~J}$` || item.Answer != "5.6e-18" || !strings.HasSuffix(item.Question, `The unit of the answer is \mathrm{~J}$.`) {
				t.Errorf("scaled item %+v", item)
			}
		case "atkins-001":
			if item.Fields["unit"] != "$\\mathrm{kg m/s}$ " {
				t.Errorf("the unit's space is gone: %q", item.Fields["unit"])
			}
		}
	}
}

// The seed pools of science and code come from other data, without answers, and
// without what the test items hold.
func TestPools(t *testing.T) {
	science := imported(t, Options{Kind: "scibench", From: "testdata/scibench.json", SeedFrom: []string{"testdata/sciinstruct.json"}, Seed: 1})
	if got := len(science.Content.Seed); got != 2 {
		t.Errorf("science: %d seeds %q", got, science.Content.Seed)
	}
	want := map[string]int{"its answer is no number": 1, "it asks for a proof": 1, "too short": 1, "it holds an answer": 1, "it overlaps with an item": 1}
	if d := cmp.Diff(want, science.Manifest.PoolLeftOut); d != "" {
		t.Errorf("science, left out: %s", d)
	}
	holds(t, science)
	code := imported(t, Options{Kind: "lcb-top", From: "testdata/lcb.json", SeedFrom: []string{"testdata/code_generation.jsonl", "testdata/taco.jsonl"}, Seed: 1})
	if len(code.Content.Seed) != 6 || code.Manifest.PoolLeftOut["it overlaps with an item"] != 1 {
		t.Errorf("code: seeds %q, left out %v", code.Content.Seed, code.Manifest.PoolLeftOut)
	}
	holds(t, code)
	finance := imported(t, Options{Kind: "financereasoning", From: "testdata/finance.json", Seed: 1})
	if n := len(finance.Content.Seed); n < 18 || n > 22 {
		t.Errorf("finance: %d of 40 are seeds", n)
	}
	if _, err := Import(Options{Kind: "financereasoning", From: "testdata/finance.json", SeedFrom: []string{"testdata/taco.jsonl"}}); err == nil {
		t.Error("finance takes seeds from elsewhere")
	}
}

// TestOverlap: a candidate that holds a short item among other words is known.
func TestOverlap(t *testing.T) {
	known := suite{shingle: 13}.overlap([]entry{{raw: "What is the mass of a neutron?"}, {raw: "How much?"}})
	for question, want := range map[string]bool{
		"What is the mass of a neutron?": true,
		"Think of physics, slowly and with care, then say: what is  the MASS of a neutron? Give it in kilograms, please.": true,
		"What is the mass of a proton, in kilograms, as far as it was measured in the last hundred years, please?":        false,
		"Sugar is sold in bags of two kilograms, and every bag costs three dollars. How much? Round it to whole dollars.": false,
	} {
		if got := known(candidate{question: question}); got != want {
			t.Errorf("%q: %v, want %v", question, got, want)
		}
	}
}

// TestFaults: bad files are refused with file, line and reason.
func TestFaults(t *testing.T) {
	const first = `{"question_id":"test-0","question":"q 0?","context":"","ground_truth":1,"level":"easy"}`
	for _, tt := range []struct{ name, file, text, want string }{
		{"missing field", "a.jsonl", first + "\n" + `{"question_id":"test-1","context":"","ground_truth":1,"level":"easy"}`, `a.jsonl:2: field "question" is missing`},
		{"null", "a.jsonl", first + "\n\n" + strings.Replace(first, "1,", "null,", 1), `a.jsonl:3: field "ground_truth" is missing`},
		{"wrong kind", "a.json", "[" + first + ",\n" + strings.Replace(first, `"q 0?"`, "7", 1) + "]", `a.json:2: field "question" must be a text`},
		{"NaN", "a.json", "[\n" + first + ",\n" + strings.Replace(first, "1,", "NaN,", 1) + "]", "a.json:3: invalid character 'N'"},
		{"cut off", "a.json", "[\n" + first + ",\n" + first[:30], "a.json:3: the file ends too early"},
		{"not an object", "a.jsonl", first + "\n7\n", "a.jsonl:2: a record must be a JSON object"},
		{"Latin-1", "a.jsonl", first + "\n" + strings.Replace(first, "q 0", "q \xe9", 1), "a.jsonl:2: it is not UTF-8"},
		{"byte order mark", "a.jsonl", "\uFEFF" + first, "a.jsonl:1: it begins with a byte order mark"},
		{"UTF-16", "a.jsonl", "\xff\xfe[", "a.jsonl:1: it is UTF-16"},
		{"no Parquet", "a.parquet", first, "a.parquet: Parquet: "},
		{"cut cells", "a.json", `{"rows": [{"row": {}, "truncated_cells": ["question"]}]}`, "a.json:1: row 0 is cut or missing"},
		{"other records", "a.json", `[{"a": 1}]`, `a.json: the first record lacks field "question_id"`},
		{"empty", "a.json", "[]", "a.json: it holds no records"},
		{"too few", "a.jsonl", first, "1 usable items are too few"},
	} {
		path := filepath.Join(t.TempDir(), tt.file)
		if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Import(Options{Kind: "financereasoning", From: path})
		var known *results.Error
		if !errors.As(err, &known) || known.Kind != results.BadInput || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
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
	write := func(name, text string) {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
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
	write("more.jsonl", `{"question_id":"more","question":"q?","context":"","ground_truth":1,"level":"easy"}`+"\n7\n")
	if _, err := Import(Options{Kind: "financereasoning", From: dir, Seed: 1}); err == nil || !strings.Contains(err.Error(), "more.jsonl:2: a record must be a JSON object") {
		t.Errorf("a broken record: %v", err)
	}
}

// TestPublishedData imports the published files.
func TestPublishedData(t *testing.T) {
	root := os.Getenv("AUTODATABENCH_DATASETS")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared", "datasets")
	}
	if _, err := os.Stat(root); err != nil {
		t.Skipf("no %s: set AUTODATABENCH_DATASETS to the folder of the published data", root)
	}
	for _, tt := range []struct {
		kind, from              string
		public, private, seeds  int
		leftOut, read, unusable int
	}{
		{"scibench", "scibench", 144, 432, 0, 116, 692, 4},
		{"lcb-top", "lcb_top", 33, 96, 0, 0, 129, 0},
		{"financereasoning", "financereasoning", 279, 837, 1116, 6, 2238, 0},
	} {
		made := imported(t, Options{Kind: tt.kind, From: filepath.Join(root, tt.from), Seed: 1})
		m, unusable := made.Manifest, 0
		for _, l := range m.LeftOut {
			if strings.HasPrefix(l.Reason, "it cannot be answered") {
				unusable++
			}
		}
		got := []int{m.Public.Size, m.Private.Size, m.Pool.Size, len(m.LeftOut), m.Read, unusable}
		if want := []int{tt.public, tt.private, tt.seeds, tt.leftOut, tt.read, tt.unusable}; !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", tt.kind, got, want)
		}
		holds(t, made)
	}
}

// FuzzJSON holds that any text gives records with lines in the file, or an error
// on one line.
func FuzzJSON(f *testing.F) {
	for _, s := range []string{"[{\"a\":1},\n{\"a\":2}]", "{\"a\":1}\n{\"a\":2}\n", `{"rows":[{"row":{}}]}`, "[", "[[]]", "[]]", "{} ,", "7", "[{}", "", "\uFEFF"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rows, err := readJSON("f.json", strings.NewReader(text))
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
