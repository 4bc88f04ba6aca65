package report_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"autodatabench/report"
	"autodatabench/report/figure"
	"autodatabench/report/table"
	"autodatabench/results"
	"autodatabench/results/published"
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
		if g := plan.Groups[0]; !(g.Rows[0].Detectable > 0) || !g.Needed.Known {
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

func boardFigures(t *testing.T, board report.Board) map[string]string {
	t.Helper()
	gain, err1 := board.GainFigure()
	cost, err2 := board.CostFigure()
	failures, err3 := board.ErrorsFigure()
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	pages := map[string]string{}
	for which, fig := range map[string]figure.Figure{"gain": gain, "cost": cost, "5": failures} {
		var b bytes.Buffer
		if err := figure.Write(&b, figure.SVG, fig); err != nil {
			t.Fatal(err)
		}
		pages[which] = b.String()
	}
	return pages
}

func TestBoardFigures(t *testing.T) {
	cases := edges()
	board := func(name string) report.Board {
		return report.Leaderboard(cases[name], report.Options{Draws: 99, Names: edgeNames})
	}
	gain, err := board("Chinese, and pipes").GainFigure()
	if err != nil {
		t.Fatal(err)
	}
	want := figure.Name{Text: "数据|工程师 | `x`, one-shot, seed", ID: "a-b, one-shot, seed"}
	if got := gain.Rows[0].Name; got != want || !gain.Rows[0].Ranked || !gain.Rows[0].Low.Known || gain.Rows[0].Low.Value >= gain.Rows[0].Value.Value {
		t.Errorf("row %+v, want %+v with an interval", gain.Rows[0], want)
	}
	if gain, err = board("base 0").GainFigure(); err != nil || gain.Rows[0].Low.Known || !strings.Contains(gain.Unit, "points") {
		t.Errorf("base 0: %+v, %v", gain, err)
	}
	if gain, err = board("no trial finished").GainFigure(); err != nil || len(gain.Rows) != 1 || gain.Rows[0].Value.Known {
		t.Errorf("no trial finished: %+v, %v", gain, err)
	}
	cost, err := board("one run").CostFigure()
	if err != nil || len(cost.Points) != 2 || cost.Points[0].Cost != results.Num(4321, true) || len(cost.Front()) != 1 || cost.Front()[0].Name.Text != "pipeline" {
		t.Errorf("cost: %+v, %v", cost, err)
	}
	failures, err := board("all invalid").ErrorsFigure()
	if err != nil || len(failures.Domains) != 3 || failures.Domains[0].Bars[0].Failures[results.CodeTimeout] != 4 || failures.Domains[0].Bars[0].Attempts != 12 {
		t.Errorf("failures: %+v, %v", failures, err)
	}
	two := join(cases["one run"], each(rounds("x", results.OneShot, results.Seed, [3]int{1, 1, 1}), func(o *results.Outcome) { o.Teacher = "other" }))
	var known *results.Error
	if _, err := report.Leaderboard(two, report.Options{}).GainFigure(); !errors.As(err, &known) || known.Kind != results.BadInput || known.Hint == "" {
		t.Errorf("two rankings: %v", err)
	}
}

// log is an iterative trial with public scores of 100 items.
func log(agent string, d results.Domain, run int, public ...int) report.TrialLog {
	l := report.TrialLog{
		State: &results.Trial{Spec: results.Spec{
			TrialID:  results.TrialID{Domain: d, Workflow: results.Iterative, Setting: results.Scratch, Agent: agent, Run: run},
			Protocol: results.Mini(), Suite: "mini", Teacher: "procedural", Student: "embedded", Simulated: true,
		}},
		Base: results.Score{Correct: 60, Total: 300},
	}
	best := -1
	for i, correct := range public {
		a := results.Attempt{N: i + 1, Public: &results.Score{Correct: correct, Total: 100}, Check: &results.Check{Valid: true}}
		if correct < 0 {
			a = results.Attempt{N: i + 1, Failure: results.RuntimeError}
		}
		l.State.Attempts = append(l.State.Attempts, a)
		if correct > best {
			best, l.State.Best = correct, i+1
		}
		l.Used = append(l.Used, report.Used{Elapsed: time.Duration(i+1) * time.Minute, Calls: 500 * (i + 1)})
	}
	if best >= 0 {
		l.Finals = []results.Score{{Correct: 3 * best, Total: 300}}
	}
	return l
}

func TestRoundsFigure(t *testing.T) {
	measured := log("a", results.Science, 1, 30, -1, 20, 50)
	measured.Private = map[int]results.Score{1: {Correct: 75, Total: 300}, 3: {Correct: 90, Total: 300}, 4: {Correct: 120, Total: 300}}
	oneShot := log("a", results.Science, 1, 99)
	oneShot.State.Spec.Workflow = results.OneShot
	f := report.RoundsFigure("demo", []report.TrialLog{measured, log("b", results.Science, 2, 30), log("b", results.Science, 1, 20, 40), log("b", results.Science, 3, -1), oneShot, log("c", results.Science, 1, -1)}, nil)
	num := func(v float64) results.Number { return results.Num(v, true) }
	want := []figure.RoundsPanel{
		{Runs: 1, Base: num(20), Rounds: []figure.Round{
			{N: 1, Public: num(30), Private: num(25), Final: num(25), Runs: 1},
			{N: 2, Public: num(20), Private: num(30), Final: num(25), Runs: 1},
			{N: 3, Public: num(50), Private: num(40), Final: num(40), Runs: 1},
		}},
		{Runs: 3, Base: num(20), Rounds: []figure.Round{ // run 1's first submission was not chosen: its private score is not known; run 3 stays the base
			{N: 1, Public: num(25), Runs: 2},
			{N: 2, Public: num(40), Private: num(40), Final: num(30), Runs: 1},
		}},
		{Runs: 1, Base: num(20), Rounds: []figure.Round{}},
	}
	var got []figure.RoundsPanel
	for _, r := range f.Rows {
		got = append(got, r.Panels...)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("panels (-want +got):\n%s", diff)
	}
	if !strings.Contains(f.Subtitle, "simulated") {
		t.Errorf("subtitle %q", f.Subtitle)
	}
	if f := report.RoundsFigure("demo", nil, nil); len(f.Rows) != 0 {
		t.Errorf("rows of nothing: %v", f.Rows)
	}
}

func TestBudgetFigure(t *testing.T) {
	f := report.BudgetFigure("demo", []report.TrialLog{log("a", results.Code, 1, 30, 20), log("b", results.Code, 1), log("a", "own", 1, 1)}, map[string]string{"a": "Agent A"})
	want := []figure.BudgetDomain{
		{Domain: results.Code, Lines: []figure.BudgetLine{
			{Series: 0, Run: 1, Points: []figure.BudgetPoint{{}, {Time: 5, Calls: 5}, {Time: 10, Calls: 10}}},
			{Series: 1, Run: 1, Points: []figure.BudgetPoint{{}}},
		}},
		{Domain: "own", Lines: []figure.BudgetLine{{Series: 0, Run: 1, Points: []figure.BudgetPoint{{}, {Time: 5, Calls: 5}}}}},
	}
	if diff := cmp.Diff(want, f.Domains); diff != "" {
		t.Errorf("panels (-want +got):\n%s", diff)
	}
	var many []report.TrialLog
	for i := range 60 {
		many = append(many, log(fmt.Sprintf("agent-%02d", i), results.Code, 1, 30))
	}
	if f := report.BudgetFigure("demo", many, nil); len(f.Names) != 12 || !strings.Contains(strings.Join(f.Notes, " "), "12 of 60") {
		t.Errorf("%d series, notes %q", len(f.Names), f.Notes)
	}
}
