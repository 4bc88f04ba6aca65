package report

import (
	"cmp"
	"slices"

	"github.com/autodatabench/autodatabench/report/stats"
	"github.com/autodatabench/autodatabench/results"
)

// headlineSeed makes the draws of intervals the same in every report.
const headlineSeed = 1

// Uncertainty is how sure a row's place is (package stats).
type Uncertainty struct {
	Gain  stats.Estimate `json:"gain"` // average by which the group is ranked, with its 95 % interval
	Ranks *stats.RankSet `json:"ranks,omitempty"`
	Best  results.Number `json:"best"` // see stats.Headline; this, the ranks and the averages of ranked rows only

	Averages *stats.Alternatives `json:"averages,omitempty"` // other ways to average
	Split    stats.EntrySplit    `json:"split"`              // where the variance comes from
}

func (k rowKey) entry() stats.Entry {
	return stats.Entry{Agent: k.agent, Workflow: k.workflow, Setting: k.setting, Experiment: k.experiment}
}

// newStudy makes the study of the cells whose runs are all scored. Cells without
// known answers have intervals from counts. It is nil if there is none, and an
// error if base students or items differ.
func newStudy(outcomes []results.Outcome, domains []results.Domain) (*stats.Study, error) {
	type cellKey struct {
		rowKey
		domain results.Domain
	}
	keys, byCell := grouped(outcomes, func(o results.Outcome) cellKey { return cellKey{keyOfRow(o), o.Domain} })
	keys = slices.DeleteFunc(keys, func(k cellKey) bool {
		return !slices.Contains(domains, k.domain) || slices.ContainsFunc(byCell[k], unscored)
	})
	if len(keys) == 0 {
		return nil, nil
	}
	groups := groupsByDomain(outcomes)
	var cells []*stats.Cell
	for _, k := range keys {
		runs := byCell[k]
		slices.SortFunc(runs, compareOutcomes)
		cell, err := newCell(k.entry(), k.domain, runs, groups[k.domain])
		if err != nil {
			return nil, err
		}
		cells = append(cells, cell)
	}
	return stats.NewStudy(domains, cells, stats.FitRunPrior(cells))
}

func unscored(o results.Outcome) bool { return !o.Final().Known || o.BasePrivate.Total < 2 }

// groupsByDomain are the groups of the domains' items, as far as an outcome has them:
// older programs knew none of suite mini.
func groupsByDomain(outcomes []results.Outcome) map[results.Domain]results.Groups {
	groups := map[results.Domain]results.Groups{}
	for _, o := range outcomes {
		groups[o.Domain] = cmp.Or(groups[o.Domain], o.BasePrivate.Groups)
	}
	return groups
}

// newCell is of the answers to single items where those of all runs are known,
// else of counts. The groups are for runs whose scores say nothing of them.
func newCell(e stats.Entry, d results.Domain, runs []results.Outcome, groups results.Groups) (*stats.Cell, error) {
	seeds := 1
	for _, o := range runs {
		seeds = max(seeds, len(o.Finals))
	}
	base := runs[0].BasePrivate
	var byItem []stats.Run
	var shares []float64
	var invalid []bool
	for _, o := range runs {
		invalid = append(invalid, !o.Valid)
		finals := o.Finals
		if !o.Valid { // the student stayed as it was
			finals = slices.Repeat([]results.Score{base}, seeds)
		}
		run := make(stats.Run, len(finals))
		known := o.BasePrivate.Items != ""
		for k, score := range finals {
			run[k] = score.Items.Correct()
			known = known && score.Items != ""
		}
		if known {
			byItem = append(byItem, run)
		}
		shares = append(shares, o.Final().Value)
	}
	if len(byItem) == len(runs) {
		together := cmp.Or(base.Groups, groups).Numbers()
		if len(together) != base.Total { // of other items, which the study refuses
			together = nil
		}
		return stats.NewCell(e, d, stats.Answers{Base: base.Items.Correct(), Runs: byItem, Invalid: invalid, Groups: together})
	}
	return stats.NewCountCell(e, d, base.Total, runs[0].Result().Base.Value, shares, invalid)
}

// uncertainty fills in the uncertainty of all rows. Ranks are those among the
// ranked rows: given submissions have intervals only.
func (g *Group) uncertainty(outcomes []results.Outcome, domains []results.Domain, draws int) {
	all, err := newStudy(outcomes, domains)
	among := all
	if err == nil && slices.ContainsFunc(outcomes, given) {
		among, err = newStudy(slices.DeleteFunc(slices.Clone(outcomes), given), domains)
	}
	if err != nil {
		g.noStudy = err
		g.Warnings = append(g.Warnings, "no intervals and rank sets: "+err.Error())
		return
	}
	if all != nil {
		all = all.By(g.RankedBy)
	}
	if among != nil {
		among = among.By(g.RankedBy)
	}
	g.study, g.ranked = all, among
	found := map[stats.Entry]*Uncertainty{}
	for _, h := range headlines(all, draws) {
		found[h.Entry] = &Uncertainty{Gain: h.Gain, Best: h.Best}
	}
	if all != nil {
		for i, split := range all.Splits() {
			found[all.Entries()[i]].Split = split
		}
	}
	if among != all {
		for _, u := range found {
			u.Best = results.Number{}
		}
		for _, h := range headlines(among, draws) {
			found[h.Entry].Best = h.Best
		}
	}
	if among != nil {
		for _, r := range among.Ranks() {
			found[r.Entry].Ranks = &r
		}
		for _, a := range among.Alternatives() {
			found[a.Entry].Averages = &a
		}
	}
	for i := range g.Rows {
		g.Rows[i].Uncertainty = found[g.Rows[i].rowKey().entry()]
	}
}

func headlines(s *stats.Study, draws int) []stats.Headline {
	if s == nil {
		return nil
	}
	return s.Headlines(headlineSeed, draws)
}
