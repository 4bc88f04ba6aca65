package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/report/stats"
	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
)

// averages is the table of other ways to average, for readers who doubt the one
// that ranks. Given submissions are not in it.
func (g Group) averages(common []Mark) table.Table {
	t, add := g.grid("Other averages", common, ">gain", ">points", ">geometric", ">ratio", ">headroom", ">wins", ">without")
	for _, r := range g.Rows {
		if r.Uncertainty == nil || r.Uncertainty.Averages == nil {
			continue
		}
		a := r.Uncertainty.Averages
		var cells []string
		for _, n := range []results.Number{a.Gain, a.Points, a.Geometric, a.Ratio, a.Headroom} {
			cells = append(cells, table.Number(n, 2))
		}
		without := make([]string, len(a.Without))
		for i, rank := range a.Without {
			if without[i] = table.Missing; rank > 0 {
				without[i] = fmt.Sprint(rank)
			}
		}
		add(r, append(cells, percentWhole(a.WinRate), strings.Join(without, " "))...)
	}
	domains := make([]string, len(g.Domains))
	for i, d := range g.Domains {
		domains[i] = string(d.Domain)
	}
	t.Note("In %% but for points (percentage points of accuracy). Gain: the headline. Geometric: from the geometric mean over domains of accuracy over base accuracy. Ratio: of the mean accuracies. "+
		"Headroom: share gained of what the base student lacks. Wins: share of the other rows with a lower accuracy, mean over domains. Without: the ranks by gain when one domain is left out: %s.", strings.Join(domains, ", "))
	if weights := g.weights(); weights != "" {
		t.Note("Part that a percentage point has in the average gain: %s.", weights)
	}
	return *t
}

// weights is what a percentage point counts in each domain.
func (g Group) weights() string {
	var parts []string
	for i, w := range g.study.WeightShares() {
		if !w.Known {
			return ""
		}
		parts = append(parts, fmt.Sprintf("%s %s", g.Domains[i].Domain, percentWhole(w)))
	}
	return strings.Join(parts, ", ")
}

// averaged reports whether any row has other averages.
func (g Group) averaged() bool {
	return slices.ContainsFunc(g.Rows, func(r Row) bool { return r.Uncertainty != nil && r.Uncertainty.Averages != nil })
}

// split reports whether any row's variance can be split.
func (g Group) split() bool {
	return slices.ContainsFunc(g.Rows, func(r Row) bool { return r.Uncertainty != nil && r.Uncertainty.Split.Average.ItemShare.Known })
}

// sources is the table of what the variance of the gains comes from.
func (g Group) sources(common []Mark) table.Table {
	heads := []string{">runs", ">seeds", ">items"}
	for _, d := range g.Domains {
		heads = append(heads, ">SD in "+string(d.Domain))
	}
	t, add := g.grid("Where the uncertainty comes from", common, heads...)
	for _, r := range g.Rows {
		if r.Uncertainty == nil {
			continue
		}
		from := r.Uncertainty.Split
		cells := []string{percentWhole(from.Average.RunShare), percentWhole(from.Average.SeedShare), percentWhole(from.Average.ItemShare)}
		for _, d := range from.Domains {
			cells = append(cells, runsAndSeeds(d))
		}
		add(r, cells...)
	}
	t.Note("Runs, seeds, items: shares of the squared standard error of the average gain, as the row's own runs show it. SD: between runs of the agent in percentage points of accuracy, items taken out; " +
		"after a plus sign that between training seeds of a run. With one training seed the runs' part holds both.")
	return *t
}

func runsAndSeeds(s stats.Split) string {
	cell := table.Number(s.Run, 1)
	if s.Seed.Known {
		cell += " + " + table.Number(s.Seed, 1)
	}
	return cell
}
