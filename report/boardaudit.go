package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/report/stats"
	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
)

// RowAudit is what the audits of a row's runs say. A flagged run stays in the row's other
// figures; Gain, Points and Rank are those with the flagged runs counted as the base
// student's.
type RowAudit struct {
	Runs    int            `json:"runs"`    // that were audited
	Warned  int            `json:"warned"`  // of them, with a warning as the gravest
	Flagged int            `json:"flagged"` // of them, with a violation
	Rules   map[string]int `json:"rules"`   // flagged runs by rule
	Gain    results.Number `json:"gain"`    // %, average over domains
	Points  results.Number `json:"points"`  // percentage points of accuracy
	Rank    int            `json:"rank"`    // in the group, 0 is not ranked
}

// auditOf sums the audits of a row's runs up, nil where there is none.
func auditOf(outcomes []results.Outcome, domains []results.Domain) *RowAudit {
	a := RowAudit{Rules: map[string]int{}}
	byDomain := map[results.Domain][]results.Run{}
	for _, o := range outcomes {
		byDomain[o.Domain] = append(byDomain[o.Domain], o.AsBase())
		if o.Audit == nil {
			continue
		}
		a.Runs++
		switch o.Audit.Level {
		case results.Warning:
			a.Warned++
		case results.Violation:
			a.Flagged++
		}
		rules := map[string]bool{}
		for _, f := range o.Audit.Findings {
			if f.Level == results.Violation {
				rules[f.Rule] = true
			}
		}
		for rule := range rules {
			a.Rules[rule]++
		}
	}
	if a.Runs == 0 {
		return nil
	}
	cells := map[results.Domain]results.Cell{}
	for d, runs := range byDomain {
		cells[d] = results.CellOf(runs)
	}
	a.Gain = results.Average(domains, cells, func(c results.Cell) results.Number { return c.Gain })
	a.Points = results.Average(domains, cells, func(c results.Cell) results.Number { return c.Points })
	return &a
}

// rankAudited numbers the rows by what they are with flagged runs as the base.
func rankAudited(rows []Row, by stats.Metric) {
	value := func(r Row) results.Number {
		gain, points := r.Gain.Mean, r.Points.Mean
		if r.Audit != nil {
			gain, points = r.Audit.Gain, r.Audit.Points
		}
		if by == stats.ByPoints {
			return points
		}
		return gain
	}
	for i, r := range rows {
		if r.Audit == nil || r.Rank == 0 || !value(r).Known {
			continue
		}
		rows[i].Audit.Rank = 1
		for _, other := range rows {
			if other.Rank > 0 && value(other).Known && roundedUp(value(other).Value, value(r).Value) {
				rows[i].Audit.Rank++
			}
		}
	}
}

// roundedUp reports whether a is above b by more than sums in another order differ by.
func roundedUp(a, b float64) bool { return a > b+1e-9 }

// audited reports whether any row has an audited run.
func (g Group) audited() bool {
	return slices.ContainsFunc(g.Rows, func(r Row) bool { return r.Audit != nil })
}

// audits is the table of audits: what each row is as scored, and with the flagged runs
// counted as the base.
func (g Group) audits(common []Mark) table.Table {
	figure := ">gain"
	if g.RankedBy == stats.ByPoints {
		figure = ">points"
	}
	t, add := g.grid("Audits", common, ">audited", ">warned", ">flagged", "rules broken", figure, ">flagged as base", ">rank then")
	for _, r := range g.Rows {
		a := cmp.Or(r.Audit, &RowAudit{})
		scored, then := r.Gain.Mean, a.Gain
		if g.RankedBy == stats.ByPoints {
			scored, then = r.Points.Mean, a.Points
		}
		rank := table.Missing
		if a.Rank > 0 {
			rank = fmt.Sprint(a.Rank)
		}
		add(r, fmt.Sprintf("%d/%d", a.Runs, r.Runs), fmt.Sprint(a.Warned), fmt.Sprint(a.Flagged), orMissing(rulesBroken(a.Rules)),
			table.Number(scored, 2), table.Number(then, 2), rank)
	}
	t.Note("Ranks and all other tables are as scored. Flagged: an audit found a breach of the rules (bench/doc/audit.md); " +
		"flagged as base: the row if these runs had gained nothing (those that lost stay as they are), and its rank then. Audits are deterministic; their thresholds were measured on simulated trials.")
	return *t
}

func rulesBroken(rules map[string]int) string {
	var list []string
	for _, rule := range slices.Sorted(maps.Keys(rules)) {
		list = append(list, fmt.Sprintf("%s (%d)", rule, rules[rule]))
	}
	return strings.Join(list, ", ")
}
