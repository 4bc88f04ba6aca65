package report_test

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
)

// A flagged run changes no figure of its row; beside them stands what the row is with the
// run as the base, and the rank that it has then.
func TestFlaggedRuns(t *testing.T) {
	violation := results.Sum(1, []results.Finding{
		{Rule: "files", Level: results.Warning, Text: "something"}, {Rule: "no-teacher-call", Level: results.Violation, Text: "all rows"},
	})
	cheat := rounds("cheat", results.Iterative, results.Seed, [3]int{120, 120, 120}, [3]int{120, 120, 120})
	cheat[0].Audit, cheat[1].Audit, cheat[2].Audit = &violation, &violation, &violation
	for i := range 3 {
		cheat[3+i].Audit = &results.Audited{Rules: 1, Level: results.Clean}
	}
	cheat[2].Finals[0].Correct = 30 // lost: a gain of -50 %, flagged or not
	honest := rounds("honest", results.Iterative, results.Seed, [3]int{96, 96, 96}, [3]int{96, 96, 96})
	board := report.Leaderboard(join(cheat, honest), report.Options{})
	first, second := board.Groups[0].Rows[0], board.Groups[0].Rows[1]
	is := func(n results.Number, want float64) bool { return n.Known && math.Abs(n.Value-want) < 1e-9 }
	if first.Agent != "cheat" || first.Rank != 1 || !is(first.Gain.Mean, 75) || !slices.Contains(first.Marks, report.Flagged) {
		t.Errorf("as scored: %s, rank %d, gain %v, marks %v", first.Agent, first.Rank, first.Gain.Mean, first.Marks)
	}
	a := first.Audit
	if a == nil || a.Runs != 6 || a.Flagged != 3 || a.Warned != 0 || a.Rules["no-teacher-call"] != 3 || len(a.Rules) != 1 || !is(a.Gain, 125.0/3) || !is(a.Points, 25.0/3) || a.Rank != 2 {
		t.Errorf("with flagged runs as the base: %+v", a)
	}
	if second.Audit != nil || slices.Contains(second.Marks, report.Flagged) {
		t.Errorf("a row that nobody audited: %+v, %v", second.Audit, second.Marks)
	}
	var out bytes.Buffer
	if err := report.Write(&out, report.Text, board); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Audits", "no-teacher-call (3)", "6/6", "0/6", "41.67"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the board lacks %q:\n%s", want, out.String())
		}
	}
}

// Rows are hostile text.
func TestAuditsAreClean(t *testing.T) {
	view := report.List(report.Audits([]report.Audit{{
		Audit: record.Audit{Level: results.Violation, Rows: 1, Findings: []results.Finding{{Rule: "no-teacher-call", Level: results.Violation, Text: "a\x1b[2Jb"}}},
		Rows:  []report.AuditRow{{N: 1, Origin: record.Unexplained, Question: "x\x1b]0;title\x07|y\nz"}},
	}}))
	for _, f := range []report.Format{report.Text, report.Markdown} {
		var out bytes.Buffer
		if err := report.Write(&out, f, view); err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(out.String(), "\x1b\x07") {
			t.Errorf("%s: %q", f, out.String())
		}
	}
}
