package report_test

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/report/text"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/published"
)

func reproduce(t *testing.T) report.Reproduction {
	t.Helper()
	tables, err := published.Load()
	if err != nil {
		t.Fatal(err)
	}
	return report.Reproduce(tables, report.Options{Draws: 499})
}

func disagreeing(checks []report.CellCheck) []string {
	var list []string
	for _, c := range checks {
		if !c.Agrees() {
			list = append(list, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", c.Workflow, c.Agent, c.Setting, c.Domain))+": "+string(c.Reason))
		}
	}
	return list
}

// protocol.md section 10 lists the ten cells.
func TestReproduceFindsTheTenCells(t *testing.T) {
	r := reproduce(t)
	if got, want := r.Summary(), "62 of 72 cells agree, 10 do not"; got != want {
		t.Errorf("summary %q, want %q", got, want)
	}
	want := []string{
		"one-shot GPT-5.2 scratch science: other",
		"one-shot DeepSeek-V3.1 scratch science: settings swapped",
		"one-shot DeepSeek-V3.1 scratch code: settings swapped",
		"one-shot DeepSeek-V3.1 scratch finance: settings swapped",
		"one-shot DeepSeek-V3.1 seed science: settings swapped",
		"one-shot DeepSeek-V3.1 seed code: settings swapped",
		"one-shot DeepSeek-V3.1 seed finance: settings swapped",
		"one-shot Gemini-2.5-Pro seed science: raw rows repeated",
		"one-shot Gemini-2.5-Pro seed code: raw rows repeated",
		"one-shot Gemini-2.5-Pro seed finance: raw rows repeated",
	}
	if diff := cmp.Diff(want, disagreeing(r.Cells)); diff != "" {
		t.Errorf("cells that disagree (-want +got):\n%s", diff)
	}
	averages := []string{
		"one-shot GPT-5.2 scratch: follows from cells",
		"one-shot DeepSeek-V3.1 scratch: follows from cells",
		"one-shot DeepSeek-V3.1 seed: follows from cells",
		"one-shot Gemini-2.5-Pro seed: follows from cells",
	}
	if diff := cmp.Diff(averages, disagreeing(r.Averages)); diff != "" {
		t.Errorf("averages that disagree (-want +got):\n%s", diff)
	}
}

func TestHeadline(t *testing.T) {
	h := reproduce(t).Headline
	if h == nil {
		t.Fatal("no headline")
	}
	got := fmt.Sprintf("%s %s %s %s %.2f %v", h.Agent, h.Workflow, h.Setting, h.Gain.Text, h.Gain.Recomputed.Value, h.Agrees())
	if want := "GPT-5.2 iterative scratch 57.29 57.29 true"; got != want {
		t.Errorf("headline %s, want %s", got, want)
	}
}

// protocol.md section 10: two gains of Table 2 are single runs', 143 of 147 accuracies
// are fractions.
func TestSingleRunsAndSizes(t *testing.T) {
	r := reproduce(t)
	var single []string
	for _, s := range r.SingleRuns {
		single = append(single, fmt.Sprintf("%s %.2f: %s", s.Method, s.Printed, s.Run))
	}
	want := []string{
		"Iterative (seed) 93.19: science iterative seed gpt-5.2 run 1",
		"Iterative (scratch) 76.76: science one-shot scratch gpt-5.2 run 2",
	}
	if diff := cmp.Diff(want, single); diff != "" {
		t.Errorf("single runs (-want +got):\n%s", diff)
	}
	var unexplained []string
	explained := 0
	for _, s := range r.Sizes {
		explained += s.Explained
		for _, u := range s.Unexplained {
			unexplained = append(unexplained, u.Accuracy)
		}
	}
	if diff := cmp.Diff([]string{"21.86", "32.52", "21.18", "66.70"}, unexplained); diff != "" || explained != 143 {
		t.Errorf("%d explained; others (-want +got):\n%s", explained, diff)
	}
}

// None of the paper's pairs differs; over all agents together the iterative workflow is
// above one-shot where there is seed data. The page says so, and names pairs.
func TestReproduceNamesThePairsAndTheWorkflows(t *testing.T) {
	r := reproduce(t)
	if len(r.Differing) != 0 || r.Pairs != 276 || len(r.Contrasts) != 2 {
		t.Fatalf("%d pairs, differing %v, contrasts %v", r.Pairs, r.Differing, r.Contrasts)
	}
	for i, want := range []struct{ value, half, p float64 }{{9.6, 12.4, 0.13}, {16.8, 12.4, 0.009}} {
		c := r.Contrasts[i]
		half := c.Runs.High.Value - c.Runs.Value.Value
		if c.Agents != 6 || math.Abs(c.Runs.Value.Value-want.value) > 0.05 || math.Abs(half-want.half) > 1.5 || math.Abs(c.RunsP.Value-want.p) > 0.03 {
			t.Errorf("%s: %.2f +- %.2f, p %.4f of %d agents; by hand, with one variance for all agents, %v", c.Setting, c.Runs.Value.Value, half, c.RunsP.Value, c.Agents, want)
		}
	}
	tables, err := published.Load()
	if err != nil {
		t.Fatal(err)
	}
	for i := range tables.Raw {
		if x := &tables.Raw[i]; x.Agent == "GPT-5.2" && x.Workflow == results.Iterative && x.Setting == results.Seed {
			if x.Accuracy, err = published.ParseDecimal("91.00"); err != nil {
				t.Fatal(err)
			}
		}
	}
	far := report.Reproduce(tables, report.Options{Draws: 99})
	page := strings.Join(strings.Fields(string(render(t, report.Text, far))), " ")
	if len(far.Differing) < 23 || !strings.Contains(page, fmt.Sprintf("%d of 276 pairs of rows differ significantly: claude-4-sonnet iterative scratch and gpt-5.2 iterative seed (Holm's p ", len(far.Differing))) {
		t.Errorf("%d pairs differ: %s", len(far.Differing), page[max(0, len(page)-5000):])
	}
}

// A changed digit in a published file changes the report, with the reason that
// the numbers then have.
func TestReproduceFollowsTheFiles(t *testing.T) {
	for _, tt := range []struct {
		name, file, old, new string
		summary              string
		cell                 string // a line of the cells that disagree
		average              string // of the averages, if any
	}{
		{"an accuracy", "table4_raw.csv", "iterative,GPT-5.2,scratch,science,1,1.80,25.46", "iterative,GPT-5.2,scratch,science,1,1.80,25.56",
			"61 of 72 cells agree, 11 do not", "iterative GPT-5.2 scratch science: other", "iterative GPT-5.2 scratch: follows from cells"},
		{"a MATS", "table4_raw.csv", "iterative,Qwen3-Max,seed,code,1,3.50,33.74", "iterative,Qwen3-Max,seed,code,1,3.60,33.74",
			"61 of 72 cells agree, 11 do not", "iterative Qwen3-Max seed code: other", "iterative Qwen3-Max seed: follows from cells"},
		{"a printed gain", "table1_main.csv", "iterative,DeepSeek-R1,seed,finance,1.65,54.92", "iterative,DeepSeek-R1,seed,finance,1.65,54.88",
			"61 of 72 cells agree, 11 do not", "iterative DeepSeek-R1 seed finance: other", ""},
		{"a printed average", "table1_main.csv", "iterative,DeepSeek-R1,seed,avg,2.80,54.59", "iterative,DeepSeek-R1,seed,avg,2.80,55.59",
			"62 of 72 cells agree, 10 do not", "one-shot GPT-5.2 scratch science: other", "iterative DeepSeek-R1 seed: other"},
		{"the wrong MATS put right", "table1_main.csv", "one-shot,GPT-5.2,scratch,science,2.0,", "one-shot,GPT-5.2,scratch,science,1.5,",
			"63 of 72 cells agree, 9 do not", "one-shot DeepSeek-V3.1 seed code: settings swapped", ""},
		{"a repeated run changed", "table4_raw.csv", "one-shot,Gemini-2.5-Pro,seed,science,1,2.00,30.05", "one-shot,Gemini-2.5-Pro,seed,science,1,2.00,30.06",
			"62 of 72 cells agree, 10 do not", "one-shot Gemini-2.5-Pro seed science: other", ""},
		{"the base", "table3_base.csv", "code,LCB-TOP,21.18", "code,LCB-TOP,21.28",
			"41 of 72 cells agree, 31 do not", "iterative Claude-4-Sonnet seed code: other", "iterative Claude-4-Sonnet seed: follows from cells"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := fstest.MapFS{}
			entries, err := os.ReadDir("../results/published/csv")
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range entries {
				data, err := os.ReadFile("../results/published/csv/" + e.Name())
				if err != nil {
					t.Fatal(err)
				}
				if e.Name() == tt.file {
					if !strings.Contains(string(data), tt.old) {
						t.Fatalf("%s does not hold %q", tt.file, tt.old)
					}
					data = []byte(strings.Replace(string(data), tt.old, tt.new, 1))
				}
				dir[e.Name()] = &fstest.MapFile{Data: data}
			}
			tables, err := published.Read(dir)
			if err != nil {
				t.Fatal(err)
			}
			r := report.Reproduce(tables, report.Options{Draws: 499})
			if got := r.Summary(); got != tt.summary {
				t.Errorf("summary %q, want %q", got, tt.summary)
			}
			if cells := disagreeing(r.Cells); !strings.Contains(strings.Join(cells, "\n")+"\n", tt.cell+"\n") {
				t.Errorf("no %q among\n%s", tt.cell, strings.Join(cells, "\n"))
			}
			if averages := disagreeing(r.Averages); !strings.Contains(strings.Join(averages, "\n")+"\n", tt.average+"\n") && tt.average != "" {
				t.Errorf("no %q among\n%s", tt.average, strings.Join(averages, "\n"))
			}
		})
	}
}

