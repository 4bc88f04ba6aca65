package cli

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks/evaluators"
)

func judgeCommand(env Env) *cli.Command {
	var known strings.Builder
	for _, e := range evaluators.All() {
		fmt.Fprintf(&known, "  %-14s %s (fields: %s)\n", e.Name, e.Judges, strings.Join(e.Needs, ", "))
	}
	return &cli.Command{
		Name: "judge", Usage: "judge responses with an evaluator, to try or to debug it", ArgsUsage: "EVALUATOR",
		Description: "Reads JSON lines {\"response\": text, \"item\": {fields as published}} on standard input, or \"extracted\" in place of\n" +
			"\"response\" for an answer already taken out (null for none). Writes a line {\"extracted\", \"correct\", \"reason\"} for each.\n\n" +
			"Evaluators:\n\n" + known.String() + "\nExamples:\n\n" +
			`  echo '{"response": "Therefore, the answer is 22.5.", "item": {"ground_truth": 22.5}}' | autodatabench tasks judge finance` + "\n" +
			`  echo '{"response": "The answer is 7.9", "item": {"answer": "8.0"}}' | autodatabench tasks judge --relative-tolerance 0.02 numeric`,
		Flags: append(evaluatorFlags(), &cli.BoolFlag{Name: "json", Usage: "as always"}),
		Action: func(c *cli.Context) error {
			if c.NArg() != 1 {
				return usage("tasks judge takes one evaluator, got %d arguments (flags go before it)", c.NArg())
			}
			e, err := evaluators.Open(evaluatorOf(c, c.Args().First()))
			if err != nil {
				return usage("%s", err)
			}
			if err := evaluators.Lines(e, env.Stdin, env.Stdout); err != nil {
				return results.Infra(fmt.Errorf("tasks judge: %w", err))
			}
			return nil
		},
	}
}

// evaluatorFlags set an evaluator's parameters.
func evaluatorFlags() []cli.Flag {
	return []cli.Flag{
		&cli.Float64Flag{Name: "absolute-tolerance", Usage: "of numeric"},
		&cli.Float64Flag{Name: "relative-tolerance", Usage: "of numeric: a share of the expected number, such as 0.01"},
		&cli.BoolFlag{Name: "tolerate-whole", Usage: "of numeric: the relative tolerance holds for whole numbers too"},
		&cli.BoolFlag{Name: "ignore-case", Usage: "of contains and exact"},
		&cli.StringSliceFlag{Name: "choice", Usage: "of choice: one of them; A to E if none is given"},
	}
}

func evaluatorOf(c *cli.Context, kind string) evaluators.Spec {
	s := evaluators.Spec{
		Kind: kind, IgnoreCase: c.Bool("ignore-case"), TolerateWhole: c.Bool("tolerate-whole"),
		AbsoluteTolerance: c.Float64("absolute-tolerance"), RelativeTolerance: c.Float64("relative-tolerance"),
	}
	if c.IsSet("choice") {
		s.Choices = c.StringSlice("choice")
	}
	return s
}
