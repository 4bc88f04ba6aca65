package cli

import (
	"context"
	"errors"
	"strconv"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/recorded"
	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report"
)

func tableCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "table", Usage: "print measured trials in the layout of the paper's tables", ArgsUsage: "1..5",
		Description: "1 gain and MATS by domain, 2 given data beside agents', 3 the student before training, 4 each run,\n" +
			"5 other teachers and students. Example:\n\n  autodatabench table --experiment demo 1",
		Flags: append(boardFlags(), formatFlag()),
		Action: func(c *cli.Context) error {
			number, err := oneArgument(c, "a number from 1 to 5")
			if err != nil {
				return err
			}
			return runTable(c.Context, env.World, tableOptions{
				format: formatOf(c), out: c.String("out"), experiment: c.String("experiment"), number: number,
			})
		},
	}
}

type tableOptions struct {
	format     report.Format
	out        string
	experiment string // empty for all
	number     string // of the table in the paper
}

// runTable prints measured trials as a table of the paper.
func runTable(ctx context.Context, w setup.World, o tableOptions) error {
	n, err := strconv.Atoi(o.number)
	if err != nil || n < 1 || n > report.PaperTables {
		return usage("no table %q; want a number from 1 to %d", o.number, report.PaperTables)
	}
	outcomes, opts, left := recorded.Outcomes(ctx, o.out, o.experiment, warnings(w))
	if outcomes == nil {
		return left
	}
	tables, err := report.PaperTable(n, outcomes, opts)
	if err != nil {
		return errors.Join(left, err)
	}
	return errors.Join(left, show(w, o.format, tables))
}
