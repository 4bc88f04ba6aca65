package report

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/autodatabench/autodatabench/report/stats"
	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
)

// Tables returns all tables of the board: for each group those of [BoardTables] that
// it has. A board without outcomes is one empty table.
func (b Board) Tables() []table.Table { return b.tables(BoardTables()) }

// Title heads a view of the group, with the marks of all rows.
func (g Group) Title(what string) string { return g.title(what, g.commonMarks()) }

// title ends with the marks of all rows, so that no table of simulated results
// lacks the word.
func (g Group) title(what string, common []Mark) string {
	title := fmt.Sprintf("%s - suite %s, protocol %s", what, g.Suite, g.Protocol)
	if g.Modified {
		title += " (as modified in " + g.Experiment + ")"
	}
	if g.Standing != "" && g.Standing != SimulatedResult { // which is a mark
		title += " - " + string(g.Standing)
	}
	if len(common) > 0 {
		title += " - " + joinMarks(common)
	}
	return title
}

// commonMarks are the marks that every row has.
func (g Group) commonMarks() []Mark {
	var common []Mark
	for _, m := range meanings {
		if m.mark != Incomplete && !slices.ContainsFunc(g.Rows, func(r Row) bool { return !slices.Contains(r.Marks, m.mark) }) {
			common = append(common, m.mark)
		}
	}
	return common
}

// grid starts a table whose rows are the group's: rank, agent, the marks that
// not all rows share, the experiment when there are several, workflow, setting.
func (g Group) grid(title string, common []Mark, heads ...string) (*table.Table, func(Row, ...string)) {
	marked := slices.ContainsFunc(g.Rows, func(r Row) bool { return len(r.own(common)) > 0 })
	return g.gridBy(Row.place, marked, title, common, heads...)
}

// OwnMarks are the marks of the row that not all rows of the group have.
func (g Group) OwnMarks(r Row) []Mark { return r.own(g.commonMarks()) }

// own are the marks of the row that not all rows have.
func (r Row) own(common []Mark) []Mark {
	return slices.DeleteFunc(slices.Clone(r.Marks), func(m Mark) bool { return slices.Contains(common, m) })
}

// place is the cell of the row's rank.
func (r Row) place() string {
	if r.Rank == 0 {
		return table.Missing
	}
	return strconv.Itoa(r.Rank)
}

// gridBy is grid with ranks of the caller's, and with the rows' own marks if marked.
func (g Group) gridBy(rank func(Row) string, marked bool, title string, common []Mark, heads ...string) (*table.Table, func(Row, ...string)) {
	keys := []string{">rank", "agent"}
	if marked {
		keys = append(keys, "!marks")
	}
	several := slices.ContainsFunc(g.Rows, func(r Row) bool { return r.Experiment != g.Rows[0].Experiment })
	if several {
		keys = append(keys, "experiment")
	}
	keys = append(keys, "workflow", "setting")
	t := table.New(g.title(title, common), len(keys), append(keys, heads...)...)
	return t, func(r Row, cells ...string) {
		row := []string{rank(r), r.Name}
		if marked {
			row = append(row, joinMarks(r.own(common)))
		}
		if several {
			row = append(row, r.Experiment)
		}
		row = append(row, orMissing(string(r.Workflow)), orMissing(string(r.Setting)))
		t.Add(append(row, cells...)...)
	}
}

func orMissing(s string) string {
	if s == "" {
		return table.Missing
	}
	return s
}

func (g Group) byDomain(common []Mark) table.Table {
	t, add := g.grid("Gain by domain", common, append(g.domainHeads(), ">average", ">MATS")...)
	for _, r := range g.Rows {
		var cells []string
		for _, d := range r.Domains {
			if g.RankedBy == stats.ByPoints {
				cells = append(cells, table.Number(d.Points, 2))
			} else {
				cells = append(cells, table.Number(d.Gain, 2))
			}
		}
		average := r.Gain
		if g.RankedBy == stats.ByPoints {
			average = r.Points
		}
		add(r, append(cells, spread(average), table.Number(r.MATS, 2))...)
	}
	g.note(t)
	return *t
}

