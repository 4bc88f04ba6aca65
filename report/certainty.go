package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/report/stats"
	"github.com/autodatabench/autodatabench/report/table"
)

// certain reports whether any row has an interval.
func (g Group) certain() bool {
	return slices.ContainsFunc(g.Rows, func(r Row) bool { return r.Uncertainty != nil && r.Uncertainty.Gain.Low.Known })
}

// certainty is the table of intervals and rank sets.
func (g Group) certainty(common []Mark) table.Table {
	t, add := g.grid("How sure the ranking is", common, ">average "+g.what(), ">95 % interval", ">ranks", "ties", ">on top", ">runs")
	for _, r := range g.Rows {
		u := r.Uncertainty
		if u == nil {
			continue
		}
		ranks, ties, top := table.Missing, table.Missing, table.Missing
		if u.Ranks != nil && u.Ranks.Low > 0 {
			ranks, ties = rankSet(*u.Ranks), u.Ranks.Letters
		}
		if u.Best.Known {
			top = fmt.Sprintf("%.0f %%", 100*u.Best.Value)
		}
		add(r, table.Number(u.Gain.Value, 2), between(u.Gain.Interval), ranks, ties, top, fmt.Sprint(u.Gain.N))
	}
	t.Note("Interval: %s; runs, items and the base student's accuracy are uncertain.", stats.BBMod)
	t.Note("Ranks: those that a row's true rank lies in with 95 %% confidence, each row for itself. Ties: rows that share a letter do not differ significantly, at 5 %% for all pairs together (%s, Holm). "+
		"On top: share of draws in which the row is the best, a description and no test. Methods: version %d (bench/doc/statistics.md).", stats.RunsItems, stats.Version)
	if order := g.orderDepends(); order != "" {
		t.Note("%s", order)
	}
	g.doubts(t)
	return *t
}

// between is the cell of an interval's limits.
func between(in stats.Interval) string {
	if !in.Low.Known || !in.High.Known {
		return table.Missing
	}
	return table.Number(in.Low, 1) + " to " + table.Number(in.High, 1)
}

func rankSet(r stats.RankSet) string {
	if r.Low == r.High {
		return fmt.Sprint(r.Low)
	}
	return fmt.Sprintf("%d-%d", r.Low, r.High)
}

// doubts notes each warning of the estimates with the rows that it is about.
func (g Group) doubts(t *table.Table) {
	var order []string
	rows := map[string][]string{}
	for _, r := range g.Rows {
		if r.Uncertainty == nil {
			continue
		}
		for _, w := range r.Uncertainty.Gain.Warnings {
			if rows[w] == nil {
				order = append(order, w)
			}
			rows[w] = append(rows[w], r.words())
		}
	}
	for _, w := range order {
		who := strings.Join(rows[w], ", ")
		if len(rows[w]) == len(g.Rows) {
			who = "all rows"
		}
		t.Note("%s: %s.", who, w)
	}
}
