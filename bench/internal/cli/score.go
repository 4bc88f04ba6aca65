package cli

import (
	"context"
	"errors"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/recorded"
	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report"
)

func scoreCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "score", Usage: "score the sealed trials of an experiment on the private sets", ArgsUsage: "EXPERIMENT",
		Description: "`run` does this by itself; score it again after copying trials together. With --rounds, the submissions\n" +
			"that were not chosen are scored on the private sets too, for figure 3; no ranking reads that. Examples:\n\n" +
			"  autodatabench score demo\n  autodatabench score --rounds demo",
		Flags: append(placeFlags(), outFlag(), jsonFlag(), formatFlag(), eventsFlag(),
			&cli.BoolFlag{Name: "rounds", Usage: "also score every valid submission of iterative trials"}),
		Action: func(c *cli.Context) error {
			name, err := oneArgument(c, experimentArgument)
			if err != nil {
				return err
			}
			events, err := eventsOf(c)
			if err != nil {
				return err
			}
			return runScore(c.Context, env.World, scoreOptions{
				format: formatOf(c), out: c.String("out"), name: name, places: placesOf(c), rounds: c.Bool("rounds"), events: events,
			})
		},
	}
}

type scoreOptions struct {
	format report.Format
	out    string
	name   string // of the experiment, or its folder
	places setup.Places
	rounds bool   // score the submissions that were not chosen, too
	events string // where events go; empty for nowhere
}

// runScore scores the sealed trials that are there and prints the leaderboard.
func runScore(ctx context.Context, w setup.World, o scoreOptions) (err error) {
	busy := measureProcessors(w)
	f, given, root, err := ownExperiment(o.out, o.name)
	if err != nil {
		return err
	}
	s, err := setup.Open(ctx, w, setup.Request{File: f, Given: given, Root: root, Places: o.places}, setup.Needs{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	model, err := recorded.Progress(s.Root, s.File, s.There(), w.Now())
	if err != nil {
		return err
	}
	follows, w, err := followed(w, s, newWatch(ctx, w, model), o.events)
	if err != nil {
		follows.close(w, false)
		return err
	}
	outcomes, err := s.Score(ctx, o.rounds)
	follows.close(w, ctx.Err() != nil)
	if len(outcomes) > 0 {
		err = errors.Join(err, publish(ctx, w, s, outcomes, busy, o.format))
	}
	return err
}
