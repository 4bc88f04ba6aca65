package report_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/results"
)

// answered makes up which items are correct: those of a run are drawn anew, so
// that only the base student's are common.
func answered(outcomes []results.Outcome) []results.Outcome {
	r := rand.New(rand.NewPCG(1, 2))
	draw := func(s *results.Score) {
		correct := make([]bool, s.Total)
		for _, i := range r.Perm(s.Total)[:s.Correct] {
			correct[i] = true
		}
		s.Items = results.ItemsOf(correct)
	}
	base := map[results.Domain]results.Score{}
	for i := range outcomes {
		o := &outcomes[i]
		if _, ok := base[o.Domain]; !ok {
			draw(&o.BasePrivate)
			base[o.Domain] = o.BasePrivate
		}
		o.BasePrivate = base[o.Domain]
		for k := range o.Finals {
			draw(&o.Finals[k])
		}
	}
	return outcomes
}

// contest has a clear winner and two that are close, one with a failed run.
func contest() []results.Outcome {
	lost := rounds("pipeline", results.OneShot, results.Seed, [3]int{})
	for i := range lost {
		lost[i] = failed(lost[i])
		lost[i].TrialID.Run = 4
	}
	return join(
		rounds("adaptive", results.Iterative, results.Seed, [3]int{200, 180, 190}, [3]int{210, 170, 186}, [3]int{196, 184, 180}),
		rounds("adaptive", results.OneShot, results.Seed, [3]int{130, 100, 110}, [3]int{120, 112, 104}, [3]int{126, 96, 120}),
		rounds("pipeline", results.OneShot, results.Seed, [3]int{128, 108, 106}, [3]int{132, 98, 116}, [3]int{118, 106, 108}), lost)
}

func TestCompareAndPower(t *testing.T) {
	board := report.Leaderboard(answered(contest()), report.Options{})
	golden(t, "board-contest.txt", render(t, report.Text, board))
	for name, rows := range map[string][2]string{
		"decided": {"adaptive/iterative", "pipeline"}, "undecided": {"adaptive/one-shot", "pipeline/one-shot/seed"}, "worse": {"adaptive/one-shot", "adaptive/iterative"},
	} {
		c, err := board.Compare(rows[0], rows[1])
		if err != nil {
			t.Fatal(err)
		}
		golden(t, "compare-"+name+".txt", render(t, report.Text, c))
		golden(t, "compare-"+name+".json", render(t, report.JSON, c))
	}
	golden(t, "power.txt", render(t, report.Text, board.Power(results.Num(3, true))))
	golden(t, "power.md", render(t, report.Markdown, board.Power(results.Number{})))
}

// Where points cancel out over domains of different bases, gains need not: what
// the test decides also says how many runs it takes.
func TestRunsNeededAreOfTheGain(t *testing.T) {
	var outcomes []results.Outcome
	for run := 1; run <= 4; run++ {
		for agent, correct := range map[string][2]int{"a": {60, 180}, "b": {120, 120}} {
			for i, d := range []results.Domain{results.Science, results.Code} {
				o := trial(agent, d, results.OneShot, results.Seed, run, correct[i]+3*run)
				o.BasePrivate.Correct = []int{30, 120}[i]
				outcomes = append(outcomes, o)
			}
		}
	}
	c, err := report.Leaderboard(outcomes, report.Options{Draws: 99}).Compare("a", "b")
	if err != nil {
		t.Fatal(err)
	}
	if !(c.Pair.Points.Value < 1e-9 && c.Pair.Gain.Value.Value < -30 && c.Pair.Holm.Value < 0.05) {
		t.Fatalf("points %v, gain %v, p %v", c.Pair.Points, c.Pair.Gain.Value, c.Pair.Holm)
	}
	for _, needed := range []results.Number{c.Needed.Runs, c.NeededHolm.Runs} {
		if !needed.Known || needed.Value > 8 {
			t.Errorf("%v runs needed, beside p %v of 4 runs", needed, c.Pair.Holm.Value)
		}
	}
}

