package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/agents/definitions"
	"github.com/autodatabench/autodatabench/bench/internal/recorded"
	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/report/stats"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

func runCommand(env Env) *cli.Command {
	return &cli.Command{
		Name:      "run",
		Usage:     "run all trials of an experiment, score them and print the leaderboard",
		ArgsUsage: "[EXPERIMENT.yaml]",
		Description: "Runs the experiment of a file, or one that flags make. What is there already is kept: the same command goes on\n" +
			"after an interruption, and one that asks for more agents, domains, workflows, settings or runs under the same\n" +
			"terms adds them. Examples:\n\n" +
			"  autodatabench run bench/experiments/demo.yaml\n" +
			"  autodatabench run --model my-model --base-url http://localhost:8000/v1 --runs 3 --experiment tonight\n" +
			"  autodatabench run --domain science --workflow one-shot --agent pipeline --experiment try\n" +
			"  autodatabench run --until-decided --pairs all --max-runs 6 bench/experiments/demo.yaml\n" +
			"  autodatabench run --dry-run bench/experiments/paper.yaml\n" +
			"  autodatabench run --replay runs/demo/trials/science/one-shot-scratch/pipeline/run-1 --replay-teacher\n\n" +
			"About --replay: recorded calls have the outcome that they had, and the time that steps took is the record's. Code that was\n" +
			"stopped for its time is recorded as stopped, after as long a wait if a call was in flight. Code that decides by the clock or\n" +
			"by unseeded chance, and steps that exceed their time on a slower machine, come out otherwise and are named as the difference.",
		Flags: append(suiteFlags(), append(placeFlags(),
			outFlag(), jsonFlag(), formatFlag(),
			onlyFlag(), failedFlag(), eventsFlag(), openFlag(),
			&cli.BoolFlag{Name: "dry-run", Usage: "print the plan and start nothing"},
			&cli.StringFlag{Name: "replay", Usage: "run the trial in `FOLDER` again with its recorded agent, and compare", TakesFile: true},
			&cli.BoolFlag{Name: "replay-teacher", Usage: "with --replay: the recorded teacher, too"},
			&cli.StringFlag{Name: "experiment", Aliases: []string{"name"}, Value: "adhoc", Usage: "`NAME` of an experiment made of flags"},
			&cli.StringSliceFlag{Name: "domain", Usage: "a `DOMAIN` of the suite", DefaultText: "all"},
			&cli.StringSliceFlag{Name: "workflow", Usage: "`KIND`: one-shot or iterative", DefaultText: "both"},
			&cli.StringSliceFlag{Name: "setting", Usage: "`KIND`: scratch or seed", DefaultText: "scratch"},
			&cli.StringSliceFlag{Name: "agent", Usage: "agent's `NAME` (see autodatabench agents list)"},
			&cli.StringSliceFlag{Name: "agent-file", Usage: "definition `FILE` of an agent, which runs unless --agent names others", TakesFile: true},
			&cli.StringFlag{Name: "model", Usage: "an agent without a file: its model's `NAME` at the server of --base-url"},
			&cli.StringFlag{Name: "base-url", Usage: "with --model: the server's `ADDRESS`, as http://localhost:8000/v1"},
			&cli.StringFlag{Name: "api-key-env", Usage: "with --model: the `VARIABLE` that holds the key"},
			&cli.IntFlag{Name: "runs", Usage: "`N` runs of every trial; intervals and comparisons need two or more", DefaultText: "1, or the file's"},
			&cli.BoolFlag{Name: "until-decided", Usage: "two runs of every trial, and more only where the order of agents is open"},
			&cli.StringFlag{Name: "pairs", Usage: "with --until-decided, `WHICH`: top (the best with every other) or all", DefaultText: "top"},
			&cli.IntFlag{Name: "max-runs", Usage: "with --until-decided: the most, `N`, runs of a trial", DefaultText: "the file's, or 5"},
			&cli.Int64Flag{Name: "seed", Usage: "`NUMBER` that every random choice begins with", DefaultText: "1, or the file's"},
			&cli.IntFlag{Name: "parallel", Usage: "`N` trials at a time", DefaultText: "2, or the file's"},
			&cli.StringFlag{Name: "sandbox", Usage: "`KIND`: bubblewrap, or none for no sandbox at all", DefaultText: "bubblewrap, or the file's"},
		)...),
		Action: func(c *cli.Context) error {
			if c.IsSet("replay") || c.IsSet("replay-teacher") {
				if !c.IsSet("replay") {
					return usage("--replay-teacher goes with --replay FOLDER")
				}
				if err := noArguments(c); err != nil {
					return err
				}
				if c.IsSet("events") {
					return usage("--events goes with a run, not with --replay")
				}
				if c.Bool("open") {
					return usage("--open goes with a run, not with --replay")
				}
				return runReplay(c.Context, env.World, replayOptions{format: formatOf(c), request: setup.ReplayRequest{
					Dir: record.Trial(filepath.Clean(c.String("replay"))), Out: c.String("out"), Sandbox: optional(c, "sandbox"),
					Teacher: c.Bool("replay-teacher"), Places: placesOf(c),
				}})
			}
			if c.NArg() > 1 {
				return usage("want one experiment file")
			}
			words, err := wordsOf(c)
			if err != nil {
				return err
			}
			events, err := eventsOf(c)
			if err != nil {
				return err
			}
			return runNew(c.Context, env.World, runOptions{
				format: formatOf(c), out: c.String("out"), places: placesOf(c), agentFiles: c.StringSlice("agent-file"),
				model: c.String("model"), baseURL: c.String("base-url"), keyEnv: c.String("api-key-env"),
				dryRun: c.Bool("dry-run"), only: c.StringSlice("only"), failed: c.Bool("failed"), path: firstArgument(c), words: words, events: events, open: c.Bool("open"),
			})
		},
	}
}

