package report

import (
	"fmt"

	"github.com/autodatabench/autodatabench/report/stats"
	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
)

// PowerPlan says, for each group of a board with measured variance, which
// differences how many runs can find.
type PowerPlan struct {
	Difference results.Number `json:"difference"` // asked for, percentage points
	Groups     []PowerGroup   `json:"groups"`
}

// PowerGroup is the plan of one group.
type PowerGroup struct {
	Title  string       `json:"title"`
	Design stats.Design `json:"design"`
	Pairs  int          `json:"pairs"`
	Rows   []PowerRow   `json:"rows"`

	// Needed finds the difference that was asked for: in a test of one pair, and
	// in the first step of Holm's over all pairs.
	Needed     results.Number `json:"runs_needed"`
	NeededHolm results.Number `json:"runs_needed_holm"`
}

// PowerRow is what a number of runs per agent and domain can find, in percentage
// points of average accuracy.
type PowerRow struct {
	Runs           int     `json:"runs"`
	SE             float64 `json:"se"`
	Detectable     float64 `json:"detectable"`
	DetectableHolm float64 `json:"detectable_holm"`
}

var plannedRuns = []int{1, 2, 3, 4, 5, 8, 10, 15, 20}

// Power plans with the variance that the board's runs show. difference may be
// missing. Groups without two runs of anything, or of which all runs are alike,
// are left out.
func (b Board) Power(difference results.Number) PowerPlan {
	plan := PowerPlan{Difference: difference, Groups: []PowerGroup{}}
	for _, g := range b.Groups {
		if g.study == nil {
			continue
		}
		design, ok := g.study.Design()
		if !ok {
			continue
		}
		pairs := max(1, len(g.study.Pairs()))
		first := stats.Level / float64(pairs)
		group := PowerGroup{Title: g.title("Power", g.commonMarks()), Design: design, Pairs: pairs}
		for _, runs := range plannedRuns {
			group.Rows = append(group.Rows, PowerRow{runs, design.SE(runs), design.Detectable(runs, stats.Level), design.Detectable(runs, first)})
		}
		if difference.Known {
			group.Needed, group.NeededHolm = design.RunsNeeded(difference.Value, stats.Level), design.RunsNeeded(difference.Value, first)
		}
		plan.Groups = append(plan.Groups, group)
	}
	return plan
}

// Tables returns a table a group.
func (p PowerPlan) Tables() []table.Table {
	var tables []table.Table
	for _, g := range p.Groups {
		heads := []string{">runs", ">standard error", ">found, one pair", fmt.Sprintf(">found, first of %d pairs", g.Pairs)}
		if g.Pairs == 1 {
			heads = heads[:3]
		}
		t := table.New(g.Title, 1, heads...)
		for _, r := range g.Rows {
			t.Add([]string{fmt.Sprint(r.Runs), fixed(r.SE), fixed(r.Detectable), fixed(r.DetectableHolm)}[:len(heads)]...)
		}
		t.Note("Runs: of both agents, in each domain (%d). Found: the smallest difference of average accuracy, in percentage points, that a test at 5 %% finds with a chance of %.0f %%.",
			g.Design.Domains, 100*stats.Power)
		t.Note("Measured: SD between runs %.2f points, items taken out; SD of an item's answer from run to run %.1f points; %.0f items a domain.",
			g.Design.RunSD, g.Design.ItemSD, g.Design.Items)
		for _, w := range g.Design.Warnings {
			t.Note("%s.", w)
		}
		if p.Difference.Known {
			needed := fmt.Sprintf("Runs needed for a difference of %s points: %s in a test of one pair", table.Number(p.Difference, 2), table.Number(g.Needed, 0))
			if g.Pairs > 1 {
				needed += fmt.Sprintf(", %s to be the first found of %d pairs", table.Number(g.NeededHolm, 0), g.Pairs)
			}
			t.Note("%s.", needed)
		}
		tables = append(tables, *t)
	}
	return tables
}

func fixed(x float64) string { return table.Number(results.Num(x, true), 2) }
