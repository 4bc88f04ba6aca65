package cli

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

func cancelCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "cancel", Usage: "end a trial for ever, without a score", ArgsUsage: "TRIAL",
		Description: "TRIAL is an experiment and words that name one trial: domain, workflow, setting, agent, run. The others go on.\n" +
			"A program that runs the trial ends it within seconds. The end is recorded, and its row of the leaderboard has no rank. Example:\n\n" +
			"  autodatabench cancel --reason \"wrong model\" demo/science/iterative/adaptive/1",
		Flags: []cli.Flag{outFlag(), jsonFlag(), &cli.StringFlag{Name: "reason", Usage: "`TEXT` for the record"}},
		Action: func(c *cli.Context) error {
			name, err := oneArgument(c, "a trial")
			if err != nil {
				return err
			}
			return runCancel(c.Context, env.World, cancelOptions{out: c.String("out"), trial: name, reason: c.String("reason"), asJSON: c.Bool("json")})
		},
	}
}

type cancelOptions struct {
	out    string
	trial  string
	reason string // for the record; may be empty
	asJSON bool
}

// cancelledTrial is what cancel prints as JSON.
type cancelledTrial struct {
	Trial    string `json:"trial"`    // its folder
	Recorded bool   `json:"recorded"` // the trial has ended; otherwise the program that runs it ends it
}

// runCancel cancels a trial.
func runCancel(_ context.Context, w setup.World, o cancelOptions) error {
	root, dir, err := record.FindTrialOf(o.out, o.trial, planned)
	if err != nil {
		return err
	}
	if err := root.Own(); err != nil {
		return err
	}
	f, _, err := experiment.Recorded(root)
	if err != nil {
		return err
	}
	if err := root.CheckName(f.Name); err != nil {
		return err
	}
	scores, err := root.OpenScores()
	if err != nil {
		return err
	}
	id, ok := root.IDOf(dir)
	if !ok {
		return results.Bad(fmt.Errorf("%s: is no trial of %s", dir, root))
	}
	env := runner.Env{Root: root, Scores: scores, Holder: w.Holder, Clock: runner.Wall(w.Now)}
	done := cancelledTrial{Trial: string(dir)}
	if done.Recorded, err = runner.Cancel(env, id, record.Cancelled{Time: w.Now().UTC(), Reason: o.reason}); err != nil {
		return err
	}
	if o.asJSON {
		return printJSON(w, done)
	}
	said := "cancelled"
	if !done.Recorded {
		said = "to be cancelled: by the program that runs it within seconds, or by the one that would begin it"
	}
	_, err = fmt.Fprintf(w.Stdout, "%s: %s\n", dir, said)
	return err
}

// planned lists the trials that the experiment's file asks for, begun or not.
func planned(root record.Experiment) (list []record.Trial, err error) {
	f, _, err := experiment.Recorded(root)
	if err != nil {
		return nil, err
	}
	for _, id := range f.Trials() {
		list = append(list, root.Trial(id))
	}
	return list, nil
}
