package cli

import (
	"bufio"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/runner/student/embedded/pretrain"
)

func studentCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "student", Usage: "pre-train, train and ask the embedded student",
		Subcommands: []*cli.Command{
			{
				Name: "pretrain", Usage: "make the embedded student's weights again from generated text",
				Description: "Takes 85 minutes on two cores with OpenBLAS. Each phase leaves a whole student; the same command goes on after\nthe last finished one. Example:\n\n  autodatabench student pretrain --seed 1 --to weights",
				Flags: []cli.Flag{
					jsonFlag(), &cli.Uint64Flag{Name: "seed", Value: 1, Usage: "seed of text and weights"},
					&cli.StringFlag{Name: "to", Usage: "`FOLDER` for the Hugging Face files", TakesFile: true},
					&cli.StringSliceFlag{Name: "phase", Value: cli.NewStringSlice(phaseTexts()...), Usage: "`CORPUS:UPDATES:RATE`, one after the other; corpora: " + strings.Join(pretrain.Corpora(), ", ")},
					&cli.IntFlag{Name: "rows", Value: pretrain.DefaultOptions().BatchRows, Usage: "rows per update"},
					&cli.Float64Flag{Name: "prompt-weight", Value: pretrain.DefaultOptions().PromptWeight, Usage: "loss weight of a prompt's token"},
				},
				Action: func(c *cli.Context) error { return pretrainStudent(c, env) },
			},
			{
				Name: "train", Usage: "train an adapter on a submission.json", ArgsUsage: "SUBMISSION.json",
				Description: "Example:\n\n  autodatabench student train --to adapter rows.json",
				Flags: []cli.Flag{
					jsonFlag(), modelFlag(), &cli.Int64Flag{Name: "seed", Value: 1, Usage: "seed of order and initial weights"},
					&cli.StringFlag{Name: "to", Usage: "`FOLDER` for the adapter", TakesFile: true},
				},
				Action: func(c *cli.Context) error { return trainStudent(c, env) },
			},
			{
				Name: "generate", Usage: "answer the questions on standard input, one a line",
				Description: "Example:\n\n  echo 'What is 3 + 4?' | autodatabench student generate --adapter adapter",
				Flags: []cli.Flag{
					jsonFlag(), modelFlag(), &cli.StringFlag{Name: "adapter", Usage: "`FOLDER` of an adapter; none for the base student", TakesFile: true},
					&cli.Float64Flag{Name: "temperature", Usage: "0 is greedy"},
					&cli.IntFlag{Name: "max-tokens", Value: 96, Usage: "longest answer"},
					&cli.Int64Flag{Name: "seed", Value: 1, Usage: "seed of sampling"},
				},
				Action: func(c *cli.Context) error { return askStudent(c, env) },
			},
			exportCommand(env),
			serveCommand(env),
			{
				Name: "calibration", Usage: "write the training sets of the calibration", ArgsUsage: "FOLDER",
				Description: "Sets of known quality, to be scored with evaluate (make calibrate does both). Example:\n\n  autodatabench student calibration --rows 500 sets",
				Flags:       []cli.Flag{jsonFlag(), &cli.Uint64Flag{Name: "seed", Value: 1, Usage: "seed of the rows"}, &cli.IntFlag{Name: "rows", Value: 500, Usage: "rows a set"}},
				Action:      func(c *cli.Context) error { return writeCalibration(c, env) },
			},
		},
	}
}

func pretrainStudent(c *cli.Context, env Env) error {
	if err := noArguments(c); err != nil {
		return err
	}
	to, err := target(c)
	if err != nil {
		return err
	}
	o := pretrain.DefaultOptions()
	o.BatchRows, o.PromptWeight, o.Phases = c.Int("rows"), c.Float64("prompt-weight"), nil
	for _, text := range c.StringSlice("phase") {
		p, err := parsePhase(text)
		if err != nil {
			return err
		}
		o.Phases = append(o.Phases, p)
	}
	begin := env.Now()
	step := stepper(env, "pre-training", begin)
	progress := func(p pretrain.Progress) { step(p.Step, p.Total, p.Loss) }
	report, err := pretrain.Run(c.Context, c.Uint64("seed"), o, to, progress)
	if err != nil {
		return err
	}
	fmt.Fprintf(env.Stderr, "%d tokens in %s\n", report.Tokens, env.Now().Sub(begin).Round(time.Second))
	if c.Bool("json") {
		return show(c, env, report)
	}
	fmt.Fprintf(env.Stdout, "%d parameters, final loss %.4f, in %s\n", report.Parameters, report.FinalLoss, to)
	return nil
}

