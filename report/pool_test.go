package report_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/results"
)

// inExperiment gives outcomes an experiment, terms and what tells their trials apart.
func inExperiment(name, terms string, outcomes []results.Outcome) []results.Outcome {
	return each(outcomes, func(o *results.Outcome) {
		o.Experiment, o.Terms, o.Seed = name, terms, int64(o.Run)
		o.Rows, o.Seal, o.ProtocolDigest = name+o.Path(), "seal of "+name+o.Path(), "p"
	})
}

// Trials of experiments with equal terms are one row, and a trial that two of them have
// counts once. Other terms are other rows.
func TestPooledRows(t *testing.T) {
	runs := func(agent string, correct ...[3]int) []results.Outcome {
		return rounds(agent, results.OneShot, results.Scratch, correct...)
	}
	a, b := [3]int{90, 91, 92}, [3]int{100, 101, 99}
	first, second := inExperiment("a", "t", runs("x", a, b)), inExperiment("b", "t", runs("x", b, a, a))
	both := []report.Mark{report.Simulated, report.Embedded}
	for _, tt := range []struct {
		name     string
		outcomes []results.Outcome
		rows     map[string]int // runs by experiment of the row
		says     string
	}{
		{"equal terms", join(first, second), map[string]int{"a+b": 15}, "rows of a+b pool trials of experiments with equal terms: 6 of a, 9 of b"},
		{"other terms", join(first, inExperiment("b", "u", runs("x", a))), map[string]int{"a": 6, "b": 3}, ""},
		{"unknown terms", join(inExperiment("a", "", runs("x", a)), inExperiment("b", "", runs("x", a))), map[string]int{"a": 3, "b": 3}, ""},
		{"equal rows and seed", join(first, each(inExperiment("b", "t", runs("x", a, b)), func(o *results.Outcome) { o.Rows = "a" + o.Path() })),
			map[string]int{"a": 6}, "6 trials of b are those of a, by equal seed and rows or an equal seal, and count once"},
		{"equal rows of another seed", join(first, each(inExperiment("b", "t", runs("x", a, b)), func(o *results.Outcome) { o.Rows, o.Seed = "a"+o.Path(), 77 })),
			map[string]int{"a+b": 12}, "6 of a, 6 of b"},
		{"an equal seal", join(first, each(inExperiment("b", "t", runs("x", b, a, a)), func(o *results.Outcome) {
			if o.Run == 1 {
				o.Seal = "seal of a" + o.Path()
			}
		})), map[string]int{"a+b": 12}, "3 trials of b are those of a"},
		{"modified in the same way", each(join(first, second), func(o *results.Outcome) { o.Modified = true }), map[string]int{"a+b": 15}, "6 of a, 9 of b"},
	} {
		board := report.Leaderboard(slices.Clone(tt.outcomes), report.Options{Draws: 99})
		slices.Reverse(tt.outcomes)
		again := report.Leaderboard(tt.outcomes, report.Options{Draws: 99})
		if x, y := render(t, report.JSON, board), render(t, report.JSON, again); string(x) != string(y) {
			t.Errorf("%s: the order of outcomes changes the board", tt.name)
		}
		if len(board.Groups) != 1 {
			t.Errorf("%s: %d groups", tt.name, len(board.Groups))
			continue
		}
		found := map[string]int{}
		for _, r := range board.Groups[0].Rows {
			found[r.Experiment] = r.Runs
			if tt.name == "equal terms" && !slices.Equal(r.Marks, both) {
				t.Errorf("marks %v", r.Marks)
			}
		}
		for experiment, n := range tt.rows {
			if found[experiment] != n || len(found) != len(tt.rows) {
				t.Errorf("%s: %v, want %v", tt.name, found, tt.rows)
			}
		}
		if said := strings.Join(board.Groups[0].Warnings, "\n"); !strings.Contains(said, tt.says) {
			t.Errorf("%s: %q, want %q", tt.name, said, tt.says)
		}
	}
}

