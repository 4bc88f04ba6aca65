package cli

import (
	"context"
	"fmt"

	"github.com/autodatabench/autodatabench/agents/definitions"
	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

// bounds are the most that trials can take. A figure that has no bound, or whose
// price is not known, is missing.
type bounds struct {
	Trials       int            `json:"trials"`
	TeacherCalls int            `json:"teacher_calls"`
	AgentCalls   results.Number `json:"agent_calls"` // but for calls that failed and are repeated
	AgentTokens  results.Number `json:"agent_tokens"`
	AgentCost    results.Number `json:"agent_cost_usd"`
	Hours        float64        `json:"run_time_hours"`
	GPUHours     float64        `json:"gpu_hours"` // run time x the GPUs that teacher and student occupy
}

func (b bounds) add(o bounds) bounds {
	both := func(a, c results.Number) results.Number { return results.Num(a.Value+c.Value, a.Known && c.Known) }
	return bounds{
		Trials: b.Trials + o.Trials, TeacherCalls: b.TeacherCalls + o.TeacherCalls,
		AgentCalls: both(b.AgentCalls, o.AgentCalls), AgentTokens: both(b.AgentTokens, o.AgentTokens), AgentCost: both(b.AgentCost, o.AgentCost),
		Hours: b.Hours + o.Hours, GPUHours: b.GPUHours + o.GPUHours,
	}
}

// boundsOf are those of one trial.
func boundsOf(f experiment.File, p results.Protocol, w results.Workflow, d definitions.Definition) bounds {
	attempts := p.Budget.MaxAttempts(w)
	b := bounds{
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
	b.AgentCost = d.Pricing().Cost(results.Tokens{Input: int64(attempts) * input, Output: int64(attempts) * output})
	b.AgentCost.Known = b.AgentCost.Known && known
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

// plan is what an experiment would do at the most, and what measured trials of
// its kind took.
type plan struct {
	Experiment string            `json:"experiment"`
	Protocol   string            `json:"protocol"`
	Modified   bool              `json:"modified"`
	Trials     []results.TrialID `json:"trials"`
	Bounds     bounds            `json:"at_most"`
	Measured   []measured        `json:"measured"`
}

// printPlan lists what an experiment would do at the most.
func printPlan(ctx context.Context, world setup.World, f experiment.File, o runOptions) error {
	f, err := plannable(ctx, world, f, o.places)
	if err != nil {
		return err
	}
	list, err := setup.Definitions(f, o.agentFiles)
	if err != nil {
		return err
	}
	if err := setup.CheckPrices(f, list); err != nil {
		return err
	}
	p, err := f.Resolve()
	if err != nil {
		return err
	}
	made := plan{Experiment: f.Name, Protocol: p.Name, Modified: p.Modified, Trials: f.Trials()}
	t := table.New(fmt.Sprintf("%s: %d trials, protocol %s", f.Name, len(made.Trials), p.Name), 1, "!agent", "workflow",
		">trials", ">attempts", ">teacher calls", ">agent calls", ">agent tokens", ">agent USD", ">hours", ">GPU hours")
	first := true
	for _, d := range list {
		for _, w := range f.Workflows {
			var sum bounds
			for n := range len(made.Trials) / len(list) / len(f.Workflows) {
				if one := boundsOf(f, p, w, d); n == 0 {
					sum = one
				} else {
					sum = sum.add(one)
				}
			}
			addBounds(t, d.Name, string(w), p.Budget.MaxAttempts(w), sum)
			if first {
				made.Bounds, first = sum, false
			} else {
				made.Bounds = made.Bounds.add(sum)
			}
		}
	}
	b := made.Bounds
	t.Note("at most %s teacher calls, %s agent calls, %s agent tokens, %s USD for agents, %.0f hours of run time and %s GPU hours in all",
		table.Count(b.TeacherCalls), amount(b.AgentCalls, 0), amount(b.AgentTokens, 0), amount(b.AgentCost, 2), b.Hours, gpuHours(f, b))
	t.Note("Bounds: every attempt used, prompts as long as the context window lets them be, replies as long as they may. Unknown stays unknown. The teacher's own price and repeated calls are not in them. GPU hours are those of the trials' run time: retraining for the final score, private scoring and the base student's evaluation come on top.")
	tables := []*table.Table{t, trialsTable(f, p, list)}
	if made.Measured, err = measure(ctx, world, o.out, f, p); err != nil {
		return err
	}
	if len(made.Measured) > 0 {
		tables = append(tables, measuredTable(made.Measured))
	}
	return printData(world.Stdout, o.format, made, tables...)
}

// plannable checks what the experiment needs for its plan and completes its
// domains. Only the embedded student's tasks are loaded: a plan for GPUs needs
// no data.
func plannable(ctx context.Context, w setup.World, f experiment.File, at setup.Places) (experiment.File, error) {
	if f.Student.Embedded() {
		here := f
		here.Launcher = experiment.Default().Launcher // a plan needs no cluster
		s, err := setup.Open(ctx, w, setup.Request{File: here, Places: at}, setup.Needs{})
		if err != nil {
			return f, err
		}
		f.Domains = s.File.Domains
		return f, s.Close()
	}
	if f.Suite.Folders == nil {
		return f, nil
	}
	list, err := setup.LoadTasks(f.Suite, f.Domains, at)
	f.Domains = nil
	for _, task := range list {
		f.Domains = append(f.Domains, task.Brief.Domain)
	}
	return f, err
}

// trialsTable lists every trial with its bounds.
func trialsTable(f experiment.File, p results.Protocol, list []definitions.Definition) *table.Table {
	byName := map[string]definitions.Definition{}
	for _, d := range list {
		byName[d.Name] = d
	}
	t := table.New("Trials", 1, "!domain", "workflow", "setting", "!agent", ">run", ">attempts", ">teacher calls", ">agent tokens", ">agent USD")
	for _, id := range f.Trials() {
		b := boundsOf(f, p, id.Workflow, byName[id.Agent])
		t.Add(string(id.Domain), string(id.Workflow), string(id.Setting), id.Agent, fmt.Sprint(id.Run),
			fmt.Sprint(p.Budget.MaxAttempts(id.Workflow)), table.Count(b.TeacherCalls), amount(b.AgentTokens, 0), amount(b.AgentCost, 2))
	}
	return t
}

func addBounds(t *table.Table, agent, workflow string, attempts int, b bounds) {
	t.Add(agent, workflow, fmt.Sprint(b.Trials), fmt.Sprint(attempts), table.Count(b.TeacherCalls),
		amount(b.AgentCalls, 0), amount(b.AgentTokens, 0), amount(b.AgentCost, 2), fmt.Sprintf("%.0f", b.Hours), fmt.Sprintf("%.0f", b.GPUHours))
}

// amount is a figure, or unknown, which is not 0.
func amount(n results.Number, places int) string {
	switch {
	case !n.Known:
		return "unknown"
	case places == 0:
		return table.Count(int(n.Value))
	}
	return fmt.Sprintf("%.*f", places, n.Value)
}

// gpuHours is the bound; without the files saying how many GPUs, a server of the
// teacher or of the student has an unknown number.
func gpuHours(f experiment.File, b bounds) string {
	if f.Teacher.Kind == "openai" && f.Teacher.GPUs == 0 || !f.Student.Embedded() && f.Student.GPUs == 0 {
		return "unknown"
	}
	return fmt.Sprintf("%.0f", b.GPUHours)
}

// measured is the mean of the scored trials of an agent and workflow under the
// same protocol, whatever the experiment.
type measured struct {
	Agent    string           `json:"agent"`
	Workflow results.Workflow `json:"workflow"`
	Trials   int              `json:"trials"`
	Hours    float64          `json:"run_time_hours"`
	Calls    float64          `json:"teacher_calls"`
	Tokens   float64          `json:"agent_tokens"`
	Cost     results.Number   `json:"agent_cost_usd"`
	Planned  int              `json:"planned_trials"`
}

// measure reads the index of out, where there is one.
func measure(ctx context.Context, world setup.World, out string, f experiment.File, p results.Protocol) ([]measured, error) {
	path := record.Index(out)
	list := []measured{}
	if !disk.Exists(path) {
		return list, nil
	}
	r, err := readCatalog(ctx, out, "")
	if err != nil {
		return nil, err
	}
	for _, agent := range f.Agents {
		for _, w := range f.Workflows {
			m := measured{Agent: agent, Workflow: w, Planned: f.Runs * len(f.Domains) * len(f.Settings)}
			var usage results.Usage
			for _, o := range r.Outcomes {
				if o.Kind != results.OfAgent || o.Agent != agent || o.Workflow != w || o.Changed != "" || o.ProtocolDigest != results.ProtocolDigest(p) || o.End == "" {
					continue
				}
				m.Trials++
				m.Hours += o.Elapsed.Hours()
				usage = usage.Add(o.Usage)
			}
			if n := float64(m.Trials); n > 0 {
				m.Hours, m.Calls, m.Tokens = m.Hours/n, float64(usage.TeacherCalls)/n, float64(usage.AgentTokens())/n
				m.Cost = results.Num(usage.AgentCost.Value/n, usage.AgentCost.Known)
				list = append(list, m)
			}
		}
	}
	return list, nil
}

func measuredTable(list []measured) *table.Table {
	t := table.New("Measured trials of this protocol, means of one trial", 1, "!agent", "workflow", ">trials", ">hours", ">teacher calls", ">agent tokens", ">agent USD", ">planned", ">hours in all")
	for _, m := range list {
		t.Add(m.Agent, string(m.Workflow), fmt.Sprint(m.Trials), fmt.Sprintf("%.3f", m.Hours), fmt.Sprintf("%.0f", m.Calls), fmt.Sprintf("%.0f", m.Tokens),
			amount(m.Cost, 2), fmt.Sprint(m.Planned), fmt.Sprintf("%.2f", m.Hours*float64(m.Planned)))
	}
	return t
}