// target is what --to names.
func target(c *cli.Context) (string, error) {
	to := c.String("to")
	if to == "" {
		return "", usage("--to FOLDER is missing")
	}
	return to, nil
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

// stepper shows the steps of a training: a bar on a terminal, else a line for
// each twentieth.
func stepper(env Env, what string, begin time.Time) func(step, total int, loss float64) {
	var bar *progressbar.ProgressBar
	return func(step, total int, loss float64) {
		if env.Terminal {
			if bar == nil {
				bar = progressbar.NewOptions(total, progressbar.OptionSetWriter(env.Stderr), progressbar.OptionClearOnFinish(), progressbar.OptionSetPredictTime(true))
			}
			bar.Describe(fmt.Sprintf("%s, loss %.3f", what, loss))
			bar.Set(step)
			return
		}
		if part := max(1, total/20); step%part == 0 || step == total {
			fmt.Fprintf(env.Stderr, "%s: update %d of %d, loss %.4f, %s\n", what, step, total, loss, env.Now().Sub(begin).Round(time.Second))
		}
	}
}

func trainStudent(c *cli.Context, env Env) error {
	path, err := oneArgument(c, "a submission.json")
	if err != nil {
		return err
	}
	to, err := target(c)
	if err != nil {
		return err
	}
	p := results.Mini()
	rows, _, err := readSubmission(path, p.Budget)
	if err != nil {
		return err
	}
	s, err := openSmall(c)
	if err != nil {
		return err
	}
	if err := disk.Writable(to); err != nil {
		return results.Infra(fmt.Errorf("train: %w", err), "name a folder that can be written")
	}
	step := stepper(env, "training", env.Now())
	report, err := s.Train(c.Context, p.Recipe, rows, c.Int64("seed"), to, func(p student.Progress) { step(p.Step, p.Total, p.Loss) })
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return show(c, env, report)
	}
	fmt.Fprintf(env.Stdout, "%d updates on %d rows, loss %.4f -> %.4f, in %s\n", report.Updates, report.Rows, report.FirstLoss, report.LastLoss, to)
	return nil
}

func askStudent(c *cli.Context, env Env) error {
	if err := noArguments(c); err != nil {
		return err
	}
	s, err := openSmall(c)
	if err != nil {
		return err
	}
	var questions []string
	in := bufio.NewScanner(env.Stdin)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		if q := strings.TrimSpace(in.Text()); q != "" {
			questions = append(questions, strings.ReplaceAll(q, `\n`, "\n"))
		}
	}
	if err := in.Err(); err != nil {
		return results.Bad(fmt.Errorf("standard input: %w", err))
	}
	answers, err := s.Generate(c.Context, c.String("adapter"), questions, results.Sampling{
		Temperature: c.Float64("temperature"), TopP: 1, MaxTokens: c.Int("max-tokens"), Seed: c.Int64("seed"),
	}, nil)
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return show(c, env, answers)
	}
	for _, a := range answers {
		fmt.Fprintf(env.Stdout, "%s\n\n", a)
	}
	return nil
}

// mostCalibrationRows is far more than a student here is trained on.
const mostCalibrationRows = 100_000

func writeCalibration(c *cli.Context, env Env) error {
	dir, err := oneArgument(c, "a folder")
	if err != nil {
		return err
	}
	if n := c.Int("rows"); n < 1 || n > mostCalibrationRows {
		return usage("--rows must be 1 to %d, got %d", mostCalibrationRows, n)
	}
	paths := []string{}
	for _, d := range results.Domains() {
		for _, set := range pretrain.TrainingSets(d, c.Int("rows"), c.Uint64("seed")) {
			path := filepath.Join(dir, string(d), slug(set.Name)+".json")
			if err := disk.WriteJSON(path, set.Rows); err != nil {
				return err
			}
			paths = append(paths, path)
		}
	}
	if c.Bool("json") {
		return show(c, env, paths)
	}
	fmt.Fprintln(env.Stdout, strings.Join(paths, "\n"))
	return nil
}

var notSlug = regexp.MustCompile(`[^a-z0-9]+`)

// slug makes a name of a set's title.
func slug(title string) string {
	return strings.Trim(notSlug.ReplaceAllString(strings.ToLower(title), "-"), "-")
}
