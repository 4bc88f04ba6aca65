package report_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/published"
)

// The published runs laid out as measured ones give the paper's tables back.
func TestPaperTablesOfThePaper(t *testing.T) {
	paper, err := published.Load()
	if err != nil {
		t.Fatal(err)
	}
	opts := report.Options{Draws: 99, Names: paper.Names()}
	rows := map[int]int{1: 24, 3: 3, 4: 144, 5: 72}
	for n, want := range rows {
		list, err := report.PaperTable(n, paper.Outcomes(), opts)
		if err != nil || len(list[0].Rows) != want {
			t.Errorf("table %d has %d rows, %v; want %d", n, len(list[0].Rows), err, want)
		}
	}
	list, err := report.PaperTable(1, paper.Outcomes(), opts)
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for i, name := range []string{"gain", "MATS"} {
		for _, r := range list[i].Rows {
			if strings.Join(r[:3], " ") == "iterative GPT-5.2 scratch" {
				got += name + " " + strings.Join(r[3:], " ") + "; "
			}
		}
	}
	if want := "gain 70.58 50.68 50.60 57.29; MATS 1.53 1.75 1.25 1.51; "; got != want {
		t.Errorf("GPT-5.2, iterative, scratch: %s\nwant %s", got, want)
	}
	if _, err := report.PaperTable(6, nil, opts); err == nil {
		t.Error("there is a table 6")
	}
}

// The published runs beside themselves differ nowhere but in the ten cells, and
// in figures that no printed digits show.
func TestCompareWithPaper(t *testing.T) {
	paper, err := published.Load()
	if err != nil {
		t.Fatal(err)
	}
	side, err := report.CompareWithPaper(paper, paper.Outcomes(), report.Options{Draws: 99})
	if err != nil {
		t.Fatal(err)
	}
	far := 0
	for _, r := range side.Rows {
		for i := range 3 {
			if d := r.Gain[i].Difference; !d.Known || d.Value > 0.03 || d.Value < -0.03 {
				far++
			}
		}
	}
	if len(side.Rows) != 24 || len(side.Differs) != 0 || far != 9 { // of the ten cells, one differs in MATS alone
		t.Errorf("%d rows, %d gains differ, setup differs in %q", len(side.Rows), far, side.Differs)
	}
}

func TestSideBySideGolden(t *testing.T) {
	paper, err := published.Load()
	if err != nil {
		t.Fatal(err)
	}
	outcomes := join(rounds("gpt-5.2", results.Iterative, results.Scratch, [3]int{120, 90, 110}, [3]int{126, 96, 100}),
		rounds("adaptive", results.Iterative, results.Seed, [3]int{90, 90, 90}))
	side, err := report.CompareWithPaper(paper, outcomes, report.Options{Draws: 99})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "side.txt", render(t, report.Text, side))
	golden(t, "side.json", render(t, report.JSON, side))
	given := each([]results.Outcome{trial("by-hand", results.Science, "", "", 1, 150)}, func(o *results.Outcome) { o.Kind, o.Teacher, o.Simulated = results.OfGiven, "", false })
	for n, name := range map[int]string{1: "table1", 2: "table2", 3: "table3", 4: "table4", 5: "table5"} {
		list, err := report.PaperTable(n, join(outcomes, given), report.Options{Draws: 99})
		if err != nil {
			t.Fatal(err)
		}
		golden(t, name+".txt", render(t, report.Text, list))
	}
	if diff := cmp.Diff([]string{"suite mini (paper: paper)", "protocol mini (paper: paper)", "teacher procedural (paper: Qwen3-30B-A3B)",
		"student embedded (paper: meta-llama/Llama-3.1-8B-Instruct)"}, side.Differs); diff != "" {
		t.Errorf("setup (-want +got):\n%s", diff)
	}
}
