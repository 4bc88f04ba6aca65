package report_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/published"
)

// edges are the cases in which tables and figures easily go wrong.
func edges() map[string][]results.Outcome {
	same := [3]int{90, 80, 70}
	crowd := []results.Outcome{}
	for i := range 60 {
		crowd = append(crowd, rounds(fmt.Sprintf("agent-%d", i), results.OneShot, results.Seed, [3]int{30 + i, 90 - i, 60}, [3]int{31 + i, 89 - i, 66})...)
	}
	names := rounds("a-b", results.OneShot, results.Seed, same, same)
	long := rounds("deepseek-v3.1-terminus-thinking-high-effort-2026-01-15", results.OneShot, results.Scratch, same, [3]int{80, 90, 70})
	longer := each(rounds("qwen3-next-80b-a3b-instruct-fp8-dynamic-tool-parser", results.Iterative, results.Scratch, same, [3]int{91, 80, 77}),
		func(o *results.Outcome) { o.Experiment, o.Unsandboxed = "a-second-experiment-with-a-long-name", true })
	return map[string][]results.Outcome{
		"no outcome":         nil,
		"a seed unscored":    join(threeSeeds("direct", 3, 2), threeSeeds("other", 3, 3)),
		"no trial finished":  each(rounds("direct", results.OneShot, results.Seed, same), func(o *results.Outcome) { o.End, o.Finals, o.Valid = "", nil, false }),
		"one agent":          rounds("direct", results.OneShot, results.Seed, same, same),
		"one run":            join(rounds("direct", results.OneShot, results.Seed, same), rounds("pipeline", results.OneShot, results.Seed, [3]int{91, 81, 71})),
		"base 0":             each(join(rounds("direct", results.OneShot, results.Seed, same, same), rounds("pipeline", results.Iterative, results.Seed, same)), func(o *results.Outcome) { o.BasePrivate.Correct = 0 }),
		"all invalid":        each(rounds("direct", results.OneShot, results.Seed, same, same), func(o *results.Outcome) { *o = failed(*o) }),
		"negative gains":     join(rounds("direct", results.OneShot, results.Seed, [3]int{10, 3, 0}, [3]int{12, 1, 0}), rounds("pipeline", results.OneShot, results.Seed, [3]int{59, 58, 57}, [3]int{50, 58, 57})),
		"60 agents":          crowd,
		"long names":         join(long, longer),
		"Chinese, and pipes": join(names, rounds("other", results.Iterative, results.Scratch, same, same)),
	}
}

// threeSeeds is an agent's runs under a protocol of three final seeds, of which
// the trial in finance has the given number.
func threeSeeds(agent string, finance ...int) []results.Outcome {
	all := rounds(agent, results.OneShot, results.Seed, slices.Repeat([][3]int{{90, 80, 70}}, len(finance))...)
	for i, o := range all {
		o.Finals[0].Correct += o.Run
		seeds := slices.Repeat(o.Finals, 3)
		if o.Domain == results.Finance {
			seeds = seeds[:finance[o.Run-1]]
		}
		t := results.Trial{
			Spec: results.Spec{
				TrialID: o.TrialID, Experiment: o.Experiment, Suite: o.Suite, Protocol: results.Protocol{Name: o.Protocol, FinalSeeds: 3},
				Teacher: o.Teacher, Student: o.Student, Simulated: o.Simulated, Embedded: o.Embedded,
			},
			Attempts: []results.Attempt{{N: 1, Replied: true, Check: &results.Check{Valid: true}}}, Best: 1, End: o.End,
		}
		all[i] = t.Outcome(o.BasePrivate, seeds)
	}
	return all
}

var edgeNames = map[string]string{"a-b": "数据|工程师 | `x`", "other": "a | b"}

