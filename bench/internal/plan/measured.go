package plan

import (
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

// Measured is the mean of the scored trials of an agent and workflow under the
// same protocol, whatever the experiment.
type Measured struct {
	Agent    string           `json:"agent"`
	Workflow results.Workflow `json:"workflow"`
	Trials   int              `json:"trials"`
	Hours    float64          `json:"run_time_hours"`
	Calls    float64          `json:"teacher_calls"`
	Tokens   float64          `json:"agent_tokens"`
	Cost     results.Number   `json:"agent_cost_usd"`
	Planned  int              `json:"planned_trials"`
}

// Measure is what those of the outcomes that are of the planned trials' agents and
// workflows took under the protocol p. Agents without any are left out, and so are
// trials that changed.
func Measure(outcomes []results.Outcome, f experiment.File, p results.Protocol, trials []results.TrialID) []Measured {
	list := []Measured{}
	for _, agent := range f.Agents {
		for _, w := range f.Workflows {
			m := Measured{Agent: agent, Workflow: w}
			for _, id := range trials {
				if id.Agent == agent && id.Workflow == w {
					m.Planned++
				}
			}
			if m.Planned > 0 && m.mean(outcomes, results.ProtocolDigest(p)) {
				list = append(list, m)
			}
		}
	}
	return list
}

// mean takes in its agent's and workflow's trials that ended under the protocol of the
// digest, and reports whether there are any.
func (m *Measured) mean(outcomes []results.Outcome, protocol string) bool {
	var usage results.Usage
	for _, o := range outcomes {
		if o.Kind != results.OfAgent || o.Agent != m.Agent || o.Workflow != m.Workflow ||
			o.Changed != "" || o.ProtocolDigest != protocol || o.End == "" || o.Cancelled() {
			continue
		}
		m.Trials++
		m.Hours += o.Elapsed.Hours()
		usage = usage.Add(o.Usage)
	}
	if m.Trials == 0 {
		return false
	}
	n := float64(m.Trials)
	m.Hours, m.Calls, m.Tokens = m.Hours/n, float64(usage.TeacherCalls)/n, float64(usage.AgentTokens())/n
	m.Cost = results.Num(usage.AgentCost.Value/n, usage.AgentCost.Known)
	return true
}
