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

	"github.com/autodatabench/autodatabench/tasks/evaluators"
	"github.com/autodatabench/autodatabench/tasks/folder"
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

// served is what the dataset server sends of the records.
func served(records []json.RawMessage) string {
	rows := make([]string, len(records))
	for i, r := range records {
		rows[i] = fmt.Sprintf(`{"row_idx": %d, "row": %s, "truncated_cells": []}`, i, r)
	}
	return `{"features": [], "rows": [` + strings.Join(rows, ",") + `], "partial": false}`
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
}

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
		var lines bytes.Buffer
		for _, row := range rows {
			if err := json.Compact(&lines, row); err != nil {
				t.Fatal(err)
			}
			lines.WriteByte('\n')
		}
		dir := t.TempDir()
		writeFile(t, filepath.Join(dir, "lines.jsonl"), lines.String())
		writeFile(t, filepath.Join(dir, "served.json"), served(rows))
		for _, from := range []string{filepath.Join(dir, "lines.jsonl"), filepath.Join(dir, "served.json"), filepath.Join("testdata", name+".parquet")} {
			if got := imported(t, Options{Kind: kind, From: from, Seed: 3}); sets(got.Manifest) != sets(want.Manifest) {
				t.Errorf("%s from %s: %s, from JSON %s", kind, filepath.Base(from), sets(got.Manifest), sets(want.Manifest))
			}
		}
		if other := imported(t, Options{Kind: kind, From: path, Seed: 4}); other.Manifest.Public == want.Manifest.Public {
			t.Errorf("%s: another seed gives the same split", kind)
		}
		// The dataset server sends pages: here one is cut in the midst, one holds one record.
		pages := t.TempDir()
		for i, page := range [][]json.RawMessage{rows[:len(rows)/2], rows[len(rows)/2 : len(rows)-1], rows[len(rows)-1:]} {
			writeFile(t, filepath.Join(pages, fmt.Sprintf("page-%d.json", i)), served(page))
		}
		if got := imported(t, Options{Kind: kind, From: pages, Seed: 3}); sets(got.Manifest) != sets(want.Manifest) {
			t.Errorf("%s from pages: %s, from JSON %s", kind, sets(got.Manifest), sets(want.Manifest))
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
		got = append(got, l.ID+": "+l.At+": "+l.Reason)
	}
	want := []string{"atkins-004: scibench.json:83: it repeats atkins-002", `stat-003: scibench.json:65: it cannot be answered: the published answer "1,234.5" is not a number`}
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
		digests                 string // of public and private, as bench/doc/tasks.md has them
	}{
		{"scibench", "scibench", 144, 432, 0, 116, 692, 4, "a9e055bd44fd 58bc03d26e30"},
		{"lcb-top", "lcb_top", 33, 96, 0, 0, 129, 0, "255997c66165 dca186f91355"},
		{"financereasoning", "financereasoning", 279, 837, 1116, 6, 2238, 0, "ae388671706b ca33959b48a8"},
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
		if digests := m.Public.SHA256[:12] + " " + m.Private.SHA256[:12]; digests != tt.digests {
			t.Errorf("%s: digests %s, want %s", tt.kind, digests, tt.digests)
		}
		if near, same := crossing(made); near > 0 {
			t.Errorf("%s: %d private items have one like them in public, %d but for numbers", tt.kind, near, same)
		}
		holds(t, made)
	}
}
