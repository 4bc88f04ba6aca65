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

// WorkflowContrast is by how much the mean over the agents of the iterative workflow is
// above that of one-shot, in one setting.
type WorkflowContrast struct {
	Setting results.Setting `json:"setting"`
	Agents  int             `json:"agents"`
	stats.Contrast
}

// rank ranks the published runs.
func (r *Reproduction) rank(t published.Tables, draws int) {
	r.Ranking = Leaderboard(t.Outcomes(), Options{Names: t.Names(), Draws: draws})
	r.Differing, r.Contrasts = []DifferingPair{}, []WorkflowContrast{}
	for _, g := range r.Ranking.Groups {
		if g.study == nil {
			continue
		}
		pairs := g.study.Pairs()
		r.Pairs += len(pairs)
		r.Differing = append(r.Differing, differing(pairs)...)
		for _, s := range results.Settings() {
			if c, ok := workflows(g.study, s); ok {
				r.Contrasts = append(r.Contrasts, c)
			}
		}
	}
}

// workflows contrasts the two workflows over the agents that have both in the setting.
func workflows(s *stats.Study, setting results.Setting) (WorkflowContrast, bool) {
	both := map[string]int{}
	for _, e := range s.Entries() {
		if e.Setting == setting {
			both[e.Agent]++
		}
	}
	agents := 0
	for _, n := range both {
		if n == len(results.Workflows()) {
			agents++
		}
	}
	weights := map[stats.Entry]float64{}
	for _, e := range s.Entries() {
		if e.Setting == setting && both[e.Agent] == len(results.Workflows()) {
			weights[e] = 1 / float64(agents)
			if e.Workflow == results.OneShot {
				weights[e] *= -1
			}
		}
	}
	c, err := s.Contrast(weights)
	return WorkflowContrast{setting, agents, c}, err == nil && agents > 0
}

// ranked is the table of the ranking, with what it rests on, and that of the other averages.
func (r Reproduction) ranked() []table.Table {
	var tables []table.Table
	for _, g := range r.Ranking.Groups {
		t := g.certainty(g.commonMarks())
		t.Title = "The paper's agents in the benchmark's own ranking"
		t.Note("%d of %d pairs of rows differ significantly%s.", len(r.Differing), r.Pairs, named(r.Differing))
		for _, c := range r.Contrasts {
			t.Note("Iterative over one-shot, setting %s, mean of %d agents: %s %% of the base; for other runs on these items 95 %% interval %s, p %s; for other items, too, %s, p %s.",
				c.Setting, c.Agents, signed(c.Estimate.Value), between(c.Runs.Interval), probability(c.RunsP), between(c.Estimate.Interval), probability(c.P))
		}
		t.Note("Limits: two runs a cell; answers counted from the printed accuracies and the inferred sizes, so that items are not paired; " +
			"runs as Table 4 labels them, with the rows above that are swapped or repeated.")
		averages := g.averages(g.commonMarks())
		averages.Title = "The paper's agents by other averages"
		tables = append(tables, t, averages)
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
