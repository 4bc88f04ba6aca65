package report

import (
	"fmt"

	"github.com/autodatabench/autodatabench/report/stats"
	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
)

// PowerPlan says, for each group of a board with measured variance, which
// differences how many runs can find. Differences are in the unit by which the group is
// ranked.
type PowerPlan struct {
	Difference results.Number `json:"difference"` // asked for
	Groups     []PowerGroup   `json:"groups"`
	Without    []NoPlan       `json:"without,omitempty"`
}

// NoPlan is a group without a plan.
type NoPlan struct {
	Title string `json:"title"`
	Why   string `json:"why"`
}

// PowerGroup is the plan of one group.
type PowerGroup struct {
	Title  string       `json:"title"`
	Unit   string       `json:"unit"`
	Design stats.Design `json:"design"`
	Pairs  int          `json:"pairs"`
	Rows   []PowerRow   `json:"rows"`

	// Floor is the smallest difference that any number of runs of this suite finds, in a
	// test of one pair.
	Floor results.Number `json:"floor"`

	// Needed finds the difference that was asked for: in a test of one pair, and
	// in the first step of Holm's over all pairs.
	Needed     stats.Needed `json:"needed"`
	NeededHolm stats.Needed `json:"needed_holm"`
}

// PowerRow is what a number of runs per agent and domain can find.
type PowerRow struct {
	Runs           int            `json:"runs"`
	SE             results.Number `json:"se"`
	Detectable     results.Number `json:"detectable"`
	DetectableHolm results.Number `json:"detectable_holm"`
}

// plannedRuns begin with two: one run gives no test.
var plannedRuns = []int{2, 3, 4, 5, 8, 10, 15, 20}

// countless is as many runs as nobody makes.
const countless = 10_000

// Power plans with the variance that the board's runs show. difference may be
// missing. Groups without measured variance are named with the reason.
func (b Board) Power(difference results.Number) PowerPlan {
	plan := PowerPlan{Difference: difference, Groups: []PowerGroup{}}
	for _, g := range b.Groups {
		title := g.title("Power", g.commonMarks())
		why := g.noInterval()
		if why != "" {
			plan.Without = append(plan.Without, NoPlan{title, why})
			continue
		}
		design, ok := g.study.Design()
		if !ok {
			plan.Without = append(plan.Without, NoPlan{title, "no two runs differ"})
			continue
		}
		plan.Groups = append(plan.Groups, g.power(title, design, difference))
	}
	return plan
}

func (g Group) power(title string, design stats.Design, difference results.Number) PowerGroup {
	pairs := max(1, g.study.PairCount())
	first := stats.Level / float64(pairs)
	known := func(x float64) results.Number { return results.Num(x, true) }
	group := PowerGroup{Title: title, Unit: g.RankedBy.Unit(), Design: design, Pairs: pairs, Floor: known(design.Detectable(countless, stats.Level))}
	for _, runs := range plannedRuns {
		group.Rows = append(group.Rows, PowerRow{runs, known(design.SE(runs)), known(design.Detectable(runs, stats.Level)), known(design.Detectable(runs, first))})
	}
	if difference.Known {
		group.Needed, group.NeededHolm = design.Needed(difference.Value, stats.Level), design.Needed(difference.Value, first)
	}
	return group
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
			t.Add([]string{fmt.Sprint(r.Runs), table.Number(r.SE, 2), table.Number(r.Detectable, 2), table.Number(r.DetectableHolm, 2)}[:len(heads)]...)
		}
		t.Note("Runs: of every agent, in each domain (%d). Found: the smallest difference of average %s, in %s, that a test at 5 %% finds with a chance of %.0f %%. No number of runs of this suite finds a smaller one than %s.",
			len(g.Design.Domains), g.Design.By, g.Unit, 100*stats.Power, table.Number(g.Floor, 2))
		for _, d := range g.Design.Domains {
			t.Note("Measured in %s, percentage points: SD between runs %.2f, chance answers taken out; of an item's answer from run to run %.1f; of the agents' difference over items that stays whatever the runs %.1f. %.0f items. A point counts %.2f.",
				d.Domain, d.RunSD, d.AnswerSD, d.ItemSD, d.Items, d.Weight)
		}
		for _, w := range g.Design.Warnings {
			t.Note("%s.", w)
		}
		if p.Difference.Known {
			t.Note("Difference of %s %s, one pair: %s", table.Number(p.Difference, 2), g.Unit, needed(g.Needed))
			if g.Pairs > 1 {
				t.Note("The same, to be the first found of %d pairs: %s", g.Pairs, needed(g.NeededHolm))
			}
		}
		tables = append(tables, *t)
	}
	for _, without := range p.Without {
		t := table.New(without.Title, 0, ">runs")
		t.Note("No plan: %s.", without.Why)
		tables = append(tables, *t)
	}
	return tables
}

// needed says in a sentence what finds a difference.
func needed(n stats.Needed) string {
	switch {
	case n.Runs.Known:
		return fmt.Sprintf("%s runs of every agent in each domain.", table.Number(n.Runs, 0))
	case n.Items.Known:
		return itemsNeeded(n)
	}
	return "not found by any number of runs or items."
}
