package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/doctor"
	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

func doctorCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "doctor", Usage: "check that everything a run needs is there", ArgsUsage: "[EXPERIMENT.yaml]",
		Description: "With an experiment file it also looks at what that experiment needs: agents' keys, the student's Python environments, GPUs and their\n" +
			"memory, servers, Slurm. Examples:\n\n  autodatabench doctor --out runs\n  autodatabench doctor bench/experiments/paper.yaml\n  autodatabench doctor --python ~/venv/bin/python",
		Flags: append(placeFlags(), outFlag(), jsonFlag(), formatFlag(),
			&cli.StringFlag{Name: "python", Usage: "also look at this `INTERPRETER` of an environment for back end hf", TakesFile: true},
			&cli.StringSliceFlag{Name: "agent-file", Usage: "definition `FILE` of an agent of the experiment", TakesFile: true},
		),
		Action: func(c *cli.Context) error {
			if c.NArg() > 1 {
				return usage("want one experiment file")
			}
			return runDoctor(c.Context, env.World, doctorOptions{
				format: formatOf(c), path: firstArgument(c), out: c.String("out"), python: c.String("python"), agentFiles: c.StringSlice("agent-file"), places: placesOf(c),
			})
		},
	}
}

type doctorOptions struct {
	format     report.Format
	path       *string // experiment file; nil for none
	out        string
	python     string
	agentFiles []string
	places     setup.Places
}

// runDoctor prints what doctor finds; a part that is not there is an error.
func runDoctor(ctx context.Context, w setup.World, o doctorOptions) error {
	request := doctor.Request{Out: o.out, Python: o.python, AgentFiles: o.agentFiles, Places: o.places}
	if o.path != nil {
		f, err := experiment.Read(*o.path)
		if err == nil {
			err = f.CheckGres()
		}
		if err != nil {
			return err
		}
		request.Experiment = &f
	}
	findings := doctor.Check(ctx, w, request)
	bad := 0
	for _, f := range findings {
		if !f.OK {
			bad++
		}
	}
	if err := printData(w, o.format, findings, findingsTable(findings)); err != nil {
		return err
	}
	if bad > 0 {
		return results.Infra(fmt.Errorf("%d of %d checks failed", bad, len(findings)), "do what the table says")
	}
	return nil
}

// findingsTable has what is cut in a line of it, and what to do, in full below.
func findingsTable(findings []doctor.Finding) *table.Table {
	const shown = 60 // columns, beyond which a text may be cut
	t := table.New("", 1, "!part", "ok", "what")
	for _, f := range findings {
		ok := "yes"
		if !f.OK {
			ok = "NO"
		}
		what := strings.TrimPrefix(f.What, f.Part+": ")
		t.Add(f.Part, ok, what)
		switch {
		case f.Do != "":
			t.Note("%s: %s. To do: %s.", f.Part, what, f.Do)
		case len(what) > shown:
			t.Note("%s: %s.", f.Part, what)
		}
	}
	return t
}
