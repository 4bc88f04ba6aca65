package cli

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/receipt"
	"github.com/autodatabench/autodatabench/bench/internal/setup"
)

func receiptKeygenCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "keygen", Usage: "make a key pair for receipts",
		Description: "Writes NAME.key, which is for nobody else, and NAME.pub, which goes into trust files. Example:\n\n" +
			"  autodatabench receipt keygen --to my-lab",
		Flags: []cli.Flag{targetFlag("keys, without .key and .pub"), jsonFlag()},
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			to, err := targetOf(c)
			if err != nil {
				return err
			}
			return runReceiptKeygen(env.World, to, c.Bool("json"))
		},
	}
}

// keyPair is what receipt keygen prints.
type keyPair struct {
	Private string `json:"private_key"`
	Public  string `json:"public_key"`
}

// runReceiptKeygen makes the key pair.
func runReceiptKeygen(w setup.World, to string, asJSON bool) error {
	made := keyPair{to + ".key", to + ".pub"}
	if err := receipt.Keygen(made.Private, made.Public); err != nil {
		return err
	}
	if asJSON {
		return printJSON(w, made)
	}
	_, err := fmt.Fprintf(w.Stdout, "private key  %s (keep it)\npublic key   %s\n", made.Private, made.Public)
	return err
}
