// Package plan says what an experiment takes at the most, before any of it runs, and
// what measured trials like its own took.
//
// The bounds ([Make]) assume that every attempt is used, that prompts are as long as
// the context window lets them be, and replies as long as they may be. A bound that is
// not known stays unknown: it is never counted as 0. The teacher's own price and
// repeated calls are not in the bounds. GPU hours count the run time of trials. Final
// training, private scoring and the base student's evaluation come on top.
//
// The package is not for output, and it opens nothing.
package plan

import (
	"slices"

	"github.com/autodatabench/autodatabench/agents/definitions"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

// Plan is what an experiment would do at the most, and what measured trials of
// its kind took.
type Plan struct {
	Experiment string            `json:"experiment"`
	Protocol   string            `json:"protocol"`
	Modified   bool              `json:"modified"`
	Trials     []results.TrialID `json:"trials"`
	Bounds     Bounds            `json:"at_most"`
	Known      Known             `json:"known"` // of the bounds that are unknown as a whole
	Measured   []Measured        `json:"measured"`
	Rent       *Rent             `json:"rented_student,omitempty"` // of a student at a service
	Warnings   []string          `json:"warnings,omitempty"`       // of agents' definitions that age, of tasks that are not here

	Parts []Part `json:"-"` // add up to Bounds
}

// Known is the part of a bound that is known: the sum over the agents whose bound is
// known, and the names of the others.
type Known struct {
	AgentTokens float64  `json:"agent_tokens"`
	NoTokens    []string `json:"agents_without_tokens,omitempty"`
	AgentCost   float64  `json:"agent_cost_usd"`
	NoCost      []string `json:"agents_without_cost,omitempty"`
}

// take adds an agent's part.
func (k *Known) take(agent string, b Bounds) {
	add := func(sum *float64, without *[]string, n results.Number) {
		if n.Known {
			*sum += n.Value
		} else if !slices.Contains(*without, agent) {
			*without = append(*without, agent)
		}
	}
	add(&k.AgentTokens, &k.NoTokens, b.AgentTokens)
	add(&k.AgentCost, &k.NoCost, b.AgentCost)
}

// Part is the trials of one agent and workflow.
type Part struct {
	Agent    string
	Workflow results.Workflow
	Bounds   Bounds
}

// Bounds are the most that trials can take. A figure that has no bound, or whose
// price is not known, is missing.
type Bounds struct {
	Trials       int            `json:"trials"`
	TeacherCalls int            `json:"teacher_calls"`
	AgentCalls   results.Number `json:"agent_calls"` // but for calls that failed and are repeated
	AgentTokens  results.Number `json:"agent_tokens"`
	AgentCost    results.Number `json:"agent_cost_usd"`
	Hours        float64        `json:"run_time_hours"`
	GPUHours     float64        `json:"gpu_hours"` // run time x the GPUs that teacher and student occupy
}

// Make plans the trials of the experiment with its domains, under the protocol p that it
// resolves to, for the agents of the definitions.
func Make(f experiment.File, p results.Protocol, list []definitions.Definition, trials []results.TrialID) Plan {
	made := Plan{Experiment: f.Name, Protocol: p.Name, Modified: p.Modified, Trials: trials, Bounds: nothing(), Measured: []Measured{}}
	for _, d := range list {
		for _, w := range f.Workflows {
			part := Part{Agent: d.Name, Workflow: w, Bounds: nothing()}
			for _, id := range trials {
				if id.Agent == d.Name && id.Workflow == w {
					part.Bounds = part.Bounds.add(OfTrial(f, p, w, d))
				}
			}
			if part.Bounds.Trials == 0 {
				continue
			}
			made.Parts, made.Bounds = append(made.Parts, part), made.Bounds.add(part.Bounds)
			made.Known.take(d.Name, part.Bounds)
		}
	}
	return made
}

// nothing is the bounds of no trial.
func nothing() Bounds {
	none := results.Num(0, true)
	return Bounds{AgentCalls: none, AgentTokens: none, AgentCost: none}
}

func (b Bounds) add(o Bounds) Bounds {
	both := func(a, c results.Number) results.Number { return results.Num(a.Value+c.Value, a.Known && c.Known) }
	return Bounds{
		Trials: b.Trials + o.Trials, TeacherCalls: b.TeacherCalls + o.TeacherCalls,
		AgentCalls: both(b.AgentCalls, o.AgentCalls), AgentTokens: both(b.AgentTokens, o.AgentTokens), AgentCost: both(b.AgentCost, o.AgentCost),
		Hours: b.Hours + o.Hours, GPUHours: b.GPUHours + o.GPUHours,
	}
}

// OfTrial are the bounds of one trial.
func OfTrial(f experiment.File, p results.Protocol, w results.Workflow, d definitions.Definition) Bounds {
	attempts := p.Budget.MaxAttempts(w)
	b := Bounds{
		Trials: 1, TeacherCalls: min(p.Budget.TeacherCalls, attempts*p.Budget.TeacherCallsPerAttempt),
		AgentCalls: results.Num(float64(attempts), d.Provider != definitions.Command), // whose programs call as they like
		Hours:      p.Budget.RunTime.Hours(), GPUHours: p.Budget.RunTime.Hours() * float64(f.Teacher.Devices()+f.Student.GPUs),
	}
	if d.Simulated() || d.Provider == definitions.Replay || d.Provider == definitions.Command && d.BaseURL == "" {
		b.AgentCalls, b.AgentTokens, b.AgentCost = results.Num(0, true), results.Num(0, true), results.Num(0, true)
		return b
	}
	input, output := d.PromptTokens(), d.Sampling.MaxOutputTokens
	known := b.AgentCalls.Known && input > 0 && output > 0
	b.AgentTokens = results.Num(float64(attempts)*float64(input+output), known)
	call := d.Pricing().Cost(results.Tokens{Input: input, Output: output}) // which decides the tier of a price
	b.AgentCost = results.Num(float64(attempts)*call.Value, call.Known && known)
	bind(&b.AgentTokens, float64(p.Budget.AgentTokens))
	bind(&b.AgentCost, p.Budget.AgentCost)
	return b
}

// bind lowers a bound to a budget, if there is one.
func bind(n *results.Number, budget float64) {
	if budget > 0 && (!n.Known || n.Value > budget) {
		*n = results.Num(budget, true)
	}
}

// UnknownGPUs reports whether the experiment leaves open how many GPUs a server of its
// teacher or its student has, so that the bound on GPU hours is none.
func UnknownGPUs(f experiment.File) bool {
	return f.Teacher.Kind == "openai" && f.Teacher.GPUs == 0 || !f.Student.Embedded() && f.Student.Rented() == nil && f.Student.GPUs == 0
}
