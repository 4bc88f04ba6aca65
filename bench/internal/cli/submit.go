package cli

import (
	"github.com/urfave/cli/v2"
)

func submitCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "submit", Usage: "hand in the results of an agent",
		Subcommands: []*cli.Command{submitPrepareCommand(env), submitCheckCommand(env)},
	}
}
