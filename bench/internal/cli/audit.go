package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/audit"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/tasks"
)

func auditCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "audit", Usage: "say where the rows of trials come from, and whether the trials kept the rules", ArgsUsage: "TRIAL|EXPERIMENT",
		Description: "TRIAL is as for show. Every row of the chosen submission is compared with all answers of the trial's teacher, with\n" +
			"its programs, the seed pool and the evaluation sets; budgets and workflow are derived again from the logs. No model\n" +
			"judges anything. The audit of a sealed trial is kept in its folder as audit.json, which the leaderboard reads.\n" +
			"bench/doc/audit.md has the rules and how often they err. Examples:\n\n" +
			"  autodatabench audit demo\n  autodatabench audit --rows demo/science/iterative/adaptive/1",
		Flags: append(placeFlags(), outFlag(), jsonFlag(), formatFlag(),
			&cli.BoolFlag{Name: "rows", Usage: "every row that is not word for word the teacher's, with its call; with --json every row"},
			&cli.BoolFlag{Name: "no-write", Usage: "leave the folders as they are"}),
		Action: func(c *cli.Context) error {
			name, err := oneArgument(c, "a trial or an experiment")
			if err != nil {
				return err
			}
			return runAudit(c.Context, env.World, auditOptions{
				format: formatOf(c), out: c.String("out"), places: placesOf(c), name: name, rows: c.Bool("rows"), dry: c.Bool("no-write"),
			})
		},
	}
}

type auditOptions struct {
	format report.Format
	out    string
	places setup.Places
	name   string // of a trial or an experiment
	rows   bool
	dry    bool // write nothing
}

// runAudit audits a trial, or every trial of an experiment that has begun. A trial that
// cannot be audited is reported in the error; the others go on.
func runAudit(ctx context.Context, w setup.World, o auditOptions) error {
	root, trials, err := auditedTrials(o)
	if err != nil {
		return err
	}
	a := auditor{World: w, auditOptions: o, root: root, tasks: map[results.Domain]tasks.Task{}, absent: map[results.Domain]bool{}}
	reports := audits{}
	var left []error
	for _, dir := range trials {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		r, err := a.audit(dir)
		if err != nil {
			left = append(left, err)
			continue
		}
		reports = append(reports, r)
	}
	return errors.Join(append(left, report.Write(w.Stdout, o.format, reports.shown(o.rows)))...)
}

// auditedTrials are the trials that the name stands for.
func auditedTrials(o auditOptions) (record.Experiment, []record.Trial, error) {
	root, err := record.Find(o.out, o.name)
	if err != nil {
		root, dir, err := record.FindTrial(o.out, o.name)
		return root, []record.Trial{dir}, err
	}
	list, err := root.Trials()
	if err == nil && len(list) == 0 {
		err = results.Bad(fmt.Errorf("%s: no trial has begun", root))
	}
	return root, list, err
}

// auditor audits trials of one experiment.
type auditor struct {
	setup.World
	auditOptions
	root   record.Experiment
	tasks  map[results.Domain]tasks.Task
	absent map[results.Domain]bool // private sets, of which was warned
}

// audit audits a trial and keeps the audit of a sealed one.
func (a *auditor) audit(dir record.Trial) (audit.Report, error) {
	state, err := dir.Load()
	if err != nil {
		return audit.Report{}, err
	}
	id := state.Spec.TrialID
	task, err := a.task(id.Domain)
	if err != nil {
		return audit.Report{}, err
	}
	in, absent, err := audit.Open(a.root, dir, id, task, a.places.Private)
	if err != nil {
		return audit.Report{}, err
	}
	if absent != nil && !a.absent[id.Domain] {
		a.absent[id.Domain] = true
		fmt.Fprintf(a.Stderr, "warning: the private set of %s is not compared: %v\n", id.Domain, absent)
	}
	r, err := audit.Run(in)
	if err != nil || a.dry || !dir.SealFile().Exists() {
		return r, err
	}
	if err := dir.CheckSeal(); err != nil {
		return r, err
	}
	return r, dir.AuditFile().Write(r.Audit)
}

func (a *auditor) task(d results.Domain) (tasks.Task, error) {
	if task, ok := a.tasks[d]; ok {
		return task, nil
	}
	f, _, err := experiment.Recorded(a.root)
	if err != nil {
		return tasks.Task{}, err
	}
	at := a.places
	at.Visible = true
	list, err := setup.LoadTasks(f.Suite, []results.Domain{d}, at)
	if err != nil {
		return tasks.Task{}, fmt.Errorf("audit %s: %w", filepath.Base(string(a.root)), err)
	}
	a.tasks[d] = list[0]
	return list[0], nil
}

// audits are what audit prints.
type audits []audit.Report

// shown is the view of the audits, with rows or without.
func (l audits) shown(rows bool) shown {
	if !rows {
		for i := range l {
			l[i].Traced = nil
		}
	}
	views := make([]report.Audit, len(l))
	for i, r := range l {
		views[i].Audit = r.Audit
		for _, row := range r.Traced {
			view := report.AuditRow{N: row.N, Origin: row.Origin, Operation: row.Operation, Question: row.Question}
			if row.Call != nil {
				view.Call = fmt.Sprintf("attempt %d, %s #%d", row.Call.Attempt, results.ShortDigest(row.Call.Request), row.Call.Occurrence)
			}
			views[i].Rows = append(views[i].Rows, view)
		}
	}
	return shown{data: l, tables: report.Audits(views)}
}

// MarshalJSON writes an empty list as one.
func (l audits) MarshalJSON() ([]byte, error) { return json.Marshal(append([]audit.Report{}, l...)) }
