package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/bundle"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/audit"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/tasks"
)

func auditCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "audit", Usage: "say where the rows of trials come from, and whether the trials kept the rules", ArgsUsage: "TRIAL|EXPERIMENT|BUNDLE",
		Description: "TRIAL is as for show. Every row of the chosen submission is compared with all answers of the trial's teacher, with\n" +
			"its programs, the seed pool and the evaluation sets; budgets and workflow are derived again from the logs. No model\n" +
			"judges anything. The audit of a sealed trial is kept in its folder as audit.json, which the leaderboard reads. Of a\n" +
			"bundle nothing is written, and rows are traced if it was packed with --teacher.\n" +
			"bench/doc/audit.md has the rules and how often they err. Examples:\n\n" +
			"  autodatabench audit demo\n  autodatabench audit --rows demo/science/iterative/adaptive/1\n" +
			"  autodatabench audit bundle.adb",
		Flags: append(placeFlags(), outFlag(), jsonFlag(), formatFlag(),
			&cli.StringSliceFlag{Name: "task", Usage: "of a bundle: a task `FOLDER` that its experiment may have been about", TakesFile: true},
			&cli.BoolFlag{Name: "rows", Usage: "every row that is not word for word the teacher's, with its call; with --json every row"},
			&cli.BoolFlag{Name: "no-write", Usage: "leave the folders as they are"}),
		Action: func(c *cli.Context) error {
			name, err := oneArgument(c, "a trial, an experiment or a bundle")
			if err != nil {
				return err
			}
			return runAudit(c.Context, env.World, auditOptions{
				format: formatOf(c), out: c.String("out"), places: placesOf(c), name: name, rows: c.Bool("rows"), dry: c.Bool("no-write"), tasks: c.StringSlice("task"),
			})
		},
	}
}

type auditOptions struct {
	format report.Format
	out    string
	places setup.Places
	name   string // of a trial, an experiment or a bundle
	rows   bool
	dry    bool     // write nothing
	tasks  []string // folders, of a bundle
}

// runAudit audits a trial, or every trial of an experiment or a bundle. A trial that
// cannot be audited is reported in the error; the others go on.
func runAudit(ctx context.Context, w setup.World, o auditOptions) (err error) {
	a := auditor{World: w, auditOptions: o, known: map[results.Domain]tasks.Task{}, absent: map[results.Domain]bool{}}
	var trials []record.Trial
	if info, failed := os.Stat(o.name); failed == nil && info.Mode().IsRegular() {
		var remove func() error
		trials, remove, err = a.unpack()
		if remove != nil {
			defer remove()
		}
	} else if a.root, trials, err = auditedTrials(o); err == nil {
		a.scores, err = a.root.OpenScores()
		a.dry = a.dry || a.root.LeftOut().Exists() // what its bundle says of the teacher's answers cannot be found here
	}
	if err != nil {
		return err
	}
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

// unpack opens the bundle, whose trials it returns, in a folder that remove removes. No path
// that the bundle names is followed.
func (a *auditor) unpack() (trials []record.Trial, remove func() error, err error) {
	disk.SweepScratch(func(string) {})
	dir, remove, err := disk.Scratch("audit-")
	if err != nil {
		return nil, nil, err
	}
	b, err := bundle.Open(a.name, dir)
	if err != nil {
		return nil, remove, err
	}
	a.root, a.dry, a.bundled = b.Root, true, true
	if a.scores, err = b.Root.OpenScores(); err != nil {
		return nil, remove, err
	}
	f, err := setup.RecordedFile(b.Root)
	if err != nil {
		return nil, remove, err
	}
	if a.known, err = setup.TasksFor(f, a.tasks, a.places); err != nil {
		return nil, remove, err
	}
	if trials, err = b.Root.Trials(); err == nil && len(trials) == 0 {
		err = results.Bad(fmt.Errorf("%s: the bundle holds no trial", a.name))
	}
	fmt.Fprintf(a.Stderr, "note: an audit takes the logs of a bundle as they are; autodatabench verify %s checks them\n", quoted(a.name))
	return trials, remove, err
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
	root    record.Experiment
	scores  *record.Scores
	bundled bool // the root is of a bundle
	known   map[results.Domain]tasks.Task
	absent  map[results.Domain]bool // private sets, of which was warned
}

// audit audits a trial and keeps the audit of a sealed one.
func (a *auditor) audit(dir record.Trial) (audit.Report, error) {
	state, err := dir.Load()
	if err != nil {
		return audit.Report{}, err
	}
	id := state.Spec.TrialID
	task, err := a.task(id.Domain, state.Spec.TaskDigest)
	if err != nil {
		return audit.Report{}, err
	}
	in, absent, err := audit.OpenWith(a.scores, dir, id, task, a.places.Private)
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

// task is the task of the domain. One of a bundle must have the digest of the trial's.
func (a *auditor) task(d results.Domain, digest string) (tasks.Task, error) {
	if task, ok := a.known[d]; ok && (!a.bundled || task.Digest == digest) {
		return task, nil
	}
	if a.bundled {
		return tasks.Task{}, results.Bad(fmt.Errorf("%s: task %s, with the digest that its trials have, is not here", a.name, d), "name its folder with --task, or import suite paper")
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
	a.known[d] = list[0]
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
