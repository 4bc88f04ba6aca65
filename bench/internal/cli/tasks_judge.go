package cli

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
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
				return usage("tasks judge takes one evaluator, got %d arguments", c.NArg())
			}
			return runJudge(env.World, evaluatorOf(c, c.Args().First()))
		},
	}
}

// runJudge judges the responses on standard input with the evaluator.
func runJudge(w setup.World, spec evaluators.Spec) error {
	e, err := evaluators.Open(spec)
	if err != nil {
		return usage("%s", err)
	}
	if err := evaluators.Lines(e, w.Stdin, w.Stdout); err != nil {
		return results.Infra(fmt.Errorf("tasks judge: %w", err))
	}
	return nil
}
