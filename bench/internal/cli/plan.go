package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/autodatabench/autodatabench/agents/definitions"
	"github.com/autodatabench/autodatabench/bench/internal/plan"
	"github.com/autodatabench/autodatabench/bench/internal/recorded"
	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/tasks"
)

// printPlan lists what an experiment would do at the most.
func printPlan(ctx context.Context, w setup.World, r setup.Request, o runOptions) error {
	f, err := plannable(ctx, w, r.File, o.places)
	if err != nil {
		return err
	}
	list, err := setup.Definitions(r)
	if err != nil {
		return err
	}
	p, err := f.Resolve()
	if err != nil {
		return err
	}
	there, err := growing(r, f, p, list)
	if err != nil {
		return err
	}
	trials, err := runRequest{Request: r, only: o.only, failed: o.failed}.chosen(f)
	if err != nil {
		return err
	}
	if trials == nil {
		trials = f.Trials()
	}
	made := plan.Make(f, p, list, trials)
	if there != "" {
		made.Warnings = append(made.Warnings, there)
	}
	if absent := missingTasks(f, o.places); absent != "" {
		made.Warnings = append(made.Warnings, absent)
	}
	if made.Rent, err = rentOf(w, f, p, trials, o.places); err != nil {
		return err
	}
	for _, d := range list {
		made.Warnings = append(made.Warnings, ageWarnings(d, w.Now())...)
	}
	if made.Measured, err = measure(ctx, o.out, f, p, trials); err != nil {
		return err
	}
	tables := []*table.Table{trialsTable(f, p, list, trials)} // the longest first: the last one stays on a screen
	if len(made.Measured) > 0 {
		tables = append(tables, measuredTable(made.Measured))
	}
	return printData(w, o.format, made, append(tables, planTable(f, p, made))...)
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

// missingTasks says which of the tasks are not here that a plan does not need, and the
// run does.
func missingTasks(f experiment.File, at setup.Places) string {
	_, err := setup.LoadTasks(f.Suite, f.Domains, at)
	if err == nil {
		return ""
	}
	text := "the tasks are not all here: " + strings.ReplaceAll(err.Error(), "\n", "; ")
	var known *results.Error
	if errors.As(err, &known) && known.Hint != "" {
		text += "; " + known.Hint
	}
	return text
}

// rentOf is the bill of a student at a service. Tasks that are not here have no questions
// in it, and a warning names them.
func rentOf(w setup.World, f experiment.File, p results.Protocol, trials []results.TrialID, at setup.Places) (*plan.Rent, error) {
	if f.Student.Rented() == nil {
		return nil, nil
	}
	m, err := w.Checkpoint(f.Student)
	if err != nil {
		return nil, err
	}
	var list []tasks.Task
	for _, d := range f.Domains {
		if one, err := setup.LoadTasks(f.Suite, []results.Domain{d}, at); err == nil {
			list = append(list, one...)
		}
	}
	return plan.RentOf(f, p, trials, list, m.Context), nil
}

// measure reads the index of out, where there is one. What does not count is not
// measured, and it is not for a plan to name it.
func measure(ctx context.Context, out string, f experiment.File, p results.Protocol, trials []results.TrialID) ([]plan.Measured, error) {
	if !disk.Exists(record.Index(out)) {
		return []plan.Measured{}, nil
	}
	r, err := recorded.Read(ctx, out, "")
	if err != nil {
		return nil, err
	}
	return plan.Measure(r.Outcomes, f, p, trials), nil
}

// planTable lists the bounds by agent and workflow.
func planTable(f experiment.File, p results.Protocol, made plan.Plan) *table.Table {
	t := table.New(fmt.Sprintf("%s: %d trials, protocol %s", f.Name, len(made.Trials), p.Name), 1, "!agent", "workflow",
		">trials", ">attempts", ">teacher calls", ">agent calls", ">agent tokens", ">agent USD", ">hours", ">GPU hours")
	for _, part := range made.Parts {
		b := part.Bounds
		t.Add(part.Agent, string(part.Workflow), fmt.Sprint(b.Trials), fmt.Sprint(p.Budget.MaxAttempts(part.Workflow)), table.Count(b.TeacherCalls),
			amount(b.AgentCalls, 0), amount(b.AgentTokens, 0), amount(b.AgentCost, 2), hours(b.Hours), hours(b.GPUHours))
	}
	b := made.Bounds
	gpuHours := hours(b.GPUHours)
	if plan.UnknownGPUs(f) {
		gpuHours = "unknown"
	}
	t.Note("at most %s teacher calls, %s agent calls, %s agent tokens, %s USD for agents, %s hours of run time and %s GPU hours in all",
		table.Count(b.TeacherCalls), amount(b.AgentCalls, 0), amount(b.AgentTokens, 0), amount(b.AgentCost, 2), hours(b.Hours), gpuHours)
	if k := made.Known; !b.AgentCost.Known && len(k.NoCost) < len(f.Agents) {
		t.Note("Of the cost, %.2f USD are known; unknown is what %s may cost, whose price or length of replies the definition does not give.", k.AgentCost, strings.Join(k.NoCost, ", "))
	}
	t.Note("Bounds: every attempt used, prompts as long as the context window lets them be, replies as long as they may. Unknown stays unknown. The teacher's own price and repeated calls are not in them. GPU hours are those of the trials' run time: retraining for the final score, private scoring and the base student's evaluation come on top.")
	if !f.Student.Embedded() {
		t.Note("The student %s is trained by the recipe of protocol %s: %s.", f.Student.Model, p.Name, p.Recipe.Words())
	}
	if text := f.Sharing(); text != "" {
		t.Note("batch_trials: %s.", text)
	}
	if r := made.Rent; r != nil {
		t.Note("At the service: at most %d trainings of %s tokens in all, %s tokens of %d questions read and %s tokens of answers written: %s USD. The base student's answers come on top.",
			r.Trainings, table.Count(int(r.Train)), table.Count(int(r.Read)), r.Questions, table.Count(int(r.Written)), amount(r.USD, 2))
	}
	if f.UntilDecided != "" {
		t.Note("Every entry gets %d runs. Runs after these go only to entries whose order is open (%s), and %d is the most.", experiment.FirstRuns, f.UntilDecided, f.Runs)
	}
	for _, line := range made.Warnings {
		t.Note("%s", line)
	}
	return t
}

// trialsTable lists the trials with their bounds.
func trialsTable(f experiment.File, p results.Protocol, list []definitions.Definition, trials []results.TrialID) *table.Table {
	byName := map[string]definitions.Definition{}
	for _, d := range list {
		byName[d.Name] = d
	}
	t := table.New("Trials", 1, "!domain", "workflow", "setting", "!agent", ">run", ">attempts", ">teacher calls", ">agent tokens", ">agent USD")
	for _, id := range trials {
		b := plan.OfTrial(f, p, id.Workflow, byName[id.Agent])
		t.Add(string(id.Domain), string(id.Workflow), string(id.Setting), id.Agent, fmt.Sprint(id.Run),
			fmt.Sprint(p.Budget.MaxAttempts(id.Workflow)), table.Count(b.TeacherCalls), amount(b.AgentTokens, 0), amount(b.AgentCost, 2))
	}
	return t
}

// hours are hours to as many places as tell them from none.
func hours(h float64) string {
	if h > 0 && h < 10 {
		return fmt.Sprintf("%.2f", h)
	}
	return fmt.Sprintf("%.0f", h)
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

func measuredTable(list []plan.Measured) *table.Table {
	t := table.New("Measured trials of this protocol, means of one trial", 1, "!agent", "workflow", ">trials", ">minutes", ">teacher calls", ">agent tokens", ">agent USD", ">planned", ">in all")
	for _, m := range list {
		t.Add(m.Agent, string(m.Workflow), fmt.Sprint(m.Trials), fmt.Sprintf("%.2f", 60*m.Hours), fmt.Sprintf("%.0f", m.Calls), fmt.Sprintf("%.0f", m.Tokens),
			amount(m.Cost, 2), fmt.Sprint(m.Planned), fmt.Sprintf("%.1f", 60*m.Hours*float64(m.Planned)))
	}
	return t
}
