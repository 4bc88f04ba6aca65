package site

import (
	"cmp"
	"slices"

	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
)

// mostCompared is how many rows of a ranking have a page with each other. Rows of larger
// rankings have one with their neighbours and with the best.
const mostCompared = 12

// pairLink leads to the comparison of a row with another.
type pairLink struct {
	Other   report.Row
	Address string
}

// compareData is the comparison of two rows.
type compareData struct {
	A, B          report.Row
	AgentA        string
	AgentB        string
	Ranking, Of   string
	Why           string // why there is no test
	Tables        []table.Table
	Verdict       string
	SidesA, SideB []sideLink
}

// pairs are the comparisons that have the row.
func (g group) pairs(r report.Row) (links []pairLink) {
	i := slices.IndexFunc(g.Group.Rows, func(x report.Row) bool { return same(x, r) })
	for j, other := range g.Group.Rows {
		if g.compared(i, j) {
			links = append(links, pairLink{other, g.pairAddress(i, j)})
		}
	}
	return links
}

func same(a, b report.Row) bool {
	return a.Agent == b.Agent && a.Experiment == b.Experiment && a.Workflow == b.Workflow && a.Setting == b.Setting && a.Kind == b.Kind
}

// compared reports whether rows i and j of the ranking have a page.
func (g group) compared(i, j int) bool {
	if i == j {
		return false
	}
	n := len(g.Group.Rows)
	return n <= mostCompared || min(i, j) == 0 || i-j == 1 || j-i == 1
}

func (g group) pairAddress(i, j int) string {
	i, j = min(i, j), max(i, j)
	name := func(r report.Row) string { return slug(r.Agent) + "." + rowMark(r) }
	return "compare/" + g.ID + "/" + name(g.Group.Rows[i]) + "-with-" + name(g.Group.Rows[j]) + ".html"
}

func (s *Site) addComparisons() {
	for _, g := range s.groups {
		for i := range g.Group.Rows {
			for j := i + 1; j < len(g.Group.Rows); j++ {
				if g.compared(i, j) {
					address := g.pairAddress(i, j)
					s.pages[address] = func() ([]byte, error) { return s.comparison(g, address, g.Group.Rows[i], g.Group.Rows[j]) }
				}
			}
		}
	}
	s.addSides()
}

func (s *Site) comparison(g group, address string, a, b report.Row) ([]byte, error) {
	d := compareData{A: a, B: b, AgentA: agentAddress(a.Agent), AgentB: agentAddress(b.Agent), Ranking: g.Title, Of: "index.html#" + g.ID}
	c, err := g.Group.Compare(a, b)
	if err != nil {
		d.Why = err.Error()
	} else {
		d.Verdict = c.Verdict
		for _, t := range c.Tables() {
			d.Tables = append(d.Tables, t.Clean())
		}
	}
	return s.render("compare", address, s.nameOf(a.Agent)+" and "+s.nameOf(b.Agent), "board", d)
}

// sideData are the trials of a domain, workflow and setting of an experiment.
type sideData struct {
	Experiment string
	Domain     results.Domain
	Workflow   results.Workflow
	Setting    results.Setting
	Trials     []trialLink
}

// sideAddress is where the trial stands beside those of other agents and runs.
func sideAddress(t Trial) string {
	return "side/" + t.Experiment + "/" + string(t.Domain) + "/" + string(t.Workflow) + "-" + string(t.Setting) + ".html"
}

// addSides adds the pages on which trials stand side by side. They hold what the log
// of each trial says, so they are made when they are asked for.
func (s *Site) addSides() {
	pages := map[string]*sideData{}
	for _, t := range s.Trials {
		address := sideAddress(t)
		if pages[address] == nil {
			pages[address] = &sideData{t.Experiment, t.Domain, t.Workflow, t.Setting, nil}
		}
		pages[address].Trials = append(pages[address].Trials, trialLink{t, t.folder() + "index.html"})
	}
	for address, d := range pages {
		slices.SortFunc(d.Trials, func(a, b trialLink) int { return cmp.Or(cmp.Compare(a.Agent, b.Agent), cmp.Compare(a.Run, b.Run)) })
		s.pages[address] = func() ([]byte, error) { return s.side(address, *d) }
	}
}