type runOptions struct {
	format     report.Format
	out        string
	places     setup.Places
	agentFiles []string
	model      string // of an agent without a file; empty for none
	baseURL    string
	keyEnv     string
	dryRun     bool
	only       []string // words that name trials; none for all
	failed     bool     // only trials that have begun and have no score
	events     string   // where events go; empty for nowhere
	open       bool     // the live pages in a browser
	path       *string  // experiment file; nil for an experiment made of words
	words      words
}

// runNew runs the experiment of a file or of flags, or prints its plan.
func runNew(ctx context.Context, w setup.World, o runOptions) error {
	made, err := o.made()
	if err != nil {
		return err
	}
	if o.path == nil && len(o.words.agents) == 0 {
		if o.words.agents, err = o.named(made); err != nil {
			return err
		}
	}
	f, given, err := experimentOf(o.path, o.words)
	if err != nil {
		return err
	}
	if made, err = setup.ReadAgents(f, o.agentFiles, made...); err != nil {
		return err
	}
	request := setup.Request{File: f, Given: given, Root: record.Experiment(filepath.Join(o.out, f.Name)), Places: o.places, Agents: made}
	if o.path != nil {
		request.Path = *o.path
	}
	if o.dryRun {
		return printPlan(ctx, w, request, o)
	}
	return runExperiment(ctx, w, runRequest{request, o.agentFiles, o.only, o.failed, o.events, o.open}, o.format)
}

// made is the agent that the flags define, if they define one.
func (o runOptions) made() ([]definitions.Definition, error) {
	switch {
	case o.model == "" && (o.baseURL != "" || o.keyEnv != ""):
		return nil, usage("--base-url and --api-key-env go with --model")
	case o.model == "":
		return nil, nil
	case o.path != nil:
		return nil, usage("--model makes an agent for an experiment made of flags; an experiment file takes --agent-file")
	case len(o.words.agents) > 1:
		return nil, usage("--model makes one agent; --agent may name it, got %d names", len(o.words.agents))
	}
	name := ""
	if len(o.words.agents) == 1 {
		name = o.words.agents[0]
	}
	d, err := definitions.Behind(name, o.model, o.baseURL, o.keyEnv)
	return []definitions.Definition{d}, err
}

// named are the agents that flags define where none says which are to run.
func (o runOptions) named(made []definitions.Definition) (names []string, err error) {
	for _, d := range made {
		names = append(names, d.Name)
	}
	for _, path := range o.agentFiles {
		d, err := definitions.LoadFile(path)
		if err != nil {
			return nil, err
		}
		names = append(names, d.Name)
	}
	if names == nil {
		return nil, results.Bad(errors.New("there is no agent to run"),
			"name one with --agent (autodatabench agents list), --agent-file or --model; or give an experiment file")
	}
	return names, nil
}

