package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/recorded"
	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/report/figure"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/quality"
)

func qualityCommand(env Env) *cli.Command {
	flags := append([]cli.Flag{outFlag(), jsonFlag(), formatFlag()}, endpointFlags("embeddings", "ADDRESS that ends before /embeddings, as http://localhost:8000/v1; without it hashed n-grams")...)
	flags = append(flags, endpointFlags("judge", "ADDRESS of a judge model, as http://localhost:8000/v1")...)
	flags = append(flags, endpointFlags("reward", "ADDRESS of a reward model that takes a conversation, as http://localhost:8000/pooling")...)
	return &cli.Command{
		Name: "quality", Usage: "measure the rows of submissions, and how the measures go along with the gain", ArgsUsage: "SUBMISSION|TRIAL|EXPERIMENT...",
		Description: "SUBMISSION is a submission.json; TRIAL is as for show, EXPERIMENT stands for all of its trials. Diversity, perplexity under\n" +
			"the embedded student, length and repetition need no server. A judge model rates difficulty and quality by a fixed rubric, a\n" +
			"reward model gives its own score; both are asked about a sample and never twice about a row. What a server does not answer\n" +
			"is missing, never a number. --to writes the file that figure 4 is drawn from. Examples:\n\n" +
			"  autodatabench quality demo\n  autodatabench quality --to quality.json demo/science/iterative/adaptive/1 submission.json\n" +
			"  autodatabench figure --measures quality.json 4\n" +
			"  autodatabench quality --judge http://localhost:8000/v1 --judge-model my-judge demo",
		Flags: append(flags,
			&cli.IntFlag{Name: "sample", Usage: "`N` rows of each set that judge and reward model are asked about", Value: 100},
			&cli.IntFlag{Name: "at-a-time", Usage: "`N` questions to judge and reward model at a time", Value: 8},
			&cli.Int64Flag{Name: "seed", Usage: "`NUMBER` that draws the sample", Value: 1},
			&cli.StringFlag{Name: "cache", Usage: "`FOLDER` that keeps the answers of judge and reward model", DefaultText: "_quality in --out", TakesFile: true},
			&cli.StringFlag{Name: "to", Usage: "write the input of figure 4 into `FILE`", TakesFile: true}),
		Action: func(c *cli.Context) error {
			if c.NArg() == 0 {
				return usage("want a submission, a trial or an experiment")
			}
			if c.Int("sample") < 1 || c.Int("at-a-time") < 1 {
				return usage("--sample and --at-a-time want at least 1")
			}
			o := qualityOptions{format: formatOf(c), out: c.String("out"), names: c.Args().Slice(), to: c.String("to"), request: setup.QualityRequest{
				Embeddings: endpointOf(c, "embeddings"), Judge: endpointOf(c, "judge"), Reward: endpointOf(c, "reward"),
				Cache: c.String("cache"), Sample: c.Int("sample"), Seed: c.Int64("seed"), AtATime: c.Int("at-a-time"),
			}}
			if o.request.Cache == "" {
				o.request.Cache = filepath.Join(o.out, "_quality") // no experiment's name
			}
			return runQuality(c.Context, env.World, o)
		},
	}
}

// endpointFlags are the flags of a model behind an address.
func endpointFlags(name, what string) []cli.Flag {
	first, rest, _ := strings.Cut(what, " ")
	return []cli.Flag{
		&cli.StringFlag{Name: name, Usage: "`" + first + "` " + rest},
		&cli.StringFlag{Name: name + "-model", Usage: "with --" + name + ": the model's `NAME`"},
		&cli.StringFlag{Name: name + "-key-env", Usage: "with --" + name + ": the `VARIABLE` that holds the key"},
	}
}

type qualityOptions struct {
	format  report.Format
	out     string
	names   []string // of submissions, trials and experiments
	to      string   // file of figure 4; empty for none
	request setup.QualityRequest
}

// rowSet is a set of rows with what is known of its trial.
type rowSet struct {
	name      string
	simulated bool
	rows      []results.Row
	trial     report.QualityTrial
}