// TestEdgeCasesHaveTablesAndFigures checks that every case can be shown in every
// form: text within its width, Markdown with its cells, figures with their names.
func TestEdgeCasesHaveTablesAndFigures(t *testing.T) {
	paper, err := published.Load()
	if err != nil {
		t.Fatal(err)
	}
	for name, outcomes := range edges() {
		opts := report.Options{Draws: 99, Names: edgeNames}
		board := report.Leaderboard(outcomes, opts)
		views := []report.View{board}
		for n := 1; n <= report.PaperTables; n++ {
			list, err := report.PaperTable(n, outcomes, opts)
			if err != nil {
				t.Fatal(err)
			}
			views = append(views, list)
		}
		views = append(views, compared(t, name, board)...)
		side, err := report.CompareWithPaper(paper, outcomes, opts)
		if (err != nil) != (len(outcomes) == 0) {
			t.Errorf("%s: beside the paper: %v", name, err)
		} else if err == nil {
			views = append(views, side)
		}
		for i, view := range views {
			tables := view.Tables()
			if text := fmt.Sprint(tables); len(outcomes) > 0 && !strings.Contains(text, "simulated") {
				t.Errorf("%s: view %d does not say simulated", name, i)
			}
			got := rendered(t, render(t, report.Markdown, view))
			if len(tables) == 0 || len(got) != len(tables) {
				t.Fatalf("%s: %d tables, %d as rendered", name, len(tables), len(got))
			}
			for i, tab := range tables {
				if diff := cmp.Diff(tab.Clean().Rows, got[i][1:], cmpEmpty); diff != "" {
					t.Errorf("%s, %q as Markdown (-cells +as rendered):\n%s", name, tab.Title, diff)
				}
			}
			for line := range strings.Lines(string(render(t, report.Text, view))) {
				if w := table.Width(strings.TrimSuffix(line, "\n")); w > 100 {
					t.Errorf("%s: %d columns: %s", name, w, line)
				}
			}
		}
		for which, page := range boardFigures(t, board) {
			for _, word := range []string{"NaN", "Inf"} {
				if strings.Contains(page, word) {
					t.Errorf("%s, figure %s holds %s", name, which, word)
				}
			}
			if len(outcomes) > 0 && !strings.Contains(page, "simulated") {
				t.Errorf("%s, figure %s does not say simulated", name, which)
			}
		}
	}
}

// compared is the comparison of the first row with the last and the power plan.
// What cannot be compared is refused with a hint.
func compared(t *testing.T, name string, board report.Board) (views []report.View) {
	t.Helper()
	var rows []report.Row
	if len(board.Groups) > 0 {
		rows = board.Groups[0].Rows
	}
	first, last := "direct", "direct"
	if len(rows) > 0 {
		first, last = rows[0].Agent, rows[len(rows)-1].Agent
	}
	c, err := board.Compare(first, last)
	var known *results.Error
	switch {
	case len(rows) < 2:
		if !errors.As(err, &known) || known.Kind != results.BadInput || known.Hint == "" {
			t.Errorf("%s: compare: %v, want bad input with a hint", name, err)
		}
	case err != nil || c.Verdict == "":
		t.Errorf("%s: compare: %v, verdict %q", name, err, c.Verdict)
	default:
		views = append(views, c)
	}
	if plan := board.Power(results.Num(3, true)); len(plan.Groups) > 0 {
		views = append(views, plan)
		if g := plan.Groups[0]; !(g.Rows[0].Detectable.Value > 0) || !g.Needed.Runs.Known && !g.Needed.Items.Known {
			t.Errorf("%s: power: %+v", name, g)
		}
	}
	return views
}

var cmpEmpty = cmp.Transformer("empty", func(rows [][]string) []string {
	var lines []string
	for _, r := range rows {
		lines = append(lines, strings.Join(r, "\x00"))
	}
	return lines
})

// A trial that lacks a final seed has no score yet: no figure of its row is of
// the others alone, and other rows keep their intervals.
func TestUnscoredSeed(t *testing.T) {
	board := report.Leaderboard(join(threeSeeds("direct", 3, 2), threeSeeds("other", 3, 3)), report.Options{Draws: 99})
	g := board.Groups[0]
	if len(g.Warnings) > 0 || len(g.Rows) != 2 {
		t.Fatalf("%d rows, warnings %q", len(g.Rows), g.Warnings)
	}
	other, direct := g.Rows[0], g.Rows[1]
	if !other.Gain.Mean.Known || !other.Uncertainty.Gain.Low.Known {
		t.Errorf("the scored row has %+v, %+v", other.Gain, other.Uncertainty.Gain)
	}
	if direct.Gain.Mean.Known || direct.Domains[2].Accuracy.Known || direct.Uncertainty.Gain.Value.Known || direct.Uncertainty.Averages.Gain.Known {
		t.Errorf("the row without a seed has %+v, %+v", direct.Gain, direct.Uncertainty)
	}
	if !slices.Contains(direct.Warnings, "finance: a run has no final score yet") {
		t.Errorf("warnings %q", direct.Warnings)
	}
}