func (g Group) note(t *table.Table) {
	t.Note("%s, mean over runs; a run without a valid submission counts as 0. Average: over the domains, ± the standard deviation from run to run (of one run in every domain); none where a domain has one run.", g.figure())
	t.Note("MATS: attempts per valid submission, mean over runs, then over domains; lower is better.")
	g.noteTerms(t)
	if g.StudentIs != "" {
		digests := []string{"student " + g.StudentIs, "protocol " + g.ProtocolIs}
		for _, d := range g.Domains {
			digests = append(digests, fmt.Sprintf("%s %s", d.Domain, orMissing(d.Task)))
		}
		t.Note("Digests: %s.", strings.Join(digests, ", "))
	}
	for _, m := range meanings {
		if slices.ContainsFunc(g.Rows, func(r Row) bool { return slices.Contains(r.Marks, m.mark) }) {
			t.Note("%s: %s.", m.mark, m.meaning)
		}
	}
	g.noteNoInterval(t)
	g.noteHeads(t)
	g.noteWarnings(t)
}

// noteHeads says by which heads somebody can see later that no log was rewritten.
func (g Group) noteHeads(t *table.Table) {
	var heads []string
	for _, experiment := range slices.Sorted(maps.Keys(g.Heads)) {
		heads = append(heads, experiment+" "+g.Heads[experiment])
	}
	if len(heads) > 0 {
		t.Note("Last lines of the logs of scores: %s.", strings.Join(heads, ", "))
	}
}

// figure is what the group is ranked by, in words.
func (g Group) figure() string {
	if g.RankedBy == stats.ByPoints {
		return "Gain in percentage points of accuracy (" + g.FewRight + ", too few for a relative gain; ranks and tests are by points)"
	}
	return "Gain in % of the base accuracy"
}

// noteTerms names what all rows share.
func (g Group) noteTerms(t *table.Table) {
	var base []string
	for _, d := range g.Domains {
		base = append(base, fmt.Sprintf("%s %s", d.Domain, percent(d.Base)))
	}
	t.Note("Teacher: %s. Student: %s. Base accuracy in %%: %s.", orMissing(g.Teacher), g.Student, strings.Join(base, ", "))
}

// noteNoInterval says why there are no intervals, if there are none.
func (g Group) noteNoInterval(t *table.Table) {
	if !g.certain() && g.noStudy == nil && !slices.ContainsFunc(g.Rows, func(r Row) bool { return r.Kind == results.OfPaper }) {
		t.Note("No intervals and rank sets: %s.", g.noInterval())
	}
}

// noteWarnings passes on the warnings of the group and of its rows.
func (g Group) noteWarnings(t *table.Table) {
	for _, w := range append(g.stops(), g.Warnings...) {
		t.Note("%s.", w)
	}
	for _, r := range g.Rows {
		for _, w := range r.Warnings {
			t.Note("%s: %s.", r.words(), w)
		}
	}
}

// words names the row in a sentence.
func (r Row) words() string {
	return strings.Join(strings.Fields(fmt.Sprintf("%s %s %s", r.Name, r.Workflow, r.Setting)), " ")
}

func (g Group) accuracy(common []Mark) table.Table {
	t, add := g.grid("Accuracy", common, append(g.domainHeads(), ">average points")...)
	for _, r := range g.Rows {
		var cells []string
		for _, d := range r.Domains {
			cell := percent(d.Accuracy)
			if d.Points.Known {
				cell += " (" + signed(d.Points) + ")"
			}
			cells = append(cells, cell)
		}
		add(r, append(cells, spread(r.Points))...)
	}
	t.Note("Accuracy on the private set in %%, mean over runs; in brackets the percentage points above the base.")
	return *t
}

func (g Group) mats(common []Mark) table.Table {
	t, add := g.grid("MATS", common, append(g.domainHeads(), ">mean", ">pooled")...)
	for _, r := range g.Rows {
		var cells []string
		for _, d := range r.Domains {
			cells = append(cells, table.Number(d.MATS, 2))
		}
		add(r, append(cells, table.Number(r.MATS, 2), interval(r.Pooled.Interval))...)
	}
	t.Note("Attempts per valid submission, mean over runs, then over domains. Pooled: over all attempts of all runs, with a 95 %% interval.")
	return *t
}

func (g Group) domainHeads() []string {
	heads := make([]string, len(g.Domains))
	for i, d := range g.Domains {
		heads[i] = ">" + string(d.Domain)
	}
	return heads
}
