package cli

import (
	"context"
	"errors"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/recorded"
	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/results/catalog"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

func statusCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "status", Usage: "show how far experiments are, or the trials of one", ArgsUsage: "[EXPERIMENT]",
		Description: "Reads the trials' logs, also while they run. On a terminal it shows the running trials until none\n" +
			"runs, and then the table that it prints elsewhere. Without a name it lists the experiments. Examples:\n\n" +
			"  autodatabench status\n  autodatabench status demo",
		Flags: []cli.Flag{outFlag(), jsonFlag(), formatFlag(),
			&cli.StringFlag{Name: "head", Usage: "refuse an experiment whose log of scores never had the line with these `DIGITS`, which a leaderboard prints"}},
		Action: func(c *cli.Context) error {
			o := statusOptions{
				format: formatOf(c), out: c.String("out"), head: c.String("head"), follow: env.Screen && !c.Bool("json") && !c.IsSet("format"),
			}
			if !c.Args().Present() && o.head == "" {
				return listExperiments(c.Context, env.World, o)
			}
			var err error
			if o.name, err = oneArgument(c, experimentArgument); err != nil {
				return err
			}
			return runStatus(c.Context, env.World, o)
		},
	}
}

type statusOptions struct {
	format report.Format
	out    string
	name   string // of the experiment, or its folder
	head   string // that the experiment's log must have had; empty for any
	follow bool   // draw the running trials until none runs, first
}

// runStatus prints how far an experiment is.
func runStatus(ctx context.Context, w setup.World, o statusOptions) error {
	f, _, root, err := findExperiment(o.out, o.name)
	if err != nil {
		return err
	}
	shelf, err := catalog.Beside(ctx, root)
	if err != nil {
		return err
	}
	if o.follow {
		if err := followTrials(ctx, w, shelf, f, root); err != nil {
			return err
		}
	}
	s, err := experiment.ReadStatus(root, f, w.Holder, shelf)
	if err != nil {
		return err
	}
	left := []error{root.CheckName(f.Name)}
	if o.head != "" {
		left = append(left, hadHead(root, o.head))
	}
	for _, t := range s.Trials {
		if t.Err != nil {
			left = append(left, catalog.Fault(string(root.Trial(t.TrialID)), t.Err))
		}
	}
	return errors.Join(errors.Join(left...), printData(w, o.format, s, statusTable(s)))
}

// hadHead refuses an experiment whose log never had the head.
func hadHead(root record.Experiment, head string) error {
	scores, err := root.OpenScores()
	if err != nil {
		return err
	}
	return scores.Had(head)
}

// followTrials draws the running trials until there are none.
func followTrials(ctx context.Context, w setup.World, shelf *catalog.Catalog, f experiment.File, root record.Experiment) error {
	shown := screen{out: w.Stdout}
	for {
		s, running, err := recorded.Snapshot(root, f, w.Holder, shelf, w.Now())
		if err != nil {
			return err
		}
		if !running {
			shown.clear()
			return nil
		}
		lines := progressLines(s, w.Width, w.Height)
		shown.clear()
		shown.draw(lines)
		select {
		case <-time.After(watchTick):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