// An unpacked bundle neither pools with one's own experiments nor stands in for them,
// whatever it is called and whatever it says of the same trials.
func TestUnpackedStandsApart(t *testing.T) {
	a, b := [3]int{90, 91, 92}, [3]int{100, 101, 99}
	runs := func() []results.Outcome { return rounds("x", results.OneShot, results.Scratch, a, b) }
	unpacked := func(name string, change func(o *results.Outcome)) []results.Outcome {
		return each(inExperiment(name, "t", runs()), func(o *results.Outcome) {
			o.Unpacked = true
			o.Finals[0].Correct = 0
			change(o)
		})
	}
	own := inExperiment("zzz", "t", runs())
	for _, tt := range []struct {
		name   string
		bundle []results.Outcome
		rows   map[string]int
		says   string
	}{
		{"other trials", unpacked("aaa", func(*results.Outcome) {}), map[string]int{"zzz": 6, "aaa": 6}, ""},
		{"the same seals", unpacked("aaa", func(o *results.Outcome) { o.Seal = "seal of zzz" + o.Path() }), map[string]int{"zzz": 6}, "6 trials of aaa, unpacked from a bundle, are those of zzz"},
		{"the same rows", unpacked("aaa", func(o *results.Outcome) { o.Rows = "zzz" + o.Path() }), map[string]int{"zzz": 6}, "6 trials of aaa, unpacked from a bundle, are those of zzz"},
	} {
		board := report.Leaderboard(join(tt.bundle, own), report.Options{Draws: 99, Titles: map[string]map[string]string{"aaa": {"x": "WITHDRAWN"}}})
		found := map[string]int{}
		for _, r := range board.Groups[0].Rows {
			found[r.Experiment] = r.Runs
			if unpacked := r.Experiment == "aaa"; slices.Contains(r.Marks, report.Unpacked) != unpacked || (r.Name == "WITHDRAWN (x)" || r.Name == "WITHDRAWN") != unpacked {
				t.Errorf("%s: %s is shown as %s with %v", tt.name, r.Experiment, r.Name, r.Marks)
			}
			if r.Experiment == "zzz" && r.Domains[0].Accuracy.Value == 0 {
				t.Errorf("%s: the bundle's scores stand in for one's own", tt.name)
			}
		}
		if !maps.Equal(found, tt.rows) {
			t.Errorf("%s: %v, want %v", tt.name, found, tt.rows)
		}
		if said := strings.Join(board.Groups[0].Warnings, "\n"); !strings.Contains(said, tt.says) {
			t.Errorf("%s: %q, want %q", tt.name, said, tt.says)
		}
		page := string(render(t, report.Markdown, board))
		if _, apart := tt.rows["aaa"]; strings.Contains(page, "unpacked from a bundle, not verified") != apart {
			t.Errorf("%s: the page says\n%s", tt.name, page)
		}
	}
}

// A row says whose receipts raise it, in text and in Markdown; one that none raises names
// nobody.
func TestRowsNameWhoVerifiedThem(t *testing.T) {
	of := func(name string, change func(o *results.Outcome)) []results.Outcome {
		return each(inExperiment(name, "", rounds("x", results.OneShot, results.Scratch, [3]int{90, 91, 92}, [3]int{100, 101, 99})), func(o *results.Outcome) {
			o.Assurance, o.AssuredBy, o.Simulated = results.Verified, "my-lab", false
			change(o)
		})
	}
	none := func(*results.Outcome) {}
	for _, tt := range []struct {
		name   string
		change func(o *results.Outcome)
		by     string
		kind   string
	}{
		{"verified", none, "my-lab", "verified by my-lab"},
		{"modified", func(o *results.Outcome) { o.Modified = true }, "", "self-reported"},
		{"one run not", func(o *results.Outcome) {
			if o.Run == 2 {
				o.Assurance, o.AssuredBy = "", ""
			}
		}, "", "self-reported"},
		{"simulated", func(o *results.Outcome) { o.Simulated = true }, "my-lab", "simulated"},
	} {
		board := report.Leaderboard(of("a", tt.change), report.Options{Draws: 99})
		if r := board.Groups[0].Rows[0]; r.AssuredBy != tt.by || r.StandingBy() != tt.kind {
			t.Errorf("%s: %q, by %q", tt.name, r.StandingBy(), r.AssuredBy)
		}
		for _, format := range []report.Format{report.Text, report.Markdown} {
			if page := string(render(t, format, board)); strings.Contains(page, "by my-lab") != (tt.kind == "verified by my-lab") {
				t.Errorf("%s: %s says\n%s", tt.name, format, page)
			}
		}
	}
}

// Rows of different experiments compare, by the name of any that a row pools; those that
// do not compare are told why.
func TestCompareAcrossExperiments(t *testing.T) {
	a, b := [3]int{90, 91, 92}, [3]int{130, 131, 129}
	x := rounds("x", results.OneShot, results.Scratch, a, a)
	y := rounds("y", results.OneShot, results.Scratch, b, b)
	board := report.Leaderboard(join(inExperiment("one", "t", x), inExperiment("two", "t", rounds("x", results.OneShot, results.Scratch, a, b)), inExperiment("two", "u", y)), report.Options{Draws: 99})
	if names := board.RowNames(); !slices.Equal(names, []string{"one+two:x/one-shot/scratch", "two:y/one-shot/scratch"}) {
		t.Errorf("rows %v", names)
	}
	for _, name := range []string{"x", "one:x/one-shot/scratch", "two:x", "one+two:x/one-shot"} {
		if c, err := board.Compare(name, "two:y"); err != nil || c.Domains[0].RunsA != 4 || c.Domains[0].RunsB != 2 {
			t.Errorf("%s: %+v, %v", name, c.Domains, err)
		}
	}
	other := each(inExperiment("three", "v", rounds("z", results.OneShot, results.Scratch, a, a)), func(o *results.Outcome) { o.Teacher, o.ProtocolDigest = "qwen", "q" })
	board = report.Leaderboard(join(inExperiment("two", "u", rounds("y", results.OneShot, results.Scratch, b, b)), other), report.Options{Draws: 99})
	_, err := board.Compare("two:y", "three:z")
	if err == nil || !strings.Contains(err.Error(), `"two:y" and "three:z" do not compare: budgets or recipe p and q; teacher procedural and qwen`) {
		t.Errorf("rows that do not compare: %v", err)
	}
}