func TestReproduceOfNothing(t *testing.T) {
	r := report.Reproduce(published.Tables{}, report.Options{})
	if got := r.Summary(); got != "0 of 0 cells agree, 0 do not" || r.Headline != nil {
		t.Errorf("summary %q, headline %v", got, r.Headline)
	}
	for _, f := range report.Formats() {
		render(t, f, r)
	}
}

// Text and Markdown show all of Table 1, printed beside recomputed.
func TestReproductionShowsEveryCell(t *testing.T) {
	r := reproduce(t)
	if len(r.Cells) != 72 || len(r.Averages) != 24 {
		t.Fatalf("%d cells, %d averages", len(r.Cells), len(r.Averages))
	}
	for _, f := range []report.Format{report.Text, report.Markdown} {
		page := string(render(t, f, r))
		cells := 0
		for line := range strings.Lines(page) {
			cells += strings.Count(line, " / ") // of the titles too
			if w := table.Width(strings.TrimSuffix(line, "\n")); w > text.Width && f == report.Text {
				t.Errorf("%d columns: %s", w, line)
			}
		}
		if want := 2*(72+24) + 2; cells != want {
			t.Errorf("%s shows %d figures, want %d", f, cells, want)
		}
		for _, c := range append(r.Cells, r.Averages...) {
			for _, figure := range []report.Figure{c.Gain, c.MATS} {
				if want := figure.Text + " / " + table.Number(figure.Recomputed, 2); !strings.Contains(page, want) {
					t.Errorf("%s lacks %q", f, want)
				}
			}
		}
	}
}

func TestReproductionGolden(t *testing.T) {
	tables, err := published.Load()
	if err != nil {
		t.Fatal(err)
	}
	r := report.Reproduce(tables, report.Options{}) // with all draws, as the command prints it
	for _, f := range report.Formats() {
		golden(t, "reproduction."+suffix[f], render(t, f, r))
	}
}
