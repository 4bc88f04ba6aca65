package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/catalog"
	"github.com/autodatabench/autodatabench/results/record"
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
				o, err := replayOf(c)
				if err != nil {
					return err
				}
				return runReplay(c.Context, env.World, o)
			}
			if c.NArg() > 1 {
				return usage("want one experiment file (flags go before it)")
			}
			return runNew(c.Context, env.World, runOptions{
				format: formatOf(c), out: c.String("out"), places: placesOf(c), agentFiles: c.StringSlice("agent-file"),
				dryRun: c.Bool("dry-run"), path: firstArgument(c), words: wordsOf(c),
			})
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
			request := setup.Request{File: f, Given: given, Root: root, Places: placesOf(c), AgentFiles: c.StringSlice("agent-file")}
			return runExperiment(c.Context, env.World, request, formatOf(c))
		},
	}
}

// recorded reads the experiment that an argument names from its folder.
func recorded(c *cli.Context) (f experiment.File, given []byte, root record.Experiment, err error) {
	arg, err := oneArgument(c, "an experiment's name or folder")
	if err != nil {
		return f, nil, "", err
	}
	if root, err = record.Find(c.String("out"), arg); err != nil {
		return f, nil, "", err
	}
	f, given, err = experiment.Recorded(root)
	return f, given, root, err
}

type runOptions struct {
	format     report.Format
	out        string
	places     setup.Places
	agentFiles []string
	dryRun     bool
	path       *string // experiment file; nil for an experiment made of words
	words      words
}

// runNew runs the experiment of a file or of flags, or prints its plan.
func runNew(ctx context.Context, w setup.World, o runOptions) error {
	f, given, err := experimentOf(o.path, o.words)
	if err != nil {
		return err
	}
	if o.dryRun {
		return printPlan(ctx, w, f, o)
	}
	request := setup.Request{File: f, Given: given, Root: record.Experiment(filepath.Join(o.out, f.Name)), Places: o.places, AgentFiles: o.agentFiles}
	return runExperiment(ctx, w, request, o.format)
}

// runExperiment opens, runs, indexes and prints.
func runExperiment(ctx context.Context, w setup.World, r setup.Request, format report.Format) (err error) {
	s, err := setup.Open(ctx, w, r, setup.Everything())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	watch := newWatch(w, len(s.File.Trials()))
	s.Watch = watch
	outcomes, err := s.Run(ctx)
	watch.close()
	if len(outcomes) > 0 {
		err = errors.Join(err, publish(ctx, w, s, outcomes, format))
	}
	return err
}

// publish puts the outcomes into the index and prints the leaderboard.
func publish(ctx context.Context, w setup.World, s *experiment.Setup, outcomes []results.Outcome, format report.Format) error {
	heads, err := putIndex(ctx, w, s.Root, outcomes)
	if err != nil {
		return err
	}
	names, err := s.Root.Titles()
	if err != nil {
		return err
	}
	board := report.Leaderboard(outcomes, report.Options{Domains: s.File.Domains, Names: names, Heads: heads})
	var page bytes.Buffer
	if err := report.Write(&page, report.Markdown, board); err != nil {
		return err
	}
	if err := s.Root.Leaderboard().Write(page.Bytes()); err != nil {
		return err
	}
	if err := report.Write(w.Stdout, format, board); err != nil {
		return err
	}
	fmt.Fprintf(w.Stderr, "\ntrials   %s\nreport   %s\n", filepath.Join(string(s.Root), "trials"), s.Root.Leaderboard())
	return nil
}

// putIndex reads the outcomes of the experiment again and puts them into the index
// beside its folder. It returns what the experiment's log is at.
func putIndex(ctx context.Context, w setup.World, root record.Experiment, outcomes []results.Outcome) (heads map[string]string, err error) {
	c, err := catalog.Around(ctx, root)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	for _, fault := range c.Rebuilt {
		fmt.Fprintln(w.Stderr, "warning:", fault)
	}
	return c.Put(ctx, root, outcomes)
}
