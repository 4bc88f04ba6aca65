package published_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/published"
)

func load(t *testing.T) published.Tables {
	t.Helper()
	tables, err := published.Load()
	if err != nil {
		t.Fatal(err)
	}
	return tables
}

func TestEveryCellIsThereOnce(t *testing.T) {
	tables := load(t)
	names := tables.Names()
	if len(names) != 6 {
		t.Errorf("%d agents, want 6: %v", len(names), names)
	}
	main := map[published.MainCell]bool{}
	for _, c := range append(tables.Main, tables.Averages...) {
		main[published.MainCell{Row: c.Row, Domain: c.Domain}] = true
	}
	runs := map[published.RawRun]bool{}
	for _, r := range tables.Raw {
		runs[published.RawRun{Row: r.Row, Domain: r.Domain, Run: r.Run}] = true
	}
	for _, w := range results.Workflows() {
		for id, name := range names {
			if !results.ValidName(id) {
				t.Errorf("agent id %q cannot name a folder", id)
			}
			for _, s := range results.Settings() {
				row := published.Row{Workflow: w, Agent: name, Setting: s}
				for _, d := range append(results.Domains(), "") {
					if !main[published.MainCell{Row: row, Domain: d}] {
						t.Errorf("Table 1 has no %v %q", row, d)
					}
					for run := 1; run <= 2 && d != ""; run++ {
						if !runs[published.RawRun{Row: row, Domain: d, Run: run}] {
							t.Errorf("Table 4 has no %v %s run %d", row, d, run)
						}
					}
				}
			}
		}
	}
	got := []int{len(tables.Main), len(tables.Averages), len(tables.Human), len(tables.Base), len(tables.Raw), len(tables.Pairs)}
	if diff := cmp.Diff([]int{72, 24, 4, 3, 144, 4}, got); diff != "" {
		t.Errorf("rows of each table (-want +got):\n%s", diff)
	}
}

func TestBaseIsThePapers(t *testing.T) {
	got := map[results.Domain]string{}
	for _, b := range load(t).Base {
		got[b.Domain] = b.Accuracy.Text
	}
	// protocol.md section 2.
	if diff := cmp.Diff(map[results.Domain]string{"science": "16.74", "code": "21.18", "finance": "39.93"}, got); diff != "" {
		t.Errorf("base accuracies (-want +got):\n%s", diff)
	}
}

// The sizes of protocol.md section 10 come out of the search, and with them 143 of the
// 147 accuracies.
func TestSizesFollowFromTheAccuracies(t *testing.T) {
	want := []published.Size{
		{Domain: results.Science, Items: 436, Printed: 49, Rounded: 46, Truncated: 1, Unexplained: 2},
		{Domain: results.Code, Items: 329, Printed: 49, Rounded: 42, Truncated: 6, Unexplained: 1},
		{Domain: results.Finance, Items: 839, Printed: 49, Rounded: 48, Unexplained: 1},
	}
	if diff := cmp.Diff(want, load(t).Sizes()); diff != "" {
		t.Errorf("inferred (-want +got):\n%s", diff)
	}
}

// Other sets give their sizes away as well.
func TestSizesOfOtherSets(t *testing.T) {
	for _, items := range []int{97, 300, 1_000} {
		tables := published.Tables{}
		decimal := func(k int) published.Decimal {
			d, err := published.ParseDecimal(fmt.Sprintf("%.2f", 100*float64(k)/float64(items)))
			if err != nil {
				t.Fatal(err)
			}
			return d
		}
		tables.Base = []published.BaseRow{{Domain: results.Science, Accuracy: decimal(items / 7)}}
		for run := range 40 {
			tables.Raw = append(tables.Raw, published.RawRun{Domain: results.Science, Run: run, Accuracy: decimal((items/5 + 17*run) % items)})
		}
		if got := tables.Sizes(); len(got) != 1 || got[0].Items != items || got[0].Unexplained != 0 {
			t.Errorf("%d items: inferred %+v", items, got)
		}
	}
}