// runQuality measures every set and prints the measures. A set without a valid submission
// is named and left out.
func runQuality(ctx context.Context, w setup.World, o qualityOptions) error {
	meter, err := setup.OpenQuality(w, o.request)
	if err != nil {
		return err
	}
	sets, problems, err := o.sets(ctx, w)
	if err != nil {
		return err
	}
	var figures [][]quality.Figure
	for _, s := range sets {
		list, err := meter.Rows(ctx, s.rows)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		for _, f := range list {
			if f.Problem != "" {
				problems = append(problems, fmt.Sprintf("%s of %s: %s", f.Name, s.name, f.Problem))
			}
		}
		figures = append(figures, list)
	}
	q := qualityOf(sets, figures, problems)
	if o.to != "" {
		data, err := q.Figure4()
		if err != nil {
			return results.Bad(err, "name at most 60 sets")
		}
		if err := disk.WriteFile(o.to, data); err != nil {
			return results.Bad(err)
		}
	}
	return show(w, o.format, q)
}

func qualityOf(sets []rowSet, figures [][]quality.Figure, problems []string) report.Quality {
	var measures []figure.Measure
	for _, m := range quality.Axes(figures) {
		measures = append(measures, figure.Measure{Name: m.Name, Low: m.Low, High: m.High, Better: m.Better})
	}
	var shown []figure.Set
	var trials []report.QualityTrial
	for i, s := range sets {
		set := figure.Set{Name: s.name, Simulated: s.simulated}
		for _, f := range figures[i] {
			set.Values = append(set.Values, f.Value)
		}
		shown, trials = append(shown, set), append(trials, s.trial)
	}
	return report.NewQuality(measures, shown, trials, problems)
}

// sets reads the rows of all names.
func (o qualityOptions) sets(ctx context.Context, w setup.World) (sets []rowSet, problems []string, err error) {
	all := results.Budget{DatasetSize: results.MaxSubmittable, MinRows: 1}
	for _, name := range o.names {
		if info, err := os.Stat(name); err == nil && !info.IsDir() {
			rows, _, err := readSubmission(name, all)
			if err != nil {
				return nil, nil, err
			}
			sets = append(sets, rowSet{name: filepath.Base(name), rows: rows})
			continue
		}
		root, trials, err := auditedTrials(auditOptions{out: o.out, name: name})
		if err != nil {
			return nil, nil, err
		}
		outcomes, left, err := outcomesIn(ctx, w, root)
		if err != nil {
			return nil, nil, err
		}
		problems = append(problems, left...)
		for _, dir := range trials {
			set, problem, err := ofTrial(dir, outcomes)
			if err != nil {
				return nil, nil, err
			}
			if problem != "" {
				problems = append(problems, problem)
				continue
			}
			sets = append(sets, set)
		}
	}
	if len(sets) == 0 {
		return nil, nil, results.Bad(fmt.Errorf("there are no rows to measure: %s", strings.Join(problems, "; ")))
	}
	return sets, problems, nil
}

// outcomesIn reads the outcomes of the experiment in the folder root, and what is left out.
func outcomesIn(ctx context.Context, w setup.World, root record.Experiment) (map[results.TrialID]results.Outcome, []string, error) {
	r, err := recorded.Read(ctx, filepath.Dir(string(root)), filepath.Base(string(root)))
	if err != nil {
		return nil, nil, err
	}
	of := map[results.TrialID]results.Outcome{}
	for _, o := range r.Outcomes {
		of[o.TrialID] = o
	}
	var left []string
	for _, fault := range r.Faults {
		left = append(left, strings.ReplaceAll(fault.Error(), "\n", " "))
	}
	return of, left, nil
}

// ofTrial is the chosen submission of a trial, or the reason why there is none.
func ofTrial(dir record.Trial, outcomes map[results.TrialID]results.Outcome) (s rowSet, problem string, err error) {
	state, err := dir.Load()
	if err != nil {
		return s, "", err
	}
	id := state.Spec.TrialID
	s.name = fmt.Sprintf("%s:%s/%s/%s/%s/%d", state.Spec.Experiment, id.Agent, id.Workflow, id.Setting, id.Domain, id.Run)
	best := state.BestAttempt()
	if best == nil {
		return s, s.name + " has no valid submission", nil
	}
	o, known := outcomes[id]
	if known && o.Changed != "" {
		return s, s.name + " changed: " + o.Changed, nil
	}
	rows, _, err := readSubmission(string(dir.Attempt(best.N).Submission()), state.Spec.Protocol.Budget)
	if err != nil {
		return s, "", errors.Join(fmt.Errorf("%s: its chosen submission cannot be read", s.name), err)
	}
	s.rows, s.simulated = rows, state.Spec.Simulated || state.Simulated
	s.trial.Domain = id.Domain
	if known {
		s.trial.Gain = o.Result().Gain()
	}
	return s, "", nil
}
