package report_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/results"
)

// The one table of a board fits a terminal of 80 columns without being split, with
// names of the usual length whole, and says why runs count as 0.
func TestSummaryFits(t *testing.T) {
	outcomes := join(
		rounds("first-agent-of-3", results.Iterative, results.Scratch, [3]int{120, 110, 90}),
		rounds("second-agent-of-3", results.Iterative, results.Scratch, [3]int{100, 90, 80}),
		each(rounds("third-agent-of-3", results.OneShot, results.Scratch, [3]int{}), func(o *results.Outcome) { *o = failed(*o) }),
	)
	part := report.Leaderboard(outcomes, report.Options{}).Only(report.Summary)
	for _, width := range []int{80, 100, 120, 200} {
		var b bytes.Buffer
		if err := report.WriteIn(&b, report.Text, part, width); err != nil {
			t.Fatal(err)
		}
		got := b.String()
		if n := strings.Count(got, "\nrank "); n != 1 {
			t.Errorf("%d columns: %d parts:\n%s", width, n, got)
		}
		for _, want := range []string{"first-agent-of-3 ", "third-agent-of-3 one-shot scratch: 3 of 3 runs without a valid submission; attempts failed with code execution timeout 6 times, "} {
			if !strings.Contains(strings.Join(strings.Fields(got), " "), want) {
				t.Errorf("%d columns lack %q:\n%s", width, want, got)
			}
		}
	}
}

// A part shows the tables that it is asked for, and is the whole board as JSON and CSV.
func TestPart(t *testing.T) {
	board := report.Leaderboard(rounds("a", results.OneShot, results.Seed, [3]int{90, 80, 70}), report.Options{})
	names := []string{"failures", report.Summary}
	var titles []string
	for _, tab := range board.Only(names...).Tables() {
		titles = append(titles, strings.Fields(tab.Title)[0])
	}
	if want := []string{"Failed", "Leaderboard"}; !slices.Equal(titles, want) {
		t.Errorf("titles %v, want %v", titles, want)
	}
	for _, f := range []report.Format{report.JSON, report.CSV} {
		if !bytes.Equal(render(t, f, board), render(t, f, board.Only(names...))) {
			t.Errorf("a part as %s is not the whole board", f)
		}
	}
	if got := board.Only(report.OtherRanksTable).Tables(); len(got) != 1 || len(got[0].Notes) == 0 {
		t.Errorf("a table that no group has: %v", got)
	}
}
