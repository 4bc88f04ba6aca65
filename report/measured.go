package report

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/published"
)

// SideBySide is the paper's Table 1 beside the rows of one measured ranking.
type SideBySide struct {
	Measured string          `json:"measured"` // what was measured, with its marks
	Differs  []string        `json:"differs"`  // in what the setup is not the paper's
	Bases    []SideBase      `json:"bases"`
	Rows     []SideBySideRow `json:"rows"` // the paper's in its order, then others
}

// SideBase is the base student's accuracy in %.
type SideBase struct {
	Domain results.Domain `json:"domain"`
	Beside
}

// SideBySideRow is a row with a cell for each domain of Bases, and the average.
type SideBySideRow struct {
	Workflow results.Workflow `json:"workflow"`
	Agent    string           `json:"agent"`
	Setting  results.Setting  `json:"setting"`
	Gain     []Beside         `json:"gain"` // %
	MATS     []Beside         `json:"mats"`
}

// Beside is a printed figure beside a measured one.
type Beside struct {
	Printed    results.Number `json:"printed"`
	Measured   results.Number `json:"measured"`
	Difference results.Number `json:"difference"` // measured less printed
}

func beside(printed, measured results.Number) Beside {
	return Beside{printed, measured, results.Num(measured.Value-printed.Value, printed.Known && measured.Known)}
}

// CompareWithPaper sets the rows of the outcomes, which must be of one ranking,
// beside those of Table 1 with the same agent, workflow and setting.
func CompareWithPaper(t published.Tables, outcomes []results.Outcome, opts Options) (SideBySide, error) {
	g, err := Leaderboard(ofAgents(outcomes), opts).single()
	if err != nil {
		return SideBySide{}, err
	}
	if g == nil {
		return SideBySide{}, results.Bad(errors.New("there is no trial to set beside the paper"), "run and score it first")
	}
	s := SideBySide{Measured: strings.TrimPrefix(g.title("", g.commonMarks()), " - "), Differs: g.unlikePaper()}
	domains := s.bases(t, *g)
	type place struct {
		row    published.Row
		domain results.Domain
	}
	printed := map[place]published.MainCell{}
	var order []published.Row
	for _, c := range slices.Concat(t.Main, t.Averages) {
		if !slices.Contains(order, c.Row) {
			order = append(order, c.Row)
		}
		printed[place{c.Row, c.Domain}] = c
	}
	measured := map[published.Row]Row{}
	names := t.Names()
	for _, r := range g.inPaperOrder() {
		row := published.Row{Workflow: r.Workflow, Agent: cmp.Or(names[r.Agent], r.Name), Setting: r.Setting}
		if _, twice := measured[row]; twice {
			return SideBySide{}, results.Bad(fmt.Errorf("%s %s %s was measured in several experiments", row.Workflow, row.Agent, row.Setting), "choose one experiment")
		}
		measured[row] = r
		if !slices.Contains(order, row) {
			order = append(order, row)
		}
	}
	for _, row := range order {
		line := SideBySideRow{Workflow: row.Workflow, Agent: row.Agent, Setting: row.Setting}
		for _, d := range append(slices.Clone(domains), "") {
			c, there := printed[place{row, d}]
			gain, mats := measured[row].figures(d)
			line.Gain = append(line.Gain, beside(results.Num(c.Gain.Value, there), gain))
			line.MATS = append(line.MATS, beside(results.Num(c.MATS.Value, there), mats))
		}
		s.Rows = append(s.Rows, line)
	}
	return s, nil
}

// bases fills in the base accuracies and returns the domains, the paper's first.
func (s *SideBySide) bases(t published.Tables, g Group) []results.Domain {
	var domains []results.Domain
	printed, measured := map[results.Domain]results.Number{}, map[results.Domain]results.Number{}
	for _, b := range t.Base {
		domains, printed[b.Domain] = append(domains, b.Domain), results.Num(b.Accuracy.Value, true)
	}
	for _, d := range g.Domains {
		if !slices.Contains(domains, d.Domain) {
			domains = append(domains, d.Domain)
		}
		measured[d.Domain] = results.Num(100*d.Base.Value, d.Base.Known)
	}
	for _, d := range domains {
		s.Bases = append(s.Bases, SideBase{d, beside(printed[d], measured[d])})
	}
	return domains
}

// figures are the row's gain and MATS in a domain, or its averages.
func (r Row) figures(d results.Domain) (gain, mats results.Number) {
	if d == "" {
		return r.Gain.Mean, r.MATS
	}
	for _, x := range r.Domains {
		if x.Domain == d {
			return x.Gain, x.MATS
		}
	}
	return gain, mats
}

// unlikePaper lists what the figures differ in besides the agents.
func (g Group) unlikePaper() []string {
	differs := []string{}
	say := func(what, ours, theirs string) {
		if ours != theirs {
			differs = append(differs, fmt.Sprintf("%s %s (paper: %s)", what, orMissing(ours), theirs))
		}
	}
	say("suite", g.Suite, published.Suite)
	protocol := g.Protocol
	if g.Modified {
		protocol += ", modified"
	}
	say("protocol", protocol, results.Paper().Name)
	say("teacher", g.Teacher, published.Teacher)
	say("student", g.Student, published.Student)
	return differs
}

// Tables returns gain, MATS and base accuracies: printed / measured (difference).
func (s SideBySide) Tables() []table.Table {
	figure := func(name string, cells func(SideBySideRow) []Beside) table.Table {
		heads := []string{"!workflow", "agent", "!setting"}
		for _, b := range s.Bases {
			heads = append(heads, ">"+string(b.Domain))
		}
		t := table.New(fmt.Sprintf("Table 1, %s: printed / measured (difference) - measured: %s", name, s.Measured), 3, append(heads, ">average")...)
		for _, r := range s.Rows {
			line := []string{string(r.Workflow), r.Agent, string(r.Setting)}
			for _, b := range cells(r) {
				line = append(line, b.cell())
			}
			t.Add(line...)
		}
		return *t
	}
	gain := figure("gain (%)", func(r SideBySideRow) []Beside { return r.Gain })
	mats := figure("MATS", func(r SideBySideRow) []Beside { return r.MATS })
	base := table.New("Accuracy before training (%): printed / measured (difference) - measured: "+s.Measured, 1, "domain", ">base")
	for _, b := range s.Bases {
		base.Add(string(b.Domain), b.cell())
	}
	setup := "The setup is the paper's by name."
	if len(s.Differs) > 0 {
		setup = "No repetition of the paper's runs: the measured ones differ in " + strings.Join(s.Differs, "; ") + "."
	}
	base.Note("%s Difference: measured less printed.", setup)
	return []table.Table{gain, mats, *base}
}

func (b Beside) cell() string {
	if !b.Printed.Known && !b.Measured.Known {
		return table.Missing
	}
	cell := table.Number(b.Printed, 2) + " / " + table.Number(b.Measured, 2)
	if b.Difference.Known {
		cell += " (" + signed(b.Difference) + ")"
	}
	return cell
}
