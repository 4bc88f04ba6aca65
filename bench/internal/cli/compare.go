package cli

import (
	"context"
	"errors"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report"
)

func compareCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "compare", Usage: "test whether two rows of the leaderboard differ", ArgsUsage: "A B",
		Description: "A and B are rows: experiment:agent/workflow/setting, or a part of that which names one row. Prints the\n" +
			"difference with its interval, p-values, effect sizes, and the runs that would decide it. Examples:\n\n" +
			"  autodatabench compare adaptive/iterative pipeline/iterative\n" +
			"  autodatabench compare tonight:my-model/one-shot/scratch demo:adaptive/one-shot/scratch",
		Flags: append(boardFlags(), formatFlag()),
		Action: func(c *cli.Context) error {
			if c.NArg() != 2 {
				return usage("compare takes two rows, got %d", c.NArg())
			}
			return runCompare(c.Context, env.World, compareOptions{
				format: formatOf(c), out: c.String("out"), experiment: c.String("experiment"), a: c.Args().Get(0), b: c.Args().Get(1),
			})
		},
	}
}

type compareOptions struct {
	format     report.Format
	out        string
	experiment string // empty for all
	a, b       string // rows
}

// runCompare prints how two rows of the leaderboard differ.
func runCompare(ctx context.Context, w setup.World, o compareOptions) error {
	board, left := readBoard(ctx, w, o.out, o.experiment)
	if board == nil {
		return left
	}
	comparison, err := board.Compare(o.a, o.b)
	if err != nil {
		return errors.Join(left, err)
	}
	return errors.Join(left, show(w, o.format, comparison))
}
