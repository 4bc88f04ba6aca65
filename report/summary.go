package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/report/stats"
	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
)

// summary is the one table that most readers need: how good each row is, how sure that
// is, what it costs and how far it can be trusted.
func (g Group) summary(common []Mark) table.Table {
	heads := []string{">" + g.what()}
	if g.certain() {
		heads = append(heads, ">95 % interval", "!ties")
	}
	t, add := g.gridBy(Row.Ranks, false, "Leaderboard", common, append(heads, ">MATS", ">USD/run", "!kind")...)
	for _, r := range g.Rows {
		value := r.Gain.Mean
		if g.RankedBy == stats.ByPoints {
			value = r.Points.Mean
		}
		cells := []string{table.Number(value, 1)}
		if g.certain() {
			cells = append(cells, r.Interval(), r.Ties())
		}
		cost := table.Missing // neither the paper nor a given submission has one
		if r.Kind == results.OfAgent {
			cost = dollars(over(r.Cost, float64(r.Runs)))
		}
		add(r, append(cells, table.Number(r.MATS, 2), cost, r.StandingBy())...)
	}
	g.noteSummary(t, common)
	return *t
}

func (g Group) noteSummary(t *table.Table, common []Mark) {
	t.Note("%s, mean over runs, then over domains; a run without a valid submission counts as 0. MATS: attempts per valid submission; lower is better.", g.figure())
	if g.certain() {
		t.Note("Rank: the ranks that a row's true rank lies in with 95 %% confidence. Ties: rows that share a letter do not differ significantly.")
	}
	g.noteTerms(t)
	g.noteMarks(t, common)
	g.noteNoInterval(t)
	g.noteHeads(t)
	g.noteWarnings(t)
	for _, r := range g.Rows {
		if r.Audit != nil && r.Audit.Flagged > 0 {
			t.Note("%s: audits flag %d of %d runs (%s); the table audits has the rank without them.", r.words(), r.Audit.Flagged, r.Runs, rulesBroken(r.Audit.Rules))
		}
		if r.Kind == results.OfAgent && r.ValidRuns < r.Runs {
			t.Note("%s: %d of %d runs without a valid submission%s.", r.words(), r.Runs-r.ValidRuns, r.Runs, r.failures())
		}
	}
}

// noteMarks names the rows of each mark that not all rows have. Simulated ones are of
// that kind already.
func (g Group) noteMarks(t *table.Table, common []Mark) {
	for _, m := range meanings {
		var rows []string
		for _, r := range g.Rows {
			if m.mark != Simulated && slices.Contains(r.own(common), m.mark) {
				rows = append(rows, r.words())
			}
		}
		if rows != nil {
			t.Note("%s (%s): %s.", m.mark, m.meaning, strings.Join(rows, ", "))
		}
	}
}

// Ranks is the set of the row's ranks, or its rank where nothing is tested.
func (r Row) Ranks() string {
	if r.Rank == 0 || r.Uncertainty == nil || r.Uncertainty.Ranks == nil || r.Uncertainty.Ranks.Low == 0 {
		return r.place()
	}
	return rankSet(*r.Uncertainty.Ranks)
}

// Interval is the 95 % interval of what the row is ranked by, in words.
func (r Row) Interval() string {
	if r.Uncertainty == nil {
		return table.Missing
	}
	return between(r.Uncertainty.Gain.Interval)
}

// Ties are the letters that the row shares with those that it does not differ from.
func (r Row) Ties() string {
	if r.Uncertainty == nil || r.Uncertainty.Ranks == nil || r.Uncertainty.Ranks.Low == 0 {
		return table.Missing
	}
	return r.Uncertainty.Ranks.Letters
}

// failures is why attempts of the row failed.
func (r Row) failures() string {
	var reasons []string
	for _, f := range results.Failures() {
		if n := r.Failures[f]; n > 0 {
			times := "once"
			if n > 1 {
				times = fmt.Sprintf("%d times", n)
			}
			reasons = append(reasons, string(f)+" "+times)
		}
	}
	if reasons == nil {
		return ""
	}
	return "; attempts failed with " + strings.Join(reasons, ", ")
}
