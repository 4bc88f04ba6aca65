package report_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/results"
)

// ranks lists agent and rank in the board's order.
func ranks(g report.Group) []string {
	var list []string
	for _, r := range g.Rows {
		list = append(list, r.Agent+" "+string(rune('0'+r.Rank)))
	}
	return list
}

func TestRanks(t *testing.T) {
	same := [3]int{90, 90, 90}
	for _, tt := range []struct {
		name     string
		outcomes []results.Outcome
		want     []string
	}{
		{"ties share a rank", join(rounds("a", results.OneShot, results.Seed, same), rounds("b", results.OneShot, results.Seed, same),
			rounds("c", results.OneShot, results.Seed, [3]int{80, 80, 80}), rounds("d", results.OneShot, results.Seed, [3]int{99, 99, 99})),
			[]string{"d 1", "a 2", "b 2", "c 4"}},
		{"a given submission has no rank", join(rounds("a", results.OneShot, results.Seed, same),
			each(rounds("g", "", "", [3]int{99, 99, 99}), func(o *results.Outcome) { o.Kind, o.Teacher = results.OfGiven, "" })),
			[]string{"g 0", "a 1"}},
		{"equal but for binary rounding", join(rounds("a", results.OneShot, results.Seed, [3]int{61, 62, 63}),
			rounds("b", results.OneShot, results.Seed, [3]int{63, 62, 61}), rounds("c", results.OneShot, results.Seed, [3]int{62, 61, 63})),
			[]string{"a 1", "b 1", "c 1"}},
		{"an incomplete row is last", join(rounds("a", results.OneShot, results.Seed, [3]int{1, 1, 1}),
			rounds("b", results.OneShot, results.Seed, same)[:2]),
			[]string{"a 1", "b 0"}},
		{"a failed run is worse than a gain and better than a loss", join(rounds("up", results.OneShot, results.Seed, same),
			rounds("down", results.OneShot, results.Seed, [3]int{50, 50, 50}),
			each(rounds("failed", results.OneShot, results.Seed, [3]int{}), func(o *results.Outcome) { *o = failed(*o) })),
			[]string{"up 1", "failed 2", "down 3"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			board := report.Leaderboard(tt.outcomes, report.Options{})
			if len(board.Groups) != 1 {
				t.Fatalf("%d groups", len(board.Groups))
			}
			if diff := cmp.Diff(tt.want, ranks(board.Groups[0])); diff != "" {
				t.Errorf("ranks (-want +got):\n%s", diff)
			}
		})
	}
}

// What does not compare is never ranked together.
func TestGroups(t *testing.T) {
	plain := func() []results.Outcome { return rounds("a", results.OneShot, results.Seed, [3]int{90, 90, 90}) }
	for _, tt := range []struct {
		name   string
		change func(*results.Outcome)
		groups int
	}{
		{"another experiment", func(o *results.Outcome) { o.Experiment = "other" }, 1},
		{"unsandboxed", func(o *results.Outcome) { o.Unsandboxed = true }, 1},
		{"another suite", func(o *results.Outcome) { o.Suite = "paper" }, 2},
		{"another protocol", func(o *results.Outcome) { o.Protocol = "paper" }, 2},
		{"a modified protocol", func(o *results.Outcome) { o.Modified = true }, 2},
		{"another teacher", func(o *results.Outcome) { o.Teacher = "x" }, 2},
		{"another student", func(o *results.Outcome) { o.Student = "x" }, 2},
		{"a student of the same name", func(o *results.Outcome) { o.StudentDigest = "x" }, 2},
		{"a protocol of the same name", func(o *results.Outcome) { o.ProtocolDigest = "x" }, 2},
		{"a task of the same name", func(o *results.Outcome) { o.Experiment, o.TaskDigest = "other", "x" }, 2},
		{"a task of the same name in one experiment", func(o *results.Outcome) { o.TaskDigest = "x" }, 2},
	} {
		board := report.Leaderboard(join(plain(), each(plain(), tt.change)), report.Options{})
		if len(board.Groups) != tt.groups {
			t.Errorf("%s: %d groups, want %d", tt.name, len(board.Groups), tt.groups)
		}
	}
	twoChanges := join(each(plain(), func(o *results.Outcome) { o.Modified, o.Experiment = true, "short" }),
		each(plain(), func(o *results.Outcome) { o.Modified, o.Experiment = true, "long" }))
	if n := len(report.Leaderboard(twoChanges, report.Options{}).Groups); n != 2 {
		t.Errorf("two experiments that modified the protocol are %d groups", n)
	}
}

