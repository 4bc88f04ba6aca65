package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/report/figure"
	"github.com/autodatabench/autodatabench/report/stats"
	"github.com/autodatabench/autodatabench/results"
)

// single is the board's only group; a board without outcomes has none. Figures
// are of one group, since groups do not compare.
func (b Board) single() (*Group, error) {
	switch len(b.Groups) {
	case 0:
		return nil, nil
	case 1:
		return &b.Groups[0], nil
	}
	var titles []string
	for _, g := range b.Groups {
		titles = append(titles, strings.TrimSpace(g.title("", g.commonMarks())))
	}
	return nil, results.Bad(fmt.Errorf("a figure is of one ranking, and there are %d that do not compare: %s", len(b.Groups), strings.Join(titles, "; ")),
		"choose an experiment with --experiment")
}

// head heads a figure of the group's rows.
func (g *Group) head(title string, notes ...string) figure.Head {
	if g == nil {
		return figure.Head{Title: title, Subtitle: "There is no outcome yet."}
	}
	common := g.commonMarks()
	subtitle := "S" + strings.TrimPrefix(g.title("", common), " - s") // "Suite ..."
	w, s := g.shared()
	if both := strings.TrimSpace(string(w) + " " + string(s)); both != "" {
		subtitle += " - " + both
	}
	subtitle += fmt.Sprintf(". Teacher: %s. Student: %s.", orMissing(g.Teacher), g.Student)
	return figure.Head{Title: title, Subtitle: subtitle, Notes: notes}
}

// shared are the workflow and the setting that all rows have, if they do.
func (g *Group) shared() (w results.Workflow, s results.Setting) {
	if len(g.Rows) == 0 {
		return "", ""
	}
	w, s = g.Rows[0].Workflow, g.Rows[0].Setting
	for _, r := range g.Rows {
		if r.Workflow != w {
			w = ""
		}
		if r.Setting != s {
			s = ""
		}
	}
	return w, s
}

// label names a row in a figure by what it does not share with all others.
func (g *Group) label(r Row) figure.Name {
	w, s := g.shared()
	var more []string
	if w == "" && r.Workflow != "" {
		more = append(more, string(r.Workflow))
	}
	if s == "" && r.Setting != "" {
		more = append(more, string(r.Setting))
	}
	if slices.ContainsFunc(g.Rows, func(x Row) bool { return x.Experiment != r.Experiment }) {
		more = append(more, r.Experiment)
	}
	common := g.commonMarks()
	for _, m := range r.Marks {
		if !slices.Contains(common, m) && m != Incomplete {
			more = append(more, string(m))
		}
	}
	name := func(agent string) string { return strings.Join(append([]string{agent}, more...), ", ") }
	return figure.Name{Text: name(r.Name), ID: name(r.Agent)}
}

// value is what the group is ranked by.
func (g *Group) value(r Row) results.Number {
	if g.RankedBy == stats.ByPoints {
		return r.Points.Mean
	}
	return r.Gain.Mean
}

func (g *Group) unit() string {
	if g != nil && g.RankedBy == stats.ByPoints {
		return "average gain, percentage points of accuracy"
	}
	return "average gain, % of the base accuracy"
}

// GainFigure is the rows' average gains with their intervals.
func (b Board) GainFigure() (figure.Forest, error) {
	g, err := b.single()
	if err != nil {
		return figure.Forest{}, err
	}
	f := figure.Forest{Head: g.head("Average gain"), Unit: g.unit(), Rows: []figure.ForestRow{}}
	if g == nil {
		return f, nil
	}
	for _, r := range g.Rows {
		row := figure.ForestRow{Name: g.label(r), Value: g.value(r), Ranked: r.Rank > 0}
		if u := r.Uncertainty; u != nil {
			row.Low, row.High = u.Gain.Low, u.Gain.High
		}
		f.Rows = append(f.Rows, row)
	}
	if g.FewRight != "" {
		f.Notes = append(f.Notes, "Percentage points of accuracy, not gains: "+g.FewRight+".")
	}
	switch {
	case g.certain():
		f.Notes = append(f.Notes, "95 % intervals; runs, items and the base student's accuracy are uncertain. Rows whose intervals overlap may still differ: see compare.")
	default:
		f.Notes = append(f.Notes, "No intervals: "+g.noInterval()+".")
	}
	return f, nil
}

// ErrorsFigure is what the agents' failed attempts failed of (the paper's figure
// 5), a panel a domain.
func (b Board) ErrorsFigure() (figure.Errors, error) {
	g, err := b.single()
	if err != nil {
		return figure.Errors{}, err
	}
	f := figure.Errors{Head: g.head("Failed attempts by agent and domain", "Behind each bar: failed attempts of all attempts of all runs."), Domains: []figure.ErrorDomain{}}
	if g == nil {
		return f, nil
	}
	for i, d := range g.Domains {
		panel := figure.ErrorDomain{Domain: d.Domain}
		for _, r := range g.Rows {
			if r.Kind == results.OfAgent && r.Domains[i].Runs > 0 {
				panel.Bars = append(panel.Bars, figure.ErrorBar{Name: g.label(r), Attempts: r.Domains[i].Attempts, Failures: r.Domains[i].Failures})
			}
		}
		if len(panel.Bars) > 0 {
			f.Domains = append(f.Domains, panel)
		}
	}
	return f, nil
}
