package cli

import (
	"context"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

func resumeCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "resume", Usage: "go on with an experiment that was interrupted", ArgsUsage: "EXPERIMENT",
		Description: "EXPERIMENT is the experiment's name or folder. Example:\n\n  autodatabench resume demo",
		Flags: append(placeFlags(),
			outFlag(), jsonFlag(), formatFlag(),
			&cli.StringSliceFlag{Name: "agent-file", Usage: "definition `FILE` of an agent", TakesFile: true},
		),
		Action: func(c *cli.Context) error {
			name, err := oneArgument(c, experimentArgument)
			if err != nil {
				return err
			}
			return runResume(c.Context, env.World, resumeOptions{
				format: formatOf(c), out: c.String("out"), name: name, places: placesOf(c), agentFiles: c.StringSlice("agent-file"),
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
}

// runResume goes on with the experiment that a folder holds.
func runResume(ctx context.Context, w setup.World, o resumeOptions) error {
	f, given, root, err := findExperiment(o.out, o.name)
	if err != nil {
		return err
	}
	return runExperiment(ctx, w, setup.Request{File: f, Given: given, Root: root, Places: o.places, AgentFiles: o.agentFiles}, o.format)
}

// experimentArgument is how messages call the argument that [findExperiment] takes.
const experimentArgument = "an experiment's name or folder"

// findExperiment reads the experiment that a name or a folder names, and the text of
// its file.
func findExperiment(out, name string) (f experiment.File, given []byte, root record.Experiment, err error) {
	if root, err = record.Find(out, name); err != nil {
		return f, nil, "", err
	}
	f, given, err = experiment.Recorded(root)
	return f, given, root, err
}
