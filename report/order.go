package report

import (
	"fmt"
	"strings"

	"github.com/autodatabench/autodatabench/report/stats"
	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
)

// OtherRanks is the ranking by another average than the group's.
type OtherRanks struct {
	By   stats.Metric    `json:"by"`
	Sets []stats.RankSet `json:"sets"`
}

// otherRanks fills in the rankings by the averages that the group is not ranked by.
func (g *Group) otherRanks() {
	for _, m := range stats.Metrics() {
		if m != g.RankedBy && g.ranked != nil {
			g.Others = append(g.Others, OtherRanks{m, g.ranked.By(m).Ranks()})
		}
	}
}

// others is the table of these rankings.
func (g Group) others(common []Mark) table.Table {
	var heads []string
	for _, o := range g.Others {
		heads = append(heads, ">"+string(o.By), ">ranks", "ties")
	}
	t, add := g.grid("Ranks by other averages", common, heads...)
	for _, r := range g.Rows {
		var cells []string
		for _, o := range g.Others {
			rank, set, ties := table.Missing, table.Missing, table.Missing
			for _, s := range o.Sets {
				if s.Entry != r.rowKey().entry() {
					continue
				}
				if s.Rank > 0 {
					rank = fmt.Sprint(s.Rank)
				}
				if s.Low > 0 {
					set, ties = rankSet(s), s.Letters
				}
			}
			cells = append(cells, rank, set, ties)
		}
		add(r, cells...)
	}
	t.Note("Rank by each average, the ranks that the true one lies in with 95 %% confidence, and ties, as in the table How sure the ranking is.")
	return *t
}

// what names the figure by which the group is ranked.
func (g Group) what() string {
	if g.RankedBy == stats.ByPoints {
		return "points"
	}
	return "gain"
}

// orderDepends says how many pairs of rows another average puts the other way round,
// nothing if none.
func (g Group) orderDepends() string {
	by := map[stats.Metric]func(stats.Alternatives) results.Number{
		stats.ByGain:      func(a stats.Alternatives) results.Number { return a.Gain },
		stats.ByPoints:    func(a stats.Alternatives) results.Number { return a.Points },
		stats.ByHeadroom:  func(a stats.Alternatives) results.Number { return a.Headroom },
		stats.ByGeometric: func(a stats.Alternatives) results.Number { return a.Geometric },
	}
	var rows []stats.Alternatives
	for _, r := range g.Rows {
		if r.Rank > 0 && r.Uncertainty != nil && r.Uncertainty.Averages != nil {
			rows = append(rows, *r.Uncertainty.Averages)
		}
	}
	var parts []string
	for _, m := range stats.Metrics() {
		if m == g.RankedBy {
			continue
		}
		turned := 0
		for i, a := range rows {
			for _, b := range rows[i+1:] {
				if opposed(by[g.RankedBy](a), by[g.RankedBy](b), by[m](a), by[m](b)) {
					turned++
				}
			}
		}
		if turned > 0 {
			parts = append(parts, fmt.Sprintf("%d by %s", turned, m))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return fmt.Sprintf("The order depends on the choice of average: of %d pairs of rows, these stand the other way round: %s (table Other averages).",
		len(rows)*(len(rows)-1)/2, strings.Join(parts, ", "))
}

// opposed reports whether one figure puts a over b and the other b over a.
func opposed(a1, b1, a2, b2 results.Number) bool {
	const equal = 1e-9
	x, y := a1.Value-b1.Value, a2.Value-b2.Value
	return a1.Known && b1.Known && a2.Known && b2.Known && (x > equal && y < -equal || x < -equal && y > equal)
}
