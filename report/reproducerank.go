package report

import (
	"fmt"
	"strings"

	"github.com/autodatabench/autodatabench/report/stats"
	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/published"
)

// DifferingPair is two rows of the published ranking that differ significantly.
type DifferingPair struct {
	A    stats.Entry    `json:"a"`
	B    stats.Entry    `json:"b"`
	Holm results.Number `json:"holm"`
}

func differing(pairs []stats.Pair) []DifferingPair {
	list := []DifferingPair{}
	for _, p := range pairs {
		if p.Holm.Known && p.Holm.Value < stats.Level {
			list = append(list, DifferingPair{p.A, p.B, p.Holm})
		}
	}
	return list
}

// rank ranks the published runs.
func (r *Reproduction) rank(t published.Tables, draws int) {
	r.Ranking = Leaderboard(t.Outcomes(), Options{Names: t.Names(), Draws: draws})
	r.Differing, r.Unfactored, r.RunFactors = []DifferingPair{}, []DifferingPair{}, map[results.Domain]float64{}
	for _, g := range r.Ranking.Groups {
		if g.study == nil {
			continue
		}
		pairs := g.study.Pairs()
		r.Pairs += len(pairs)
		r.Differing = append(r.Differing, differing(pairs)...)
		r.Unfactored = append(r.Unfactored, differing(g.study.AsModerated().Pairs())...)
		for _, d := range g.Domains {
			r.RunFactors[d.Domain] = g.study.RunFactor(d.Domain)
		}
	}
}

// ranked is the table of the ranking, with what it rests on.
func (r Reproduction) ranked() []table.Table {
	var tables []table.Table
	for _, g := range r.Ranking.Groups {
		t := g.certainty(g.commonMarks())
		t.Title = "The paper's agents in the benchmark's own ranking"
		t.Note("%d of %d pairs of rows differ significantly%s.", len(r.Differing), r.Pairs, named(r.Differing))
		var factors []string
		for _, d := range g.Domains {
			factors = append(factors, fmt.Sprintf("%.2f in %s", r.RunFactors[d.Domain], d.Domain))
		}
		t.Note("Intervals and tests take the variance between runs so that moderated ones add up to those observed (%s times the moderated; bench/doc/statistics.md); "+
			"without that factor %d of the pairs would differ%s.", strings.Join(factors, ", "), len(r.Unfactored), named(r.Unfactored))
		t.Note("Limits: two runs a cell; answers counted from the printed accuracies and the inferred sizes, so that items are not paired; " +
			"runs as Table 4 labels them, with the rows above that are swapped or repeated.")
		tables = append(tables, t)
	}
	return tables
}

// named lists the pairs with their p-values after a colon, if there are any.
func named(pairs []DifferingPair) string {
	if len(pairs) == 0 {
		return ""
	}
	var list []string
	for _, p := range pairs {
		p.A.Experiment, p.B.Experiment = "", "" // the same
		list = append(list, fmt.Sprintf("%s and %s (Holm's p %s)", p.A, p.B, probability(p.Holm)))
	}
	return ": " + strings.Join(list, "; ")
}
