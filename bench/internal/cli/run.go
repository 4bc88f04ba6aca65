package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/goccy/go-yaml"
	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/index"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

func runCommand(env Env) *cli.Command {
	return &cli.Command{
		Name:      "run",
		Usage:     "run all trials of an experiment, score them and print the leaderboard",
		ArgsUsage: "[EXPERIMENT.yaml]",
		Description: "Resumes what is there. A replay gives recorded calls the outcome that they had, and takes how long steps took from the record: code that was\n" +
			"stopped for its time is recorded as stopped, after as long a wait if a call was in flight. Code that decides by the clock or by unseeded\n" +
			"chance, and steps that exceed their time on a slower machine, come out otherwise and are named as the difference. Examples:\n\n" +
			"  autodatabench run bench/experiments/demo.yaml\n" +
			"  autodatabench run --domain science --workflow one-shot --agent pipeline --name try\n" +
			"  autodatabench run --dry-run bench/experiments/paper.yaml\n" +
			"  autodatabench run --replay runs/demo/trials/science/one-shot-scratch/pipeline/run-1 --replay-teacher",
		Flags: append(suiteFlags(), append(placeFlags(),
			outFlag(), jsonFlag(), formatFlag(),
			&cli.BoolFlag{Name: "dry-run", Usage: "print the plan and start nothing"},
			&cli.StringFlag{Name: "replay", Usage: "run the trial in `FOLDER` again with its recorded agent, and compare", TakesFile: true},
			&cli.BoolFlag{Name: "replay-teacher", Usage: "with --replay: the recorded teacher, too"},
			&cli.StringFlag{Name: "name", Value: "adhoc", Usage: "`NAME` of an experiment made of flags"},
			&cli.StringSliceFlag{Name: "domain", Usage: "domain, for an experiment made of flags"},
			&cli.StringSliceFlag{Name: "workflow", Usage: "one-shot or iterative"},
			&cli.StringSliceFlag{Name: "setting", Usage: "scratch or seed"},
			&cli.StringSliceFlag{Name: "agent", Usage: "agent's `NAME` (see autodatabench agents list)"},
			&cli.StringSliceFlag{Name: "agent-file", Usage: "definition `FILE` of an agent", TakesFile: true},
			&cli.IntFlag{Name: "runs", Usage: "runs of every trial"},
			&cli.Int64Flag{Name: "seed", Usage: "seed of every random choice"},
			&cli.IntFlag{Name: "parallel", Usage: "trials at a time"},
			&cli.StringFlag{Name: "sandbox", Usage: "bubblewrap, or none for no sandbox at all"},
		)...),
		Action: func(c *cli.Context) error {
			if c.IsSet("replay") || c.IsSet("replay-teacher") {
				return replay(c, env)
			}
			f, given, err := experimentOf(c)
			if err != nil {
				return err
			}
			if c.Bool("dry-run") {
				return printPlan(c, env, f)
			}
			return runExperiment(c, env, f, given, filepath.Join(c.String("out"), f.Name))
		},
	}
}

func resumeCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "resume", Usage: "go on with an experiment that was interrupted", ArgsUsage: "EXPERIMENT",
		Description: "EXPERIMENT is the experiment's name or folder. Example:\n\n  autodatabench resume demo",
		Flags: append(placeFlags(),
			outFlag(), jsonFlag(), formatFlag(),
			&cli.StringSliceFlag{Name: "agent-file", Usage: "definition `FILE` of an agent", TakesFile: true},
		),
		Action: func(c *cli.Context) error {
			f, given, root, err := recorded(c)
			if err != nil {
				return err
			}
			return runExperiment(c, env, f, given, root)
		},
	}
}

// recorded reads the experiment that an argument names from its folder.
func recorded(c *cli.Context) (f experiment.File, given []byte, root string, err error) {
	arg, err := oneArgument(c, "an experiment's name or folder")
	if err != nil {
		return f, nil, "", err
	}
	if root, err = experimentFolder(c, arg); err != nil {
		return f, nil, "", err
	}
	path := filepath.Join(root, experiment.GivenFile)
	if f, err = experiment.Read(path); err != nil {
		return f, nil, "", err
	}
	if f.Domains == nil { // left to the task folders when it began
		if f.Domains, err = experiment.Domains(root); err != nil {
			return f, nil, "", err
		}
	}
	given, err = os.ReadFile(path)
	return f, given, root, err
}

