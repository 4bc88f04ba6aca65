package cli

import (
	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
)

// jobCommand is what a job of launcher slurm runs; nobody else needs it.
func jobCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "job", Hidden: true, Usage: "do the step of the student that a folder describes", ArgsUsage: "FOLDER",
		Description: "Jobs of launcher slurm run it on their nodes. Example:\n\n  autodatabench job runs/demo/jobs/0123456789abcdef0123/1",
		Action: func(c *cli.Context) error {
			dir, err := oneArgument(c, "a submission's folder")
			if err != nil {
				return err
			}
			return setup.RunJob(c.Context, env.World, dir)
		},
	}
}
