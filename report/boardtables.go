package report

import (
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/report/table"
)

// Summary is the table that a leaderboard shows when none is named.
const Summary = "summary"

// OtherRanksTable is the one table that needs [Options.Averages].
const OtherRanksTable = "other-ranks"

// boardTables are the tables that a group may have, in their order. One whose
// condition is nil is there always.
func boardTables() []boardTable {
	measured := func(_ Group, common []Mark) bool { return !slices.Contains(common, Published) } // the paper prints neither effort nor failures
	return []boardTable{
		{Summary, nil, Group.summary},
		{"domains", nil, Group.byDomain},
		{"audits", func(g Group, _ []Mark) bool { return g.audited() }, Group.audits},
		{"certainty", func(g Group, _ []Mark) bool { return g.certain() }, Group.certainty},
		{"averages", func(g Group, _ []Mark) bool { return g.averaged() }, Group.averages},
		{OtherRanksTable, func(g Group, _ []Mark) bool { return len(g.Others) > 0 }, Group.others},
		{"sources", func(g Group, _ []Mark) bool { return g.split() }, Group.sources},
		{"reliability", nil, Group.reliable},
		{"accuracy", nil, Group.accuracy},
		{"mats", nil, Group.mats},
		{"effort", measured, Group.effort},
		{"cost", measured, Group.cost},
		{"failures", measured, Group.failures},
	}
}

type boardTable struct {
	name string
	has  func(Group, []Mark) bool
	make func(Group, []Mark) table.Table
}

// BoardTables lists the names of a board's tables in their order.
func BoardTables() []string {
	var names []string
	for _, t := range boardTables() {
		names = append(names, t.name)
	}
	return names
}

// Part is a board of which some tables are shown, in the order of their names. As JSON
// and CSV it is the whole board.
type Part struct {
	Board
	names []string
}

// Only shows the named tables of the board.
func (b Board) Only(names ...string) Part { return Part{b, names} }

// Tables returns the tables that are shown.
func (p Part) Tables() []table.Table { return p.tables(p.names) }

func (b Board) tables(names []string) (tables []table.Table) {
	if len(b.Groups) == 0 {
		return []table.Table{*table.New("Leaderboard", 0, ">rank", "agent")}
	}
	known := boardTables()
	for _, g := range b.Groups {
		common := g.commonMarks()
		for _, name := range names {
			i := slices.IndexFunc(known, func(t boardTable) bool { return t.name == name })
			if i >= 0 && (known[i].has == nil || known[i].has(g, common)) {
				tables = append(tables, known[i].make(g, common))
			}
		}
	}
	if len(tables) == 0 {
		none := table.New("Leaderboard", 0)
		none.Note("No ranking has a table %s. Intervals, averages and sources of uncertainty need two valid runs of a trial.", strings.Join(names, ", "))
		return []table.Table{*none}
	}
	return tables
}
