package cli

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"autodatabench/results"
	"autodatabench/tasks/evaluators"
)

func judgeCommand(env Env) *cli.Command {
	var known strings.Builder
	for _, e := range evaluators.All() {
		fmt.Fprintf(&known, "  %-9s %s (fields: %s)\n", e.Name, e.Judges, strings.Join(e.Needs, ", "))
	}
	return &cli.Command{
		Name: "judge", Usage: "judge responses with an evaluator, to try or to debug it", ArgsUsage: "EVALUATOR",
		Description: "Reads JSON lines {\"response\": text, \"item\": {fields as published}} on standard input, or \"extracted\" in place of\n" +
			"\"response\" for an answer already taken out (null for none). Writes a line {\"extracted\", \"correct\", \"reason\"} for each.\n\n" +
			"Evaluators:\n\n" + known.String() + "\nExample:\n\n" +
			`  echo '{"response": "Therefore, the answer is 22.5.", "item": {"ground_truth": 22.5}}' | autodatabench tasks judge finance`,
		Flags: []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "as always"}},
		Action: func(c *cli.Context) error {
			if c.NArg() != 1 {
				return usage("tasks judge takes one evaluator, got %d arguments", c.NArg())
			}
			e, err := evaluators.ByName(c.Args().First())
			if err != nil {
				return usage("%s", err)
			}
			if err := evaluators.Lines(e, env.Stdin, env.Stdout); err != nil {
				return results.Infra("", fmt.Errorf("tasks judge: %w", err))
			}
			return nil
		},
	}
}
