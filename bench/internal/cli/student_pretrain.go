package cli

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/runner/student/embedded/pretrain"
)

func pretrainCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "pretrain", Usage: "make the embedded student's weights again from generated text",
		Description: "Takes 85 minutes on two cores. Each phase leaves a whole student; the same command goes on after\nthe last finished one. Example:\n\n  autodatabench student pretrain --seed 1 --to weights",
		Flags: []cli.Flag{
			jsonFlag(), &cli.Uint64Flag{Name: "seed", Value: 1, Usage: "seed of text and weights"},
			targetFlag("Hugging Face files"),
			&cli.StringSliceFlag{Name: "phase", Value: cli.NewStringSlice(phaseTexts()...), Usage: "`CORPUS:UPDATES:RATE`, one after the other; corpora: " + strings.Join(pretrain.Corpora(), ", ")},
			&cli.IntFlag{Name: "rows", Value: pretrain.DefaultOptions().BatchRows, Usage: "rows per update"},
			&cli.Float64Flag{Name: "prompt-weight", Value: pretrain.DefaultOptions().PromptWeight, Usage: "loss weight of a prompt's token"},
		},
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			to, err := targetOf(c)
			if err != nil {
				return err
			}
			return runPretrain(c.Context, env.World, pretrainOptions{
				asJSON: c.Bool("json"), to: to, seed: c.Uint64("seed"), phases: c.StringSlice("phase"), rows: c.Int("rows"), promptWeight: c.Float64("prompt-weight"),
			})
		},
	}
}

type pretrainOptions struct {
	asJSON       bool
	to           string // folder to make
	seed         uint64
	phases       []string // CORPUS:UPDATES:RATE
	rows         int      // per update
	promptWeight float64
}

// runPretrain makes the embedded student's weights again.
func runPretrain(ctx context.Context, w setup.World, o pretrainOptions) error {
	terms := pretrain.DefaultOptions()
	terms.BatchRows, terms.PromptWeight, terms.Phases = o.rows, o.promptWeight, nil
	for _, text := range o.phases {
		phase, err := parsePhase(text)
		if err != nil {
			return err
		}
		terms.Phases = append(terms.Phases, phase)
	}
	shown := newCounter(w)
	report, err := pretrain.Run(ctx, o.seed, terms, o.to, func(p pretrain.Progress) { shown.update("pre-training", p.Step, p.Total, p.Loss) })
	shown.close()
	if err != nil {
		return err
	}
	fmt.Fprintf(w.Stderr, "%d tokens in %s\n", report.Tokens, shown.elapsed())
	if o.asJSON {
		return printJSON(w, report)
	}
	fmt.Fprintf(w.Stdout, "%d parameters, final loss %.4f, in %s\n", report.Parameters, report.FinalLoss, o.to)
	return nil
}

// phaseTexts are the default phases as --phase takes them.
func phaseTexts() (texts []string) {
	for _, p := range pretrain.DefaultOptions().Phases {
		texts = append(texts, fmt.Sprintf("%s:%d:%g", p.Corpus, p.Steps, p.LearningRate))
	}
	return texts
}

// parsePhase reads CORPUS:UPDATES:RATE.
func parsePhase(text string) (pretrain.Phase, error) {
	corpus, rest, _ := strings.Cut(text, ":")
	updates, rate, _ := strings.Cut(rest, ":")
	steps, err := strconv.Atoi(updates)
	learningRate, rateErr := strconv.ParseFloat(rate, 64)
	if err = errors.Join(err, rateErr); err != nil {
		return pretrain.Phase{}, usage("--phase %s: want CORPUS:UPDATES:RATE, as %s", strconv.Quote(text), phaseTexts()[0])
	}
	return pretrain.Phase{Corpus: corpus, Steps: steps, LearningRate: learningRate}, nil
}
