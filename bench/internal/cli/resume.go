package cli

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

func resumeCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "resume", Usage: "go on with an experiment that was interrupted, or add trials to one", ArgsUsage: "EXPERIMENT",
		Description: "EXPERIMENT is the experiment's name or folder. With --runs, --agent, --domain, --workflow or --setting the\n" +
			"experiment grows: it keeps its trials and gets more under the same terms. Examples:\n\n" +
			"  autodatabench resume demo\n  autodatabench resume demo --failed\n  autodatabench resume demo --runs 5\n" +
			"  autodatabench resume demo --agent my-agent --agent-file my-agent.yaml --dry-run",
		Flags: append(append(placeFlags(),
			outFlag(), jsonFlag(), formatFlag(),
			onlyFlag(), failedFlag(), eventsFlag(), openFlag(),
			&cli.StringSliceFlag{Name: "agent-file", Usage: "definition `FILE` of an agent", TakesFile: true},
			&cli.BoolFlag{Name: "dry-run", Usage: "print the plan, check the terms and start nothing"},
		), growFlags()...),
		Action: func(c *cli.Context) error {
			name, err := oneArgument(c, experimentArgument)
			if err != nil {
				return err
			}
			events, err := eventsOf(c)
			if err != nil {
				return err
			}
			return runResume(c.Context, env.World, resumeOptions{
				format: formatOf(c), out: c.String("out"), name: name, places: placesOf(c), agentFiles: c.StringSlice("agent-file"),
				only: c.StringSlice("only"), failed: c.Bool("failed"), events: events, open: c.Bool("open"), dryRun: c.Bool("dry-run"), added: addedOf(c),
			})
		},
	}
}

type resumeOptions struct {
	format     report.Format
	out        string
	name       string // of the experiment, or its folder
	places     setup.Places
	agentFiles []string
	only       []string // words that name trials; none for all
	failed     bool     // only trials that have begun and have no score
	events     string   // where events go; empty for nowhere
	open       bool     // the live pages in a browser
	dryRun     bool
	added      added
}

// runResume goes on with the experiment that a folder holds.
func runResume(ctx context.Context, w setup.World, o resumeOptions) error {
	f, given, root, err := ownExperiment(o.out, o.name)
	if err != nil {
		return err
	}
	grows, err := o.added.to(&f)
	if err != nil {
		return err
	}
	if grows && (len(o.only) > 0 || o.failed) {
		return usage("--only and --failed choose among the trials that the experiment has; let it grow first, with --dry-run to see what that takes")
	}
	agents, err := setup.ReadAgents(f, o.agentFiles)
	if err != nil {
		return err
	}
	request := setup.Request{File: f, Given: given, Root: root, Places: o.places, Agents: agents}
	if o.dryRun {
		return printPlan(ctx, w, request, runOptions{format: o.format, out: o.out, places: o.places, only: o.only, failed: o.failed})
	}
	return runExperiment(ctx, w, runRequest{request, o.agentFiles, o.only, o.failed, o.events, o.open}, o.format)
}

// interruptedRun is the error of a run that a signal ended.
type interruptedRun struct {
	resume string // the command that goes on
	err    error
}

func (e *interruptedRun) Error() string { return e.err.Error() }

func (e *interruptedRun) Unwrap() error { return e.err }

// resumeLine is the command that goes on with the requested experiment.
func resumeLine(r runRequest) string {
	line := []string{"autodatabench", "resume"}
	add := func(flag, value, usual string) {
		if value != usual {
			line = append(line, flag, quoted(value))
		}
	}
	add("--out", filepath.Dir(string(r.Root)), defaultOut)
	add("--private-root", r.Places.Private, "private")
	add("--paper", r.Places.Paper, "paper")
	for _, path := range r.agentFiles {
		add("--agent-file", path, "")
	}
	for _, words := range r.only {
		add("--only", words, "")
	}
	add("--events", r.events, "")
	return strings.Join(append(line, quoted(filepath.Base(string(r.Root)))), " ")
}

// quoted is a word for a shell.
func quoted(word string) string {
	if word != "" && !strings.ContainsFunc(word, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("/._-+=:,@%", r))
	}) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// experimentArgument is how messages call the argument that [findExperiment] takes.
const experimentArgument = "an experiment's name or folder"

// ownExperiment is findExperiment for a command that adds to the folder: one of another
// name than the experiment's is refused.
func ownExperiment(out, name string) (f experiment.File, given []byte, root record.Experiment, err error) {
	if f, given, root, err = findExperiment(out, name); err == nil {
		err = root.CheckName(f.Name)
	}
	return f, given, root, err
}

// findExperiment reads the experiment that a name or a folder names, and the text of
// its file.
func findExperiment(out, name string) (f experiment.File, given []byte, root record.Experiment, err error) {
	if root, err = record.Find(out, name); err != nil {
		return f, nil, "", err
	}
	f, given, err = experiment.Recorded(root)
	return f, given, root, err
}
