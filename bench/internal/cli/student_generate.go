package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/results"
)

func generateCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "generate", Usage: "answer the questions on standard input, one a line",
		Description: "Example:\n\n  echo 'What is 3 + 4?' | autodatabench student generate --adapter adapter",
		Flags: []cli.Flag{
			jsonFlag(), modelFlag(), &cli.StringFlag{Name: "adapter", Usage: "`FOLDER` of an adapter; none for the base student", TakesFile: true},
			&cli.Float64Flag{Name: "temperature", Usage: "0 is greedy"},
			&cli.IntFlag{Name: "max-tokens", Value: 96, Usage: "longest answer"},
			&cli.Int64Flag{Name: "seed", Value: 1, Usage: "seed of sampling"},
		},
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			return runGenerate(c.Context, env.World, generateOptions{
				asJSON: c.Bool("json"), model: c.String("model"), adapter: c.String("adapter"),
				sampling: results.Sampling{Temperature: c.Float64("temperature"), TopP: 1, MaxTokens: c.Int("max-tokens"), Seed: c.Int64("seed")},
			})
		},
	}
}

type generateOptions struct {
	asJSON   bool
	model    string // folder; empty for the embedded student
	adapter  string // folder; empty for the base student
	sampling results.Sampling
}

// runGenerate answers the questions on standard input.
func runGenerate(ctx context.Context, w setup.World, o generateOptions) error {
	s, err := openStudent(o.model)
	if err != nil {
		return err
	}
	questions, err := readQuestions(w.Stdin)
	if err != nil {
		return err
	}
	answers, err := s.Generate(ctx, o.adapter, questions, o.sampling, nil)
	if err != nil {
		return err
	}
	if o.asJSON {
		return printJSON(w, answers)
	}
	for _, a := range answers {
		fmt.Fprintf(w.Stdout, "%s\n\n", a)
	}
	return nil
}

// readQuestions reads a question a line, in which \n is a line break.
func readQuestions(r io.Reader) (questions []string, err error) {
	in := bufio.NewScanner(r)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		if q := strings.TrimSpace(in.Text()); q != "" {
			questions = append(questions, strings.ReplaceAll(q, `\n`, "\n"))
		}
	}
	if err := in.Err(); err != nil {
		return nil, results.Bad(fmt.Errorf("standard input: %w", err))
	}
	return questions, nil
}
