package importers

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/folder"
	"github.com/autodatabench/autodatabench/tasks/words"
)

// publishedData is the folder of a published data set; a test without it is skipped.
func publishedData(t *testing.T, name string) string {
	t.Helper()
	root := os.Getenv("AUTODATABENCH_DATASETS")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared", "datasets")
	}
	if _, err := os.Stat(root); err != nil {
		t.Skipf("no %s: set AUTODATABENCH_DATASETS to the folder of the published data", root)
	}
	return filepath.Join(root, name)
}

// crossing counts the private items that are nearly the same as a public one,
// numbers aside, and those that are the same.
func crossing(made Imported) (near, same int) {
	all := slices.Concat(made.Content.Public, made.Private)
	texts := make([]string, len(all))
	for i, item := range all {
		texts[i] = item.Question
	}
	public := len(made.Content.Public)
	found := map[int]float64{}
	for _, p := range words.Pairs(texts) {
		if p.A < public && p.B >= public {
			found[p.B] = max(found[p.B], p.Likeness)
		}
	}
	for _, likeness := range found {
		if near++; likeness == 1 {
			same++
		}
	}
	return near, same
}

// TestSciBenchApart: no private problem has one like it in the public set, whatever
// the seed.
func TestSciBenchApart(t *testing.T) {
	from := publishedData(t, "scibench")
	for seed := range uint64(5) {
		made := imported(t, Options{Kind: "scibench", From: from, Seed: seed})
		near, same := crossing(made)
		if near > 0 {
			t.Errorf("seed %d: %d private problems have one like them in public, %d but for numbers", seed, near, same)
		}
		if public := len(made.Content.Public); public < 142 || public > 146 {
			t.Errorf("seed %d: %d of 576 are public", seed, public)
		}
	}
}

// TestFinanceBalance: public and private are similar in levels and in how many
// questions share a context, whatever the seed.
func TestFinanceBalance(t *testing.T) {
	s, levels := financeReasoning(), map[string]string{}
	tables, _, err := readTables(publishedData(t, "financereasoning"), s.needs...)
	if err != nil {
		t.Fatal(err)
	}
	entries, _, err := s.read(tables)
	if err != nil {
		t.Fatal(err)
	}
	entries = s.usable(entries, &Manifest{})
	together(entries)
	for _, table := range tables {
		for _, r := range table.rows {
			levels[r.optional("question_id")] = r.optional("level")
		}
	}
	worst := map[string]float64{}
	for seed := range uint64(20) {
		made := s.part(entries, seed, &Manifest{})
		if n, m := len(made.Content.Public), len(made.Private); n != 279 || m != 837 {
			t.Errorf("seed %d: %d public, %d private", seed, n, m)
		}
		for label, points := range unlike(made, levels) {
			worst[label] = max(worst[label], points)
			if points > 3 || len(label) > 1 && points > 1.5 {
				t.Errorf("seed %d: %q is %.1f points off", seed, label, points)
			}
		}
	}
	t.Logf("the worst of 20 seeds, in points from 25 %%: %v", worst)
}

// unlike is how far the public share of a level's items, and of the items in groups
// of one size, is from a quarter, in points.
func unlike(made Imported, levels map[string]string) map[string]float64 {
	size := map[string]int{}
	for _, item := range slices.Concat(made.Content.Public, made.Private) {
		size[item.Fields[folder.GroupField]]++
	}
	public, all := map[string]float64{}, map[string]float64{}
	count := func(counts map[string]float64, items []tasks.Item) {
		for _, item := range items {
			counts[levels[item.ID]]++
			n := 1
			if group := item.Fields[folder.GroupField]; group != "" {
				n = size[group]
			}
			counts[string(rune('0'+n))]++
		}
	}
	count(public, made.Content.Public)
	count(all, made.Content.Public)
	count(all, made.Private)
	off := map[string]float64{}
	for label := range all {
		off[label] = math.Abs(100*public[label]/all[label] - 25)
	}
	return off
}
