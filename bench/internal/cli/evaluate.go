package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/runner/final"
	"github.com/autodatabench/autodatabench/runner/submission"
)

func evaluateCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "evaluate", Usage: "train the student on a given submission.json and score it", ArgsUsage: "SUBMISSION.json",
		Description: "For data that no agent made: by hand, or by another pipeline. Example:\n\n" +
			"  autodatabench evaluate --domain science --name by-hand --runs 3 rows.json",
		Flags: append(suiteFlags(), append(placeFlags(),
			outFlag(), jsonFlag(), formatFlag(),
			&cli.StringSliceFlag{Name: "domain", Usage: "domain of the task; not needed with --task"},
			&cli.StringFlag{Name: "name", Value: "given", Usage: "`NAME` of the submission in tables"},
			&cli.StringFlag{Name: "experiment", Value: "given", Usage: "experiment folder to put it in"},
			&cli.StringFlag{Name: "protocol", Value: "mini", Usage: "budgets and recipe"},
			&cli.IntFlag{Name: "dataset-size", Usage: "use the file's first `ROWS`, in place of the protocol's number (a modified protocol)"},
			&cli.StringFlag{Name: "student-of", Usage: "train the student of the experiment `FILE`, in place of the embedded one", TakesFile: true},
			&cli.IntFlag{Name: "runs", Value: 1, Usage: "trainings, each with its own seed"},
			&cli.Int64Flag{Name: "seed", Value: 1, Usage: "seed of the trainings"},
			&cli.BoolFlag{Name: "check", Usage: "only check the format"},
		)...),
		Action: func(c *cli.Context) error { return evaluate(c, env) },
	}
}

func evaluate(c *cli.Context, env Env) (err error) {
	path, err := oneArgument(c, "a submission.json")
	if err != nil {
		return err
	}
	f := experiment.Default()
	f.Name, f.Agents, f.Protocol, f.Runs = c.String("experiment"), []string{"none"}, c.String("protocol"), c.Int("runs")
	if c.IsSet("dataset-size") {
		rows := c.Int("dataset-size")
		f.Budget.DatasetSize = &rows
	}
	if file := c.String("student-of"); file != "" {
		other, err := experiment.Read(file)
		if err != nil {
			return err
		}
		f.Student, f.Launcher = other.Student, other.Launcher
	}
	f.Suite = suiteOf(c)
	f.Domains = orDefault[results.Domain](nil, c.StringSlice("domain"))
	if len(f.Domains) != 1 && len(f.Suite.Folders) != 1 {
		return usage("evaluate takes one task: --domain WORD, or --task FOLDER")
	}
	if err := f.Validate(); err != nil {
		return results.Bad("", err)
	}
	if !results.ValidName(c.String("name")) {
		return results.Bad("", fmt.Errorf("name: %q: want lower-case letters, digits, dots and dashes", c.String("name")))
	}
	protocol, err := f.Resolve()
	if err != nil {
		return results.Bad("", err)
	}
	rows, check, err := readSubmission(path, protocol.Budget)
	if err != nil {
		return err
	}
	if c.Bool("check") {
		return json.NewEncoder(env.Stdout).Encode(check)
	}
	out := c.String("out")
	setup, err := load(c.Context, env, f, nil, filepath.Join(out, f.Name), placesOf(c))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, setup.Close()) }()
	task := setup.Tasks[setup.File.Domains[0]]
	scorer := &final.Scorer{
		Root: setup.Root, Student: setup.Student, Identity: setup.Identity, PrivateRoot: setup.PrivateRoot,
	}
	outcomes, err := scorer.Given(c.Context, final.Given{
		Name: c.String("name"), Domain: task.Brief.Domain, Suite: f.Suite.String(), Protocol: protocol,
		Seed: c.Int64("seed"), Check: check,
	}, task, rows, f.Runs)
	if err != nil {
		return err
	}
	if err := putIndex(c.Context, env, out, outcomes); err != nil {
		return err
	}
	return write(c, env, report.Leaderboard(outcomes, report.Options{}))
}

// readSubmission reads the rows that a training would use; a submission that is
// not valid is bad input.
func readSubmission(path string, budget results.Budget) ([]results.Row, results.Check, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, results.Check{}, results.Bad("", err)
	}
	switch {
	case !info.Mode().IsRegular():
		return nil, results.Check{}, results.Bad("", fmt.Errorf("%s: no regular file", path))
	case info.Size() > results.MaxSubmission:
		return nil, results.Check{}, results.Bad("", fmt.Errorf("%s: %d bytes; a submission has at most %d", path, info.Size(), int64(results.MaxSubmission)))
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, results.Check{}, results.Bad("", err)
	}
	defer f.Close()
	rows, check := submission.Decode(f, budget)
	if !check.Valid {
		return nil, check, results.Bad("", fmt.Errorf("%s: %s", path, check.Problem))
	}
	return rows, check, nil
}
