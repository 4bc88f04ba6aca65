package cli

import (
	"context"
	"errors"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/recorded"
	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/results/published"
)

func reproduceCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "reproduce", Usage: "recompute the paper's Table 1 from its raw scores and list what disagrees",
		Description: "The published raw scores go through the same scoring as measured trials. With --experiment, the paper's\n" +
			"Table 1 is set beside an experiment's results instead. Examples:\n\n" +
			"  autodatabench reproduce\n  autodatabench reproduce --format markdown\n  autodatabench reproduce --experiment demo",
		Flags: []cli.Flag{outFlag(), jsonFlag(), formatFlag(), &cli.StringFlag{Name: "experiment", Aliases: []string{"measured"}, Usage: "set this `EXPERIMENT` beside the paper"}},
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			return runReproduce(c.Context, env.World, reproduceOptions{format: formatOf(c), out: c.String("out"), measured: c.String("experiment")})
		},
	}
}

type reproduceOptions struct {
	format   report.Format
	out      string
	measured string // experiment to set beside the paper; empty for none
}

// runReproduce prints the paper's Table 1 as recomputed, or beside measured results.
func runReproduce(ctx context.Context, w setup.World, o reproduceOptions) error {
	paper, err := published.Load()
	if err != nil {
		return err
	}
	if o.measured == "" {
		return show(w, o.format, report.Reproduce(paper, report.Options{}))
	}
	outcomes, opts, left := recorded.Outcomes(ctx, o.out, o.measured, warnings(w))
	if outcomes == nil {
		return left
	}
	side, err := report.CompareWithPaper(paper, outcomes, opts)
	if err != nil {
		return errors.Join(left, err)
	}
	return errors.Join(left, show(w, o.format, side))
}
