package cli

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/runner/student"
)

func trainCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "train", Usage: "train an adapter on a submission.json", ArgsUsage: "SUBMISSION.json",
		Description: "Example:\n\n  autodatabench student train --to adapter rows.json",
		Flags: []cli.Flag{
			jsonFlag(), modelFlag(), &cli.Int64Flag{Name: "seed", Value: 1, Usage: "seed of order and initial weights"},
			targetFlag("adapter"),
		},
		Action: func(c *cli.Context) error {
			path, err := oneArgument(c, "a submission.json")
			if err != nil {
				return err
			}
			to, err := targetOf(c)
			if err != nil {
				return err
			}
			return runTrain(c.Context, env.World, trainOptions{asJSON: c.Bool("json"), path: path, model: c.String("model"), to: to, seed: c.Int64("seed")})
		},
	}
}

type trainOptions struct {
	asJSON bool
	path   string // of the submission
	model  string // folder; empty for the embedded student
	to     string // folder to make
	seed   int64
}

// runTrain trains an adapter on a submission.
func runTrain(ctx context.Context, w setup.World, o trainOptions) error {
	protocol := results.Mini()
	rows, _, err := readSubmission(o.path, protocol.Budget)
	if err != nil {
		return err
	}
	s, err := openStudent(o.model)
	if err != nil {
		return err
	}
	if err := disk.Writable(o.to); err != nil {
		return results.Infra(fmt.Errorf("train: %w", err), "name a folder that can be written")
	}
	shown := newCounter(w)
	report, err := s.Train(ctx, protocol.Recipe, rows, o.seed, o.to, func(p student.Progress) { shown.update("training", p.Step, p.Total, p.Loss) })
	shown.close()
	if err != nil {
		return err
	}
	if o.asJSON {
		return printJSON(w, report)
	}
	fmt.Fprintf(w.Stdout, "%d updates on %d rows, loss %.4f -> %.4f, in %s\n", report.Updates, report.Rows, report.FirstLoss, report.LastLoss, o.to)
	return nil
}