func TestCount(t *testing.T) {
	for _, tt := range []struct {
		text    string
		items   int
		correct int
		fit     published.Fit
	}{
		{"16.74", 436, 73, published.Rounded},   // 16.743
		{"29.78", 329, 98, published.Truncated}, // 29.787
		{"29.79", 329, 98, published.Rounded},
		{"21.86", 436, 0, published.NoFit},
		{"0.00", 436, 0, published.Rounded},
		{"100.00", 436, 436, published.Rounded},
		{"33.3", 3, 1, published.Rounded},
		{"67", 3, 2, published.Rounded},
		{"66", 3, 2, published.Truncated},
	} {
		d, err := published.ParseDecimal(tt.text)
		if err != nil {
			t.Fatal(err)
		}
		if correct, fit := d.Count(tt.items); correct != tt.correct || fit != tt.fit {
			t.Errorf("%s of %d items: %d %q, want %d %q", tt.text, tt.items, correct, fit, tt.correct, tt.fit)
		}
	}
}

func TestOutcomesScoreLikeTrials(t *testing.T) {
	tables := load(t)
	outcomes := tables.Outcomes()
	if len(outcomes) != len(tables.Raw) {
		t.Fatalf("%d outcomes of %d runs", len(outcomes), len(tables.Raw))
	}
	var gains []results.Number
	for _, o := range outcomes {
		if err := o.Validate(); err != nil {
			t.Errorf("%s: %v", o.TrialID, err)
		}
		if o.Agent == "gpt-5.2" && o.Workflow == results.Iterative && o.Setting == results.Scratch {
			gains = append(gains, o.Result().Gain())
		}
	}
	// Every domain has two runs, so that the mean over all is the mean over domains.
	if mean := results.Mean(gains); len(gains) != 6 || mean.Value < 57.285 || mean.Value > 57.295 {
		t.Errorf("mean gain of %d runs is %v, want 57.29 of 6", len(gains), mean)
	}
}

func TestErrorsNameFileLineAndField(t *testing.T) {
	for _, tt := range []struct{ name, file, old, new, want string }{
		{"number", "table4_raw.csv", "one-shot,GPT-5.2,scratch,science,1,1.00,15.83", "one-shot,GPT-5.2,scratch,science,1,1.00,15.8x",
			`table4_raw.csv line 2, field accuracy_pct: "15.8x" is no plain decimal number`},
		{"range", "table3_base.csv", "39.93", "139.93", "table3_base.csv line 4, field accuracy_pct: 139.93 is not between 0 and 100"},
		{"workflow", "table1_main.csv", "iterative,GPT-5.2,scratch,science", "loop,GPT-5.2,scratch,science",
			`table1_main.csv line 50, field workflow: unknown workflow "loop": want one-shot or iterative`},
		{"twice", "table3_base.csv", "code,LCB-TOP", "science,LCB-TOP", "table3_base.csv line 3, field domain: the row is there twice"},
		{"empty", "table2_human.csv", "DataFlow,", ",", "table2_human.csv line 3, field method: is empty"},
		{"columns", "table3_base.csv", "benchmark", "bench", `table3_base.csv line 1: columns are ["domain" "bench" "accuracy_pct"], want ["domain" "benchmark" "accuracy_pct"]`},
		{"width", "table3_base.csv", "science,SciBench", "science,Sci,Bench", "table3_base.csv: record on line 2: wrong number of fields"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := copyOf(t)
			changed := strings.Replace(string(dir[tt.file].Data), tt.old, tt.new, 1)
			if changed == string(dir[tt.file].Data) {
				t.Fatalf("%s does not hold %q", tt.file, tt.old)
			}
			dir[tt.file].Data = []byte(changed)
			_, err := published.Read(dir)
			if err == nil || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
	dir := copyOf(t)
	delete(dir, "table2_human.csv")
	if _, err := published.Read(dir); err == nil || !strings.Contains(err.Error(), "table2_human.csv") {
		t.Errorf("a missing file gives %v", err)
	}
}

// copyOf is the folder of CSV files in memory.
func copyOf(t *testing.T) fstest.MapFS {
	t.Helper()
	entries, err := os.ReadDir("csv")
	if err != nil {
		t.Fatal(err)
	}
	dir := fstest.MapFS{}
	for _, e := range entries {
		data, err := os.ReadFile("csv/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		dir[e.Name()] = &fstest.MapFile{Data: data}
	}
	return dir
}

func FuzzParseDecimal(f *testing.F) {
	for _, s := range []string{"1.00", "-6.72", "0", "", "1e9", "999999.999999", "NaN", "１"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := published.ParseDecimal(s)
		if err != nil {
			return
		}
		if d.Text != s || d.Places > 6 || d.HalfUnit() <= 0 {
			t.Errorf("ParseDecimal(%q) = %+v", s, d)
		}
		if k, _ := d.Count(300); k < 0 || k > 300 {
			t.Errorf("%s of 300 items: %d correct", s, k)
		}
	})
}
