package site

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
)

// agentData is the page of an agent.
type agentData struct {
	Agent  string
	Rows   []agentRow
	Trials []trialLink // of no row: what has not ended
}

// agentRow is a row of the board on its agent's page.
type agentRow struct {
	report.Row
	Mark    string
	Ranking string // its title
	Of      string // place of the ranking in the board
	Domains table.Table
	Trials  []trialLink
	Pairs   []pairLink
	Sides   []sideLink
}

// agentAddress is the address of the agent's page. Names of agents have letters,
// digits and signs that are safe in addresses; others come from records of other
// programs and are spelt out.
func agentAddress(agent string) string { return "agents/" + slug(agent) + ".html" }

// slug spells a name in characters that any address and any file may have.
func slug(name string) string {
	var b strings.Builder
	for _, r := range name {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '.' && b.Len() > 0:
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, "_%x", r)
		}
	}
	return cmp.Or(b.String(), "_")
}

// rowMark is the row's place in its agent's page.
func rowMark(r report.Row) string {
	return slug(strings.Join([]string{r.Experiment, string(r.Workflow), string(r.Setting)}, "."))
}

func (s *Site) addAgents() {
	pages := map[string]*agentData{}
	page := func(agent string) *agentData {
		if pages[agent] == nil {
			pages[agent] = &agentData{Agent: agent}
		}
		return pages[agent]
	}
	taken := map[string]bool{}
	for _, g := range s.groups {
		for _, r := range g.Group.Rows {
			a := page(r.Agent)
			a.Rows = append(a.Rows, s.newAgentRow(g, r, taken))
		}
	}
	for _, t := range s.Trials {
		if a := page(t.Agent); !taken[t.folder()] {
			a.Trials = append(a.Trials, trialLink{t, t.folder() + "index.html"})
		}
	}
	for agent, data := range pages {
		address := agentAddress(agent)
		s.pages[address] = func() ([]byte, error) {
			return s.render("agent", address, s.nameOf(agent), "board", *data)
		}
	}
}

func (s *Site) nameOf(agent string) string { return table.Plain(cmp.Or(s.Names[agent], agent)) }

func (s *Site) newAgentRow(g group, r report.Row, taken map[string]bool) agentRow {
	row := agentRow{Row: r, Mark: rowMark(r), Ranking: g.Title, Of: "index.html#" + g.ID, Pairs: g.pairs(r), Domains: domainTable(r)}
	for _, t := range s.Trials {
		if t.Agent == r.Agent && t.Experiment == r.Experiment && t.Workflow == r.Workflow && t.Setting == r.Setting {
			row.Trials = append(row.Trials, trialLink{t, t.folder() + "index.html"})
			taken[t.folder()] = true
			if link := (sideLink{t.Domain, sideAddress(t)}); !slices.Contains(row.Sides, link) {
				row.Sides = append(row.Sides, link)
			}
		}
	}
	return row
}

// sideLink leads to the trials of a domain side by side.
type sideLink struct {
	Domain  results.Domain
	Address string
}

func domainTable(r report.Row) table.Table {
	t := table.New("", 1, "domain", ">base %", ">accuracy %", ">gain %", ">MATS", ">runs", ">attempts")
	for _, d := range r.Domains {
		t.Add(string(d.Domain), percent(d.Base), percent(d.Accuracy), table.Number(d.Gain, 1), table.Number(d.MATS, 2), fmt.Sprint(d.Runs), fmt.Sprint(d.Attempts))
	}
	return t.Clean()
}
