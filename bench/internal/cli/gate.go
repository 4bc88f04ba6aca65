package cli

import (
	"context"
	"errors"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/config"
)

func gateCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "gate", Usage: "apply a policy to the leaderboard: GO 0, NO-GO 7, INCONCLUSIVE 8", ArgsUsage: "POLICY.yaml",
		Description: "The policy asks that rows lie above the base student or above other rows by a margin, with a confidence\n" +
			"(bench/doc/gate.md). The exit code says what came out. Example:\n\n  autodatabench gate --experiment demo policy.yaml",
		Flags: append(boardFlags(), formatFlag()),
		Action: func(c *cli.Context) error {
			path, err := oneArgument(c, "a policy")
			if err != nil {
				return err
			}
			return runGate(c.Context, env.World, gateOptions{format: formatOf(c), out: c.String("out"), experiment: c.String("experiment"), policy: path})
		},
	}
}

type gateOptions struct {
	format     report.Format
	out        string
	experiment string // empty for all
	policy     string // file
}

// runGate prints what the policy decides; the error is a decision that is not GO.
func runGate(ctx context.Context, w setup.World, o gateOptions) error {
	policy, err := readPolicy(o.policy)
	if err != nil {
		return err
	}
	board, left := readBoard(ctx, w, o.out, o.experiment)
	if board == nil {
		return left
	}
	gate, err := board.Gate(policy)
	if err != nil {
		return errors.Join(left, err)
	}
	if err := show(w, o.format, gate); err != nil {
		return err
	}
	if gate.Decision != report.Go {
		return errors.Join(left, gateError(gate.Decision))
	}
	return left
}

func readPolicy(path string) (policy report.Policy, err error) {
	if err := config.Read(path, &policy); err != nil {
		return policy, results.Bad(err, "see the schema in bench/doc/gate.md")
	}
	return policy, nil
}

// gateError is a decision that is not GO.
type gateError report.Decision

func (e gateError) Error() string { return "gate: " + string(e) }

func (e gateError) code() int {
	if report.Decision(e) == report.NoGo {
		return exitNoGo
	}
	return exitInconclusive
}