// experimentOf reads the experiment file, or makes one of the flags.
func experimentOf(c *cli.Context) (experiment.File, []byte, error) {
	if c.NArg() > 1 {
		return experiment.File{}, nil, usage("want one experiment file (flags go before it)")
	}
	f := experiment.Default()
	if c.NArg() == 1 {
		if c.IsSet("name") || c.IsSet("domain") || c.IsSet("workflow") || c.IsSet("setting") || c.IsSet("agent") || c.IsSet("suite") || c.IsSet("task") {
			return f, nil, usage("give either an experiment file or flags that make one")
		}
		var err error
		if f, err = experiment.Read(c.Args().First()); err != nil {
			return f, nil, err
		}
		if err := f.CheckGres(); err != nil {
			return f, nil, fmt.Errorf("%s: %w", c.Args().First(), err)
		}
	} else {
		f.Name = c.String("name")
		f.Agents = c.StringSlice("agent")
		if f.Suite = suiteOf(c); f.Suite.Folders != nil {
			f.Domains = nil
		}
		f.Domains = orDefault(f.Domains, c.StringSlice("domain"))
		f.Workflows = orDefault(f.Workflows, c.StringSlice("workflow"))
		f.Settings = orDefault(f.Settings, c.StringSlice("setting"))
	}
	overridden := c.IsSet("runs") || c.IsSet("seed") || c.IsSet("parallel") || c.IsSet("sandbox")
	if c.IsSet("runs") {
		f.Runs = c.Int("runs")
	}
	if c.IsSet("seed") {
		f.Seed = c.Int64("seed")
	}
	if c.IsSet("parallel") {
		f.Parallel = c.Int("parallel")
	}
	if c.IsSet("sandbox") {
		f.Sandbox.Kind = c.String("sandbox")
	}
	if err := f.Validate(); err != nil {
		return f, nil, results.Bad("", err)
	}
	if c.NArg() == 1 && !overridden {
		given, err := os.ReadFile(c.Args().First())
		return f, given, err
	}
	given, err := yaml.Marshal(f)
	return f, given, err
}

func orDefault[T ~string](list []T, given []string) []T {
	if len(given) == 0 {
		return list
	}
	list = nil
	for _, g := range given {
		list = append(list, T(g))
	}
	return list
}

// runExperiment composes, runs, indexes and prints.
func runExperiment(c *cli.Context, env Env, f experiment.File, given []byte, root string) (err error) {
	setup, err := compose(c.Context, env, f, given, root, placesOf(c), c.StringSlice("agent-file"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, setup.Close()) }()
	f = setup.File
	watch := newWatch(env, len(f.Trials()))
	setup.Watch = watch
	outcomes, err := setup.Run(c.Context)
	watch.close()
	if len(outcomes) > 0 {
		err = errors.Join(err, publish(c, env, f, outcomes, root))
	}
	return err
}

// publish puts the outcomes into the index and prints the leaderboard.
func publish(c *cli.Context, env Env, f experiment.File, outcomes []results.Outcome, root string) error {
	out, err := outOf(root) // need not be --out, since an experiment may be named by its folder
	if err != nil {
		return err
	}
	if err := putIndex(c.Context, env, out, outcomes); err != nil {
		return err
	}
	names, err := experiment.Titles(root)
	if err != nil {
		return err
	}
	board := report.Leaderboard(outcomes, report.Options{Domains: f.Domains, Names: names})
	var page bytes.Buffer
	if err := report.Write(&page, report.Markdown, board); err != nil {
		return err
	}
	path := filepath.Join(root, "leaderboard.md")
	if err := disk.WriteFile(path, page.Bytes()); err != nil {
		return err
	}
	if err := write(c, env, board); err != nil {
		return err
	}
	fmt.Fprintf(env.Stderr, "\ntrials   %s\nreport   %s\n", filepath.Join(root, "trials"), path)
	return nil
}

// putIndex adds the outcomes to the index below out. A stale index that cannot be
// rebuilt is no fault: the outcomes lie in the folders, for a later reindex.
func putIndex(ctx context.Context, env Env, out string, outcomes []results.Outcome) error {
	db, err := openIndex(ctx, out)
	if errors.Is(err, index.ErrStale) {
		fmt.Fprintf(env.Stderr, "the outcomes are not in the index; when this is mended, use reindex: %v\n", err)
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(db.Put(ctx, outcomes...), db.Close())
}