// Each domain has its own task, and experiments compare as long as no domain has
// two.
func TestGroupsByTask(t *testing.T) {
	of := func(experiment string, tasks ...string) []results.Outcome {
		outcomes := rounds(experiment, results.OneShot, results.Seed, [3]int{90, 90, 90})[:len(tasks)]
		for i := range outcomes {
			outcomes[i].Experiment, outcomes[i].TaskDigest = experiment, tasks[i]
		}
		return outcomes
	}
	for _, tt := range []struct {
		name     string
		outcomes []results.Outcome
		want     [][]string
	}{
		{"one experiment", of("a", "s1", "c1", "f1"), [][]string{{"a"}}},
		{"equal tasks", join(of("a", "s1", "c1"), of("b", "s1", "c1")), [][]string{{"a", "b"}}},
		{"fewer domains", join(of("a", "s1", "c1"), of("b", "s1")), [][]string{{"a", "b"}}},
		{"one other task", join(of("a", "s1", "c1"), of("b", "s1", "c2"), of("c", "s1", "c1")), [][]string{{"a", "c"}, {"b"}}},
	} {
		var got [][]string
		for _, g := range report.Leaderboard(tt.outcomes, report.Options{}).Groups {
			var agents []string
			for _, r := range g.Rows {
				agents = append(agents, r.Agent)
			}
			slices.Sort(agents)
			got = append(got, agents)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// Where digests are known, the page shows them, so that two groups of the same
// names can be told apart.
func TestDigestsAreShown(t *testing.T) {
	outcomes := each(rounds("a", results.OneShot, results.Seed, [3]int{90, 90, 90}), func(o *results.Outcome) {
		o.StudentDigest, o.ProtocolDigest, o.TaskDigest = "aaaa", "bbbb", "cccc-"+string(o.Domain)
	})
	want := "Digests: student aaaa, protocol bbbb, science cccc-science, code cccc-code, finance cccc-finance."
	page := strings.Join(strings.Fields(string(render(t, report.Text, report.Leaderboard(outcomes, report.Options{})))), " ")
	if !strings.Contains(page, want) {
		t.Errorf("no %q in\n%s", want, page)
	}
}

// A given submission has no teacher and stands beside the trials of each.
func TestGivenStandsBesideTrials(t *testing.T) {
	same := [3]int{90, 90, 90}
	given := each(rounds("g", "", "", same), func(o *results.Outcome) { o.Kind, o.Teacher = results.OfGiven, "" })
	trials := rounds("a", results.OneShot, results.Seed, same)
	others := each(rounds("b", results.OneShot, results.Seed, same), func(o *results.Outcome) { o.Teacher = "x" })
	for _, tt := range []struct {
		name     string
		outcomes []results.Outcome
		want     [][]string
	}{
		{"alone", given, [][]string{{"g 0"}}},
		{"one teacher", join(given, trials), [][]string{{"a 1", "g 0"}}},
		{"two teachers", join(trials, given, others), [][]string{{"a 1", "g 0"}, {"b 1", "g 0"}}},
		{"another student", join(given, each(rounds("a", results.OneShot, results.Seed, same), func(o *results.Outcome) { o.Student = "x" })),
			[][]string{{"g 0"}, {"a 1"}}},
	} {
		var got [][]string
		for _, g := range report.Leaderboard(tt.outcomes, report.Options{}).Groups {
			got = append(got, ranks(g))
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// The average is never over fewer domains than the group has.
func TestNoAverageOverFewerDomains(t *testing.T) {
	two := rounds("a", results.OneShot, results.Seed, [3]int{90, 90, 90})[:2]
	for _, tt := range []struct {
		name    string
		domains []results.Domain
		of      string // experiment that is to have all domains
		known   bool
	}{
		{"two domains seen", nil, "", true},
		{"three expected", results.Domains(), "", false},
		{"two expected", []results.Domain{results.Code, results.Science}, "", true},
		{"three expected of the experiment", nil, two[0].Experiment, false},
		{"three expected of another experiment", nil, "other", true},
	} {
		opts := report.Options{Domains: tt.domains, Expected: map[string][]results.Domain{tt.of: results.Domains()}}
		row := report.Leaderboard(two, opts).Groups[0].Rows[0]
		for name, n := range map[string]results.Number{"gain": row.Gain.Mean, "points": row.Points.Mean, "MATS": row.MATS} {
			if n.Known != tt.known {
				t.Errorf("%s: the average %s is %v", tt.name, name, n)
			}
		}
	}
}

func TestRowFigures(t *testing.T) {
	outcomes := rounds("a", results.Iterative, results.Seed, [3]int{90, 60, 60}, [3]int{120, 60, 90})
	outcomes[3] = failed(outcomes[3]) // science, run 2
	row := report.Leaderboard(outcomes, report.Options{}).Groups[0].Rows[0]
	is := func(n results.Number, want float64) bool { return n.Known && math.Abs(n.Value-want) < 1e-9 }
	// science: gains 50 and 0; code: 0 and 0; finance: 0 and 50.
	if got := row.Gain.Mean; !is(got, 50.0/3) {
		t.Errorf("average gain %v, want 16.67", got)
	}
	// variances 1250, 0, 1250: sqrt(2500)/3.
	if got := row.Gain.SD; !is(got, 50.0/3) {
		t.Errorf("SD of the average %v, want 16.67", got)
	}
	if got := row.GainValid; !is(got, 25) { // (50 + 0 + 25)/3
		t.Errorf("average gain of valid runs %v, want 25", got)
	}
	if row.ValidRuns != 5 || row.Runs != 6 || row.Attempts != 36 || row.ValidAttempts != 20 || row.Failures[results.CodeTimeout] != 2 {
		t.Errorf("counts: %+v", row)
	}
	if got := row.MATS; !is(got, 1.5) || !is(row.Pooled.Value, 1.8) {
		t.Errorf("MATS %v, pooled %v, want 1.5 and 1.8", got, row.Pooled)
	}
}
