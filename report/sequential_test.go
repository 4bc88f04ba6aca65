package report_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/report/stats"
	"github.com/autodatabench/autodatabench/results"
)

// Looks follow from the outcomes: those of the first rounds stay when later rounds come,
// a round that is not whole adds none, and the order of outcomes does not matter.
func TestLooksFollowFromOutcomes(t *testing.T) {
	var all []results.Outcome
	for agent, level := range map[string]int{"best": 150, "middle": 79, "other": 72} {
		var runs [][3]int
		for run := range 5 {
			runs = append(runs, [3]int{level + 3*run, level - 3*run, level})
		}
		all = append(all, answered(rounds(agent, results.OneShot, results.Seed, runs...))...)
	}
	rule := report.Sequential{Domains: results.Domains(), Rule: stats.NewSequential(2, 5, 3, false, 0.3)}
	upTo := func(runs int) (some []results.Outcome) {
		for _, o := range all {
			if o.Run <= runs {
				some = append(some, o)
			}
		}
		return some
	}
	looks, err := rule.Looks(all)
	if err != nil || len(looks) < 2 || len(looks[0].Decided) != 2 || looks[0].Decided[0].Better.Agent != "best" {
		t.Fatalf("%+v, %v", looks, err)
	}
	for _, e := range looks[0].GoOn {
		if e.Agent == "best" {
			t.Errorf("the best goes on, which has no open pair: %+v", looks[0])
		}
	}
	for runs := 1; runs <= len(looks)+1; runs++ {
		got, err := rule.Looks(upTo(runs))
		if d := cmp.Diff(looks[:runs-1], got, cmpopts.EquateEmpty()); err != nil || d != "" {
			t.Errorf("of %d runs: %v, %s", runs, err, d)
		}
	}
	if got, err := rule.Looks(upTo(2)[1:]); err != nil || len(got) != 0 {
		t.Errorf("of a round that is not whole: %+v, %v", got, err)
	}

	board := report.Leaderboard(all, report.Options{Draws: 99, Looks: map[string][]results.Look{"demo": looks}})
	c, err := board.Compare("best", "other")
	if err != nil || !strings.Contains(page(t, c), "which this test does not count") {
		t.Errorf("%v:\n%s", err, page(t, c))
	}
}
