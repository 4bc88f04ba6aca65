package cli

import (
	"github.com/urfave/cli/v2"
)

func receiptCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "receipt", Usage: "sign what the verification of a bundle came to",
		Subcommands: []*cli.Command{receiptKeygenCommand(env), receiptSignCommand(env)},
	}
}
