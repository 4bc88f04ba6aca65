package report_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/report/figure"
	"github.com/autodatabench/autodatabench/results"
)

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
	if gain, err = board("base 0").GainFigure(); err != nil || !gain.Rows[0].Low.Known || !strings.Contains(gain.Unit, "points") ||
		!strings.Contains(strings.Join(gain.Notes, " "), "0 right answers of 300") {
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
	f := report.BudgetFigure("demo", []report.TrialLog{log("a", results.Code, 1, 30, 20), log("b", results.Code, 1), log("a", "own", 1, 1)}, map[string]string{"a": "B", "b": "Agent B"})
	if got := []figure.Name{{Text: "B (a), iterative, scratch", ID: "a, iterative, scratch"}, {Text: "Agent B, iterative, scratch", ID: "b, iterative, scratch"}}; !slices.Equal(f.Names, got) {
		t.Errorf("names %+v: one passes for another agent's", f.Names)
	}
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
