package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
)

// PaperTables is how many tables the paper has.
const PaperTables = 5

// PaperTable lays measured outcomes out as the paper's table n, 1 to 5, lays out
// its own: a table for each ranking, or one where rankings stand beside each
// other in the paper too.
func PaperTable(n int, outcomes []results.Outcome, opts Options) (List, error) {
	if n != 2 { // the only one with given data
		outcomes = ofAgents(outcomes)
	}
	board := Leaderboard(outcomes, opts)
	switch n {
	case 1:
		return board.perGroup(Group.table1), nil
	case 2:
		return board.perGroup(Group.table2), nil
	case 3:
		return board.perGroup(Group.table3), nil
	case 4:
		names := displayNames(agentsOf(outcomes), opts.Names)
		return board.perGroup(func(g Group) []table.Table { return g.table4(outcomes, names) }), nil
	case 5:
		return List{board.table5()}, nil
	}
	return nil, fmt.Errorf("there is no table %d: want 1 to %d", n, PaperTables)
}

func ofAgents(outcomes []results.Outcome) []results.Outcome {
	return slices.DeleteFunc(slices.Clone(outcomes), func(o results.Outcome) bool { return o.Kind == results.OfGiven })
}

func (b Board) perGroup(tables func(Group) []table.Table) List {
	list := List{}
	for _, g := range b.Groups {
		list = append(list, tables(g)...)
	}
	if len(list) == 0 {
		list = append(list, *table.New("No outcome yet", 1, "workflow", "agent", "setting"))
	}
	return list
}

// inPaperOrder are the rows of agents by workflow, agent and setting.
func (g Group) inPaperOrder() []Row {
	rows := slices.DeleteFunc(slices.Clone(g.Rows), func(r Row) bool { return r.Kind == results.OfGiven }) // in table 2
	slices.SortStableFunc(rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(slices.Index(results.Workflows(), a.Workflow), slices.Index(results.Workflows(), b.Workflow)),
			cmp.Compare(a.Name, b.Name), cmp.Compare(slices.Index(results.Settings(), a.Setting), slices.Index(results.Settings(), b.Setting)),
			a.rowKey().compare(b.rowKey()))
	})
	return rows
}

// named is a row's name, with the experiment where there are several.
func (g Group) named(r Row) string {
	if slices.ContainsFunc(g.Rows, func(x Row) bool { return x.Kind == r.Kind && x.Experiment != r.Experiment }) {
		return r.Name + " (" + r.Experiment + ")"
	}
	return r.Name
}

// table1 is gain and MATS by row and domain.
func (g Group) table1() []table.Table {
	figure := func(name string, cell func(DomainResult) results.Number, average func(Row) results.Number) table.Table {
		t := table.New(g.title("Table 1, "+name, g.commonMarks()), 3, append(append([]string{"!workflow", "agent", "!setting"}, g.domainHeads()...), ">average")...)
		for _, r := range g.inPaperOrder() {
			line := []string{string(r.Workflow), g.named(r), string(r.Setting)}
			for _, d := range r.Domains {
				line = append(line, table.Number(cell(d), 2))
			}
			t.Add(append(line, table.Number(average(r), 2))...)
		}
		g.provenance(t)
		return *t
	}
	return []table.Table{
		figure("gain (%)", func(d DomainResult) results.Number { return d.Gain }, func(r Row) results.Number { return r.Gain.Mean }),
		figure("MATS", func(d DomainResult) results.Number { return d.MATS }, func(r Row) results.Number { return r.MATS }),
	}
}

// table2 sets given data beside what agents made.
func (g Group) table2() []table.Table {
	t := table.New(g.title("Table 2, gain (%): given data and agents'", g.commonMarks()), 2, append([]string{"method", "pipeline", "source", "teacher"}, g.domainHeads()...)...)
	gains := func(r Row) (cells []string) {
		for _, d := range r.Domains {
			cells = append(cells, table.Number(d.Gain, 2))
		}
		return cells
	}
	for _, r := range g.Rows {
		if r.Kind == results.OfGiven {
			t.Add(append([]string{g.named(r), "given", table.Missing, table.Missing}, gains(r)...)...)
		}
	}
	for _, r := range g.inPaperOrder() {
		source := table.Missing
		if r.Setting == results.Seed {
			source = "seed pool"
		}
		t.Add(append([]string{fmt.Sprintf("%s (%s)", r.Workflow, r.Setting), g.named(r), source, orMissing(g.Teacher)}, gains(r)...)...)
	}
	g.provenance(t)
	return []table.Table{*t}
}

// table3 is the base student's accuracy.
func (g Group) table3() []table.Table {
	t := table.New(g.title("Table 3, accuracy before training", g.commonMarks()), 1, "domain", "benchmark", "student", ">accuracy (%)")
	for _, d := range g.Domains {
		t.Add(string(d.Domain), g.Suite, g.Student, percent(d.Base))
	}
	return []table.Table{*t}
}

// table4 is every run's accuracy and MATS.
func (g Group) table4(outcomes []results.Outcome, names map[string]string) []table.Table {
	t := table.New(g.title("Table 4, each run", g.commonMarks()), 5, "!workflow", "agent", "!setting", "!domain", ">run", ">MATS", ">accuracy (%)")
	for _, r := range g.inPaperOrder() {
		for _, d := range g.Domains {
			var runs []results.Outcome
			for _, o := range outcomes {
				if keyOfRow(o) == r.rowKey() && o.Domain == d.Domain && o.TaskDigest == d.Task {
					runs = append(runs, o)
				}
			}
			slices.SortFunc(runs, compareOutcomes)
			for _, o := range runs {
				run := o.Result()
				t.Add(string(r.Workflow), g.named(r), string(r.Setting), string(d.Domain), strconv.Itoa(o.TrialID.Run), table.Number(run.MATS, 2), percent(run.Accuracy))
			}
		}
	}
	t.Note("Accuracy on the private set. A run without a valid submission has the base accuracy.")
	g.provenance(t)
	return []table.Table{*t}
}

// table5 is the gains of all rankings, for other teachers and students.
func (b Board) table5() table.Table {
	t := table.New("Table 5, gain (%) by teacher and student", 5, "!workflow", "teacher", "student", "!domain", "agent", "!setting", "kind", ">gain (%)")
	for _, g := range b.Groups {
		for _, r := range g.inPaperOrder() {
			for _, d := range r.Domains {
				if d.Runs > 0 {
					t.Add(string(r.Workflow), orMissing(g.Teacher), g.Student, string(d.Domain), g.named(r), string(r.Setting), string(r.Standing), table.Number(d.Gain, 2))
				}
			}
		}
	}
	return *t
}

// provenance notes what the figures were measured with.
func (g Group) provenance(t *table.Table) {
	t.Note("Measured. Teacher: %s. Student: %s. Runs: %s.", orMissing(g.Teacher), g.Student, g.runs())
	for _, r := range g.Rows {
		if r.Kind == results.OfAgent && r.Standing == SimulatedResult && !slices.Contains(g.commonMarks(), Simulated) {
			t.Note("%s: simulated.", g.named(r))
		}
	}
}

// runs is how many runs a row has in a domain.
func (g Group) runs() string {
	least, most := 0, 0
	for i, r := range g.Rows {
		for j, d := range r.Domains {
			if i+j == 0 || d.Runs < least {
				least = d.Runs
			}
			most = max(most, d.Runs)
		}
	}
	if least == most {
		return fmt.Sprintf("%d of each", least)
	}
	return fmt.Sprintf("%d to %d of each", least, most)
}
