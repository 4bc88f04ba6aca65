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
			board, left := indexedBoard(c, env)
			if board == nil {
				return left
			}
			comparison, err := board.Compare(c.Args().Get(0), c.Args().Get(1))
			if err != nil {
				return errors.Join(left, err)
			}
			return errors.Join(left, write(c, env, comparison))
		},
	}
}

func powerCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "power", Usage: "say how many runs find which difference, from measured variance",
		Description: "Examples:\n\n  autodatabench power --experiment demo-full\n  autodatabench power --difference 3",
		Flags: append(boardFlags(), formatFlag(),
			&cli.Float64Flag{Name: "difference", Usage: "percentage points of average accuracy that are to be found"}),
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			difference := results.Num(c.Float64("difference"), c.IsSet("difference"))
			if difference.Known && !(difference.Value > 0 && difference.Value <= 100) {
				return usage("--difference must be over 0 and at most 100 percentage points, got %v", difference.Value)
			}
			board, left := indexedBoard(c, env)
			if board == nil {
				return left
			}
			plan := board.Power(difference)
			if len(plan.Groups) == 0 {
				return errors.Join(left, results.Bad(errors.New("power: no agent has two scored runs in a domain that differ, so that no variance is known"), "run an experiment with runs: 2 or more"))
			}
			return errors.Join(left, write(c, env, plan))
		},
	}
}
