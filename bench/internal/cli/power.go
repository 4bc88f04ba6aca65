package cli

import (
	"context"
	"errors"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/results"
)

func powerCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "power", Usage: "say how many runs find which difference, from measured variance",
		Description: "Examples:\n\n  autodatabench power --experiment demo-full\n  autodatabench power --difference 3",
		Flags: append(boardFlags(), rowFlag(), formatFlag(),
			&cli.Float64Flag{Name: "difference", Usage: "`NUMBER` that is to be found, in the unit of the ranking: % of the base, or percentage points"}),
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			return runPower(c.Context, env.World, powerOptions{
				format: formatOf(c), out: c.String("out"), experiment: c.String("experiment"),
				rows: c.StringSlice("row"), difference: results.Num(c.Float64("difference"), c.IsSet("difference")),
			})
		},
	}
}

type powerOptions struct {
	format     report.Format
	out        string
	experiment string         // empty for all
	rows       []string       // whose rankings are planned for; none for all
	difference results.Number // to be found, in the unit of the ranking; unknown for none
}

// runPower prints how many runs find which difference.
func runPower(ctx context.Context, w setup.World, o powerOptions) error {
	if d := o.difference; d.Known && !(d.Value > 0 && d.Value <= 1000) {
		return usage("--difference must be over 0 and at most 1000, got %v", d.Value)
	}
	board, left := readBoard(ctx, w, o.out, o.experiment)
	if board == nil {
		return left
	}
	shown, err := board.Showing(o.rows...)
	if err != nil {
		return errors.Join(left, err)
	}
	plan := shown.Power(o.difference)
	if len(plan.Groups) == 0 {
		why := "nothing is scored"
		if len(plan.Without) > 0 {
			why = plan.Without[0].Why
		}
		return errors.Join(left, results.Bad(errors.New("power: "+why), "it takes an experiment with runs: 2 or more"))
	}
	return errors.Join(left, show(w, o.format, plan))
}
