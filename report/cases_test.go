package report_test

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/report/stats"
	"github.com/autodatabench/autodatabench/results"
)

// outcomesOf reads a file of testdata/outcomes, an outcome a line.
func outcomesOf(t *testing.T, name string) []results.Outcome {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "outcomes", name+".jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	var all []results.Outcome
	for line := range bytes.Lines(data) {
		var o results.Outcome
		if err := json.Unmarshal(line, &o); err != nil {
			t.Fatal(err)
		}
		if err := o.Validate(); err != nil {
			t.Fatal(err)
		}
		all = append(all, o)
	}
	return all
}

func compareFirst(t *testing.T, b report.Board) report.Comparison {
	t.Helper()
	rows := b.Groups[0].Rows
	c, err := b.Compare(rows[0].Agent, rows[1].Agent)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// page is the view as text, without line breaks.
func page(t *testing.T, v report.View) string {
	t.Helper()
	return strings.Join(strings.Fields(string(render(t, report.Text, v))), " ")
}

// TestCasesOfNumbers holds outcomes in which figures or words easily go wrong.
func TestCasesOfNumbers(t *testing.T) {
	for name, check := range map[string]func(t *testing.T, b report.Board){
		"ties": func(t *testing.T, b report.Board) {
			p := compareFirst(t, b).Pair
			if p.Gain.Value.Value != 0 || p.P.Value != 1 || !(p.Gain.High.Value < 30) {
				t.Errorf("%+v", p)
			}
		},
		"near1":      sane,
		"near6":      sane,
		"base0-code": byPoints,
		"bases-differ": func(t *testing.T, b report.Board) {
			const why = "science: aa one-shot scratch (x) and bb one-shot scratch (x) have different base students or items"
			_, err := b.Compare("aa", "bb")
			plan := b.Power(results.Number{})
			if err == nil || !strings.Contains(err.Error(), why) || len(plan.Without) != 1 || !strings.Contains(plan.Without[0].Why, why) || !strings.Contains(page(t, b), why) {
				t.Errorf("compare: %v; power: %+v", err, plan)
			}
		},
		"all-invalid": func(t *testing.T, b report.Board) {
			const why = "no run has a valid submission"
			c, plan := compareFirst(t, b), b.Power(results.Number{})
			if u := b.Groups[0].Rows[0].Uncertainty; u.Gain.Value.Value != 0 || u.Gain.Low.Known {
				t.Errorf("gain %+v", u.Gain)
			}
			if !strings.Contains(c.Verdict, why) || len(plan.Without) != 1 || plan.Without[0].Why != why || !strings.Contains(page(t, b), "No intervals and rank sets: "+why) {
				t.Errorf("compare: %q; power: %+v", c.Verdict, plan)
			}
		},
		"some-invalid": func(t *testing.T, b report.Board) {
			never := b.Groups[0].Rows[2]
			if never.Agent != "aa" || never.Uncertainty.Gain.Low.Known || never.Uncertainty.Gain.Value.Value != 0 || never.Uncertainty.Ranks.Low != 2 {
				t.Errorf("%+v %+v", never.Uncertainty.Gain, never.Uncertainty.Ranks)
			}
		},
		"identical-runs-differ": func(t *testing.T, b report.Board) {
			c := compareFirst(t, b)
			if c.Pair.Standard.Known || !c.Pair.P.Known || !strings.Contains(page(t, c), "nothing can be said in standard deviations between runs") {
				t.Errorf("%+v", c.Pair)
			}
		},
		"runs-1-3": func(t *testing.T, b report.Board) {
			c := compareFirst(t, b)
			if c.Pair.Improvement.Known || c.Pair.Standard.Known || strings.Contains(page(t, c), "chance that a run") || !strings.Contains(page(t, c), "takes two runs of either") {
				t.Errorf("%+v", c.Pair)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := report.Leaderboard(outcomesOf(t, name), report.Options{Draws: 199})
			check(t, b)
			for _, view := range []report.View{b, b.Power(results.Num(3, true))} {
				render(t, report.JSON, view)
			}
		})
	}
}

// sane: no interval is more than a few standard errors wide.
func sane(t *testing.T, b report.Board) {
	t.Helper()
	p := compareFirst(t, b).Pair
	if !p.P.Known || p.P.Value < 0.5 || !(p.Gain.High.Value-p.Gain.Low.Value < 10*p.SE.Value) || !(p.Gain.High.Value < 30) {
		t.Errorf("%+v", p)
	}
}

// byPoints: a base without a right answer; the board is by points, says why, and tests.
func byPoints(t *testing.T, b report.Board) {
	t.Helper()
	g := b.Groups[0]
	if g.RankedBy != stats.ByPoints || g.FewRight != "the base student has 0 right answers of 300 in code" || !strings.Contains(page(t, b), g.FewRight) {
		t.Errorf("ranked by %s: %q", g.RankedBy, g.FewRight)
	}
	c, err := b.Compare("aa", "bb")
	if err != nil || c.Pair.By != stats.ByPoints || math.Abs(c.Pair.Gain.Value.Value-12.7) > 0.1 || !(c.Pair.P.Value < 0.01) {
		t.Errorf("%+v, %v", c.Pair, err)
	}
}

// From identical agents to ten different items a run, intervals stay of the order of
// what independent runs show.
func TestNearlyIdenticalAgents(t *testing.T) {
	for different := range 11 {
		var outcomes []results.Outcome
		for _, o := range answered(rounds("a", results.OneShot, results.Seed, [3]int{90, 80, 100}, [3]int{90, 80, 100}, [3]int{90, 80, 100})) {
			other := o
			other.Agent = "b"
			items := []byte(o.Finals[0].Items)
			for i, left := 0, different; left > 0; i++ {
				if items[i] == '0' {
					items[i], left = '1', left-1
				}
			}
			other.Finals = []results.Score{{Correct: o.Finals[0].Correct + different, Total: 300, Items: results.Items(items)}}
			outcomes = append(outcomes, o, other)
		}
		p := compareFirst(t, report.Leaderboard(outcomes, report.Options{Draws: 99})).Pair
		if half := p.Gain.High.Value - p.Gain.Value.Value; !p.P.Known || !(half > 1 && half < 30) || !(half < 4.4*p.SE.Value) || different == 0 && p.P.Value != 1 {
			t.Errorf("%d different items: %+v", different, p)
		}
	}
}

// Scores of older programs name no groups of suite mini. Beside newer ones they have
// theirs, and groups make intervals wider.
func TestGroupsOfOlderScores(t *testing.T) {
	width := func(grouped ...string) float64 {
		a := answered(rounds("a", results.OneShot, results.Seed, [3]int{90, 80, 100}, [3]int{97, 88, 90}))
		b := answered(rounds("b", results.OneShot, results.Seed, [3]int{91, 83, 99}, [3]int{93, 80, 94}))
		families := make([]string, 300)
		for i := range families {
			families[i] = strconv.Itoa(i / 12)
		}
		outcomes := each(append(a, b...), func(o *results.Outcome) {
			if slices.Contains(grouped, o.Agent) {
				o.BasePrivate.Groups = results.GroupsOf(families)
			}
		})
		p := compareFirst(t, report.Leaderboard(outcomes, report.Options{Draws: 99})).Pair
		if !p.P.Known {
			t.Fatalf("groups of %v: %+v", grouped, p)
		}
		return p.Gain.High.Value - p.Gain.Low.Value
	}
	if one, both, none := width("b"), width("a", "b"), width(); one != both || one == none {
		t.Errorf("widths %v with groups of one, %v of both, %v of none", one, both, none)
	}
}

// A board of one or a few accidental right answers of the base says how many they were.
func TestFewRightAnswersAreSaid(t *testing.T) {
	for right, want := range map[int]string{1: "1 right answer of 300", 9: "9 right answers of 300", 10: ""} {
		outcomes := each(rounds("direct", results.OneShot, results.Seed, [3]int{4, 4, 4}, [3]int{5, 3, 4}), func(o *results.Outcome) { o.BasePrivate.Correct = right })
		g := report.Leaderboard(outcomes, report.Options{Draws: 99}).Groups[0]
		if !strings.Contains(g.FewRight, want) || (want == "") != (g.FewRight == "") || (g.RankedBy == stats.ByGain) != (want == "") {
			t.Errorf("%d right: by %s, %q", right, g.RankedBy, g.FewRight)
		}
	}
}

// Values that cannot be are refused, and what is infinite is missing in JSON.
func TestInfinityIsMissing(t *testing.T) {
	data, err := json.Marshal([]results.Number{results.Num(math.Inf(1), true), {Value: math.NaN(), Known: true}, results.Num(1, true)})
	if err != nil || string(data) != "[null,null,1]" {
		t.Errorf("%s, %v", data, err)
	}
	for name, change := range map[string]func(*results.Outcome){
		"more right than items": func(o *results.Outcome) { o.Finals[0].Correct = 301 },
		"other items":           func(o *results.Outcome) { o.Finals[0].Total = 299 },
		"printed over 100 %":    func(o *results.Outcome) { o.Printed = &results.Printed{Accuracy: 101, Base: 20, MATS: 1} },
		"printed nothing":       func(o *results.Outcome) { o.Printed = &results.Printed{Accuracy: math.NaN(), Base: 20, MATS: 1} },
		"a cost below 0":        func(o *results.Outcome) { o.Cost = results.Num(-1, true) },
		"groups of other items": func(o *results.Outcome) { o.BasePrivate.Groups = "0 1" },
		"failures below 0":      func(o *results.Outcome) { o.Failures = map[results.Failure]int{results.OtherFailure: -1} },
	} {
		o := trial("a", results.Science, results.OneShot, results.Seed, 1, 90)
		if err := o.Validate(); err != nil {
			t.Fatal(err)
		}
		if change(&o); o.Validate() == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