// Answers to items make intervals narrower than counts do, and leave every point
// value as it is.
func TestAnswersNarrowIntervals(t *testing.T) {
	outcomes := contest()
	score := func(correct int) results.Score { // all runs right and wrong on the same items
		return results.Score{Correct: correct, Total: 300, Items: results.Items(strings.Repeat("1", correct) + strings.Repeat("0", 300-correct))}
	}
	for i := range outcomes {
		outcomes[i].Valid, outcomes[i].BasePrivate, outcomes[i].Finals = true, score(60), []results.Score{score(90 + outcomes[i].Run)}
	}
	with := report.Leaderboard(outcomes, report.Options{}).Groups[0].Rows
	for i := range outcomes {
		outcomes[i].Finals[0].Items = ""
	}
	without := report.Leaderboard(outcomes, report.Options{}).Groups[0].Rows
	for i := range with {
		a, b := with[i].Uncertainty.Gain, without[i].Uncertainty.Gain
		if a.Value != b.Value || !a.Low.Known || a.High.Value-a.Low.Value >= b.High.Value-b.Low.Value {
			t.Errorf("%s: %.1f (%.1f to %.1f) with answers, %.1f (%.1f to %.1f) without", with[i].Agent,
				a.Value.Value, a.Low.Value, a.High.Value, b.Value.Value, b.Low.Value, b.High.Value)
		}
	}
}

func TestCompareRefuses(t *testing.T) {
	outcomes := contest()
	twice := append(contest(), outcomes...)
	for i := range outcomes {
		twice[i].Experiment = "again"
		twice[i].Teacher = "another"
	}
	for _, tt := range []struct {
		name, a, b, want string
		outcomes         []results.Outcome
	}{
		{"nobody", "nobody", "pipeline", "no ranking has both", outcomes},
		{"prefix of a name", "adapt", "pipeline", "no ranking has both", outcomes},
		{"two rows", "adaptive", "pipeline", "fits demo:adaptive/iterative/seed, demo:adaptive/one-shot/seed", outcomes},
		{"two rankings", "adaptive/iterative", "pipeline", "2 rankings have both", twice},
		{"the same row twice", "pipeline", "pipeline/one-shot", "pipeline/one-shot/seed cannot be compared with itself", outcomes},
		{"nothing", "adaptive", "pipeline", "no ranking has both", nil},
	} {
		_, err := report.Leaderboard(tt.outcomes, report.Options{}).Compare(tt.a, tt.b)
		var known *results.Error
		if !errors.As(err, &known) || known.Kind != results.BadInput || known.Hint == "" || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want bad input with %q and a hint", tt.name, err, tt.want)
		}
	}
}

// Base students that differ in a ranking cannot be in one study: the board says
// so and has no intervals.
func TestDifferentBasesHaveNoStudy(t *testing.T) {
	outcomes := contest()
	for i := range outcomes {
		if outcomes[i].Agent == "pipeline" {
			outcomes[i].BasePrivate.Correct++
		}
	}
	g := report.Leaderboard(outcomes, report.Options{}).Groups[0]
	if g.Rows[0].Uncertainty != nil || !strings.Contains(strings.Join(g.Warnings, "\n"), "no intervals and rank sets") {
		t.Errorf("warnings %q", g.Warnings)
	}
}

// A board can show some of its rows, which keep their ranks.
func TestShowing(t *testing.T) {
	board := report.Leaderboard(contest(), report.Options{Draws: 99})
	all := board.RowNames()
	if len(all) < 3 {
		t.Fatalf("only %d rows", len(all))
	}
	some, err := board.Showing(all[2], all[0])
	if err != nil || !slices.Equal(some.RowNames(), []string{all[0], all[2]}) {
		t.Fatalf("%v: %v", some.RowNames(), err)
	}
	was := map[string]report.Row{}
	for _, r := range board.Groups[0].Rows {
		was[r.Agent+string(r.Workflow+"/")+string(r.Setting)] = r
	}
	for _, r := range some.Groups[0].Rows {
		if before := was[r.Agent+string(r.Workflow+"/")+string(r.Setting)]; before.Rank != r.Rank || before.Gain.Mean != r.Gain.Mean {
			t.Errorf("%s has rank %d, before %d", r.Agent, r.Rank, before.Rank)
		}
	}
	if whole, err := board.Showing(); err != nil || !slices.Equal(whole.RowNames(), all) {
		t.Errorf("without a name: %v, %v", whole.RowNames(), err)
	}
	if _, err := board.Showing(all[0], "nobody"); err == nil || !strings.Contains(err.Error(), `"nobody"`) {
		t.Errorf("an unknown row: %v", err)
	}
}