// runExperiment opens, runs, indexes and prints.
func runExperiment(ctx context.Context, w setup.World, r runRequest, format report.Format) (err error) {
	busy := measureProcessors(w)
	s, err := setup.Open(ctx, w, r.Request, setup.Everything())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if s.File.Runs == 1 {
		fmt.Fprintf(w.Stderr, "note: one run of each trial cannot tell agents apart: there are no intervals and no tests; add runs at any time: %s\n", moreRuns(s.Root))
	}
	if s.Only, err = r.chosen(s.File); err != nil {
		return err
	}
	if r.open {
		closePages, err := openPages(ctx, w, r)
		if err != nil {
			return err
		}
		defer closePages()
	}
	ids, err := s.Chosen()
	if err != nil {
		return err
	}
	model, err := recorded.Progress(s.Root, s.File, ids, w.Now())
	if err != nil {
		return err
	}
	follows, w, err := followed(w, s, newWatch(ctx, w, model), r.events)
	if err != nil {
		follows.close(w, false)
		return err
	}
	s.Rule = ruleOf(s.File)
	outcomes, err := s.Run(ctx)
	interrupted := errors.Is(context.Cause(ctx), errInterrupted)
	follows.close(w, interrupted)
	if interrupted {
		return &interruptedRun{resume: resumeLine(r), err: err}
	}
	if len(outcomes) > 0 {
		err = errors.Join(err, publish(ctx, w, s, outcomes, busy, format))
	}
	return err
}

// ruleOf is the rule that gives runs where an experiment runs until pairs are decided.
// Its chances of a decision below which a pair is given up were chosen by simulation
// (methods.md section 10).
func ruleOf(f experiment.File) experiment.Rule {
	top, promise := f.UntilDecided == experiment.Top, 0.3
	if top {
		promise = 0.4
	}
	entries := len(f.Agents) * len(f.Workflows) * len(f.Settings)
	return report.Sequential{Domains: f.Domains, Rule: stats.NewSequential(experiment.FirstRuns, f.Runs, entries, top, promise)}
}

// publish puts the outcomes into the index, writes the whole leaderboard beside the
// trials and prints its ranking, as the last that a reader sees.
func publish(ctx context.Context, w setup.World, s *experiment.Setup, outcomes []results.Outcome, busy func() *processors, format report.Format) error {
	heads, err := putIndex(ctx, w, s.Root, outcomes)
	if err != nil {
		return err
	}
	names, err := s.Root.Titles()
	if err != nil {
		return err
	}
	var left error
	if s.Only != nil { // the board has the other trials, too
		if outcomes, _, left = recorded.Outcomes(ctx, filepath.Dir(string(s.Root)), s.File.Name, warnings(w)); outcomes == nil {
			return left
		}
	}
	board := report.Leaderboard(outcomes, report.Options{
		Domains: s.File.Domains, Names: names, Heads: heads, Looks: map[string][]results.Look{s.File.Name: s.Looks()},
	})
	var page bytes.Buffer
	if err := report.Write(&page, report.Markdown, board); err != nil {
		return err
	}
	if err := s.Root.Leaderboard().Write(page.Bytes()); err != nil {
		return err
	}
	more := "autodatabench leaderboard"
	if out := filepath.Dir(string(s.Root)); out != defaultOut {
		more += " --out " + quoted(out)
	}
	fmt.Fprintf(w.Stderr, "\ntrials   %s\nreport   %s\nmore     %s --experiment %s --all\n",
		filepath.Join(string(s.Root), "trials"), s.Root.Leaderboard(), more, quoted(s.File.Name))
	ran := ranBoard{board.Only(report.Summary), busy()}
	if ran.Processors != nil {
		fmt.Fprintf(w.Stderr, "busy     %s\n", ran.Processors)
	}
	fmt.Fprintln(w.Stderr)
	return errors.Join(left, show(w, format, ran))
}

// putIndex puts the outcomes of the experiment in the folder root into the index
// beside it. It returns what the experiment's log is at.
func putIndex(ctx context.Context, w setup.World, root record.Experiment, outcomes []results.Outcome) (heads map[string]string, err error) {
	return recorded.Put(ctx, root, outcomes, warnings(w))
}
