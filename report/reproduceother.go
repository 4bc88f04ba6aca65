package report

import (
	"math"

	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/published"
)

// SingleRun is a gain of Table 2 that has the value of one run of the pipeline's
// agent in Table 4 and not of any mean over its runs.
type SingleRun struct {
	Method  string          `json:"method"` // Table 2's row
	Printed float64         `json:"printed"`
	Run     results.TrialID `json:"run"`
	Gain    float64         `json:"gain"` // % of the run
}

// singleRuns looks for the gains of Table 2 among the runs.
func (p recomputed) singleRuns(rows []published.HumanRow) []SingleRun {
	found := []SingleRun{}
	for _, row := range rows {
		isMean := false
		var runs []SingleRun
		for _, id := range p.order {
			if id.Agent != row.Pipeline {
				continue
			}
			isMean = isMean || near(p.cells[id].Gain, row.Gain)
			for _, run := range p.runs[id] {
				if near(run.Gain(), row.Gain) {
					runs = append(runs, SingleRun{Method: row.Method, Printed: row.Gain.Value, Run: run.TrialID, Gain: run.Gain().Value})
				}
			}
		}
		if !isMean {
			found = append(found, runs...)
		}
	}
	return found
}

// near reports whether a figure has the printed digits.
func near(n results.Number, printed published.Decimal) bool {
	return n.Known && math.Abs(n.Value-printed.Value) <= printed.HalfUnit()+exactly
}

// SizeCheck tells which printed accuracies of a domain are fractions of a set
// of the inferred size.
type SizeCheck struct {
	Domain      results.Domain `json:"domain"`
	Items       int            `json:"items"`
	Printed     int            `json:"printed"`
	Explained   int            `json:"explained"`
	Unexplained []Unexplained  `json:"unexplained"`
}

// Unexplained is a printed accuracy that is no fraction; Run is nil for a base.
type Unexplained struct {
	Accuracy string           `json:"accuracy"`
	Run      *results.TrialID `json:"run"`
}

func checkSizes(t published.Tables) []SizeCheck {
	checks := []SizeCheck{}
	for _, size := range t.Sizes() {
		c := SizeCheck{Domain: size.Domain, Items: size.Items, Unexplained: []Unexplained{}}
		count := func(accuracy published.Decimal, run *results.TrialID) {
			c.Printed++
			if _, fit := accuracy.Count(size.Items); fit != published.NoFit {
				c.Explained++
				return
			}
			c.Unexplained = append(c.Unexplained, Unexplained{Accuracy: accuracy.Text, Run: run})
		}
		for _, b := range t.Base {
			if b.Domain == size.Domain {
				count(b.Accuracy, nil)
			}
		}
		for _, r := range t.Raw {
			if r.Domain == size.Domain {
				count(r.Accuracy, &results.TrialID{
					Domain: r.Domain, Workflow: r.Workflow, Setting: r.Setting, Agent: published.AgentID(r.Agent), Run: r.Run,
				})
			}
		}
		checks = append(checks, c)
	}
	return checks
}

// HumanGain is a row of Table 2, as printed.
type HumanGain struct {
	Method   string `json:"method"`
	Source   string `json:"source"`
	Pipeline string `json:"pipeline"`
	Teacher  string `json:"teacher"`
	Gain     string `json:"gain"` // %
}

// OtherGain is a row of Table 5, as printed.
type OtherGain struct {
	Workflow results.Workflow `json:"workflow"`
	Teacher  string           `json:"teacher"`
	Student  string           `json:"student"`
	Domain   results.Domain   `json:"domain"`
	Agent    string           `json:"agent"`
	Gain     string           `json:"gain"` // %
}

// shown takes over the tables that nothing can be recomputed of.
func (r *Reproduction) shown(t published.Tables) {
	for _, h := range t.Human {
		r.Human = append(r.Human, HumanGain{h.Method, h.Source, h.Pipeline, h.Teacher, h.Gain.Text})
	}
	for _, p := range t.Pairs {
		r.Others = append(r.Others, OtherGain{p.Workflow, p.Teacher, p.Student, p.Domain, p.Agent, p.Gain.Text})
	}
}

func (r Reproduction) shownTables() []table.Table {
	human := table.New("Table 2, as printed: data made with people", 1, "method", "source", "pipeline", "teacher", ">gain (%)")
	for _, h := range r.Human {
		human.Add(h.Method, h.Source, h.Pipeline, h.Teacher, h.Gain)
	}
	for _, s := range r.SingleRuns {
		human.Note("%s: %.2f %% is no mean over runs but the value of one run: %s.", s.Method, s.Printed, s.Run)
	}
	others := table.New("Table 5, as printed: other teachers and students", 1, "workflow", "teacher", "student", "domain", "agent", ">gain (%)")
	for _, o := range r.Others {
		others.Add(string(o.Workflow), o.Teacher, o.Student, string(o.Domain), o.Agent, o.Gain)
	}
	return []table.Table{*human, *others}
}
