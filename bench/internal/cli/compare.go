package cli

import (
	"errors"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/results"
)

func compareCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "compare", Usage: "test whether two rows of the leaderboard differ", ArgsUsage: "A B",
		Description: "A and B are an agent, or agent/workflow, or agent/workflow/setting: whatever names one row. Prints the\n" +
			"difference with its interval, p-values, effect sizes, and the runs that would decide it. Examples:\n\n" +
			"  autodatabench compare adaptive/iterative pipeline/iterative\n" +
			"  autodatabench compare --experiment demo-full adaptive/one-shot/seed adaptive/one-shot/scratch",
		Flags: append(boardFlags(), formatFlag()),
		Action: func(c *cli.Context) error {
			if c.NArg() != 2 {
				return usage("compare takes two rows, got %d", c.NArg())
			}
			board, err := indexedBoard(c, env)
			if err != nil {
				return err
			}
			comparison, err := board.Compare(c.Args().Get(0), c.Args().Get(1))
			if err != nil {
				return err
			}
			return write(c, env, comparison)
		},
	}
}

func powerCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "power", Usage: "say how many runs find which difference, from measured variance",
		Description: "Examples:\n\n  autodatabench power --experiment demo-full\n  autodatabench power --difference 3",
		Flags: append(boardFlags(), formatFlag(),
			&cli.Float64Flag{Name: "difference", Usage: "difference that is to be found, in the unit of the ranking: % of the base, or percentage points"}),
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			difference := results.Num(c.Float64("difference"), c.IsSet("difference"))
			if difference.Known && !(difference.Value > 0 && difference.Value <= 1000) {
				return usage("--difference must be over 0 and at most 1000, got %v", difference.Value)
			}
			board, err := indexedBoard(c, env)
			if err != nil {
				return err
			}
			plan := board.Power(difference)
			if len(plan.Groups) == 0 {
				why := "nothing is scored"
				if len(plan.Without) > 0 {
					why = plan.Without[0].Why
				}
				return results.Bad(errors.New("power: "+why), "it takes an experiment with runs: 2 or more")
			}
			return write(c, env, plan)
		},
	}
}
