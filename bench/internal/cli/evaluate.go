package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/runner/final"
	"github.com/autodatabench/autodatabench/runner/submission"
)

func evaluateCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "evaluate", Usage: "train the student on a given submission.json and score it", ArgsUsage: "SUBMISSION.json",
		Description: "For data that no agent made: by hand, or by another pipeline. With --student-of the experiment's student, protocol\n" +
			"and budget are used, so that the result compares with its rows. Examples:\n\n" +
			"  autodatabench evaluate --domain science --name by-hand --runs 3 rows.json\n" +
			"  autodatabench evaluate --domain science --min-rows 40 few-rows.json\n" +
			"  autodatabench evaluate --domain science --student-of tonight.yaml --experiment tonight rows.json",
		Flags: append(suiteFlags(), append(placeFlags(),
			outFlag(), jsonFlag(), formatFlag(),
			&cli.StringSliceFlag{Name: "domain", Usage: "`DOMAIN` of the task; not needed with --task"},
			&cli.StringFlag{Name: "name", Value: "given", Usage: "`NAME` of the submission in tables"},
			&cli.StringFlag{Name: "experiment", Value: "given", Usage: "`EXPERIMENT` to put it in"},
			&cli.StringFlag{Name: "protocol", Usage: "`NAME` of the budgets and recipe: mini or paper", DefaultText: "mini, or that of --student-of"},
			&cli.IntFlag{Name: "dataset-size", Usage: "use the file's first `ROWS` (a modified protocol)", DefaultText: "the protocol's number"},
			&cli.IntFlag{Name: "min-rows", Usage: "accept a file of so few `ROWS` (a modified protocol)", DefaultText: "the protocol's number"},
			&cli.StringFlag{Name: "student-of", Usage: "train the student of the experiment `FILE` under its protocol and budget, in place of the embedded one", TakesFile: true},
			&cli.IntFlag{Name: "runs", Value: 1, Usage: "`N` trainings, each with its own seed"},
			&cli.Int64Flag{Name: "seed", Value: 1, Usage: "`NUMBER` that the seeds of the trainings begin with"},
			&cli.BoolFlag{Name: "check", Usage: "only check the format"},
		)...),
		Action: func(c *cli.Context) error {
			path, err := oneArgument(c, "a submission.json")
			if err != nil {
				return err
			}
			o := evaluateOptions{
				format: formatOf(c), path: path, out: c.String("out"), places: placesOf(c),
				suite: suiteOf(c), domains: c.StringSlice("domain"), name: c.String("name"), experiment: c.String("experiment"),
				protocol: optional(c, "protocol"), studentOf: c.String("student-of"), runs: c.Int("runs"), seed: c.Int64("seed"), check: c.Bool("check"),
			}
			if c.IsSet("dataset-size") {
				o.datasetSize = new(c.Int("dataset-size"))
			}
			if c.IsSet("min-rows") {
				o.minRows = new(c.Int("min-rows"))
			}
			return runEvaluate(c.Context, env.World, o)
		},
	}
}

type evaluateOptions struct {
	format      report.Format
	path        string // of the submission
	out         string
	places      setup.Places
	suite       experiment.Suite
	domains     []string
	name        string  // of the submission in tables
	experiment  string  // folder below out
	protocol    *string // nil for that of studentOf, or mini
	datasetSize *int    // nil for the protocol's
	minRows     *int    // nil for the protocol's
	studentOf   string  // experiment file that names student, protocol and budget; empty for the embedded one under mini
	runs        int
	seed        int64
	check       bool // only the format
}

// runEvaluate trains the student on a given submission, scores it and prints the
// leaderboard.
func runEvaluate(ctx context.Context, w setup.World, o evaluateOptions) (err error) {
	f, err := o.file()
	if err != nil {
		return err
	}
	protocol, err := f.Resolve()
	if err != nil {
		return results.Bad(err)
	}
	rows, check, err := readSubmission(o.path, protocol.Budget)
	if err != nil {
		return err
	}
	if o.check {
		return json.NewEncoder(w.Stdout).Encode(check)
	}
	s, err := setup.Open(ctx, w, setup.Request{File: f, Root: record.Experiment(filepath.Join(o.out, f.Name)), Places: o.places}, setup.Needs{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	outcomes, err := s.Evaluate(ctx, final.Given{
		Name: o.name, Suite: f.Suite.String(), Protocol: protocol, Seed: o.seed, Check: check,
	}, s.File.Domains[0], rows)
	if err != nil {
		return err
	}
	heads, err := putIndex(ctx, w, s.Root, outcomes)
	if err != nil {
		return err
	}
	return show(w, o.format, report.Leaderboard(outcomes, report.Options{Heads: heads}).Only(report.Summary))
}

// file is the experiment of one task that the submission is evaluated as.
func (o evaluateOptions) file() (experiment.File, error) {
	f := experiment.Default()
	if len(o.suite.Folders) > 0 && len(o.domains) > 0 {
		return f, usage("--task and --domain exclude each other")
	}
	f.Name, f.Agents, f.Runs = o.experiment, []string{"none"}, o.runs
	if o.studentOf != "" {
		other, err := experiment.Read(o.studentOf)
		if err != nil {
			return f, err
		}
		f.Student, f.Launcher = other.Student, other.Launcher
		f.Protocol, f.Modified, f.Budget, f.FinalSeeds, f.Teacher.Concurrency = other.Protocol, other.Modified, other.Budget, other.FinalSeeds, other.Teacher.Concurrency
	}
	if o.protocol != nil {
		f.Protocol = *o.protocol
	}
	if o.datasetSize != nil {
		f.Budget.DatasetSize = o.datasetSize
	}
	if o.minRows != nil {
		f.Budget.MinRows = o.minRows
	}
	f.Suite, f.Domains = o.suite, orDefault[results.Domain](nil, o.domains)
	if len(f.Domains) != 1 && len(f.Suite.Folders) != 1 {
		return f, usage("evaluate takes one task: --domain WORD, or --task FOLDER")
	}
	if err := cmp.Or(f.Validate(), f.Suits()); err != nil {
		return f, results.Bad(err)
	}
	if !results.ValidName(o.name) {
		return f, results.Bad(errors.New("name: " + results.NameProblem(o.name)))
	}
	return f, nil
}

// readSubmission reads the rows that a training would use; a submission that is
// not valid is bad input.
func readSubmission(path string, budget results.Budget) ([]results.Row, results.Check, error) {
	f, err := disk.OpenInput(path, results.MaxSubmission)
	if err != nil {
		return nil, results.Check{}, err
	}
	defer f.Close()
	rows, check := submission.Decode(f, budget)
	if !check.Valid {
		return nil, check, results.Bad(fmt.Errorf("%s: %s", path, check.Problem), fewer(check, budget))
	}
	return rows, check, nil
}

// fewer is the way out for a submission whose rows are good and too few; empty for
// others.
func fewer(check results.Check, budget results.Budget) string {
	if check.Kept == 0 || check.Kept >= budget.MinRows {
		return ""
	}
	return fmt.Sprintf("evaluate --min-rows %d accepts them; the row is then marked as a modified protocol", check.Kept)
}
