package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/index"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/runner/final"
)

func scoreCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "score", Usage: "score the sealed trials of an experiment on the private sets", ArgsUsage: "EXPERIMENT",
		Description: "`run` does this by itself; score it again after copying trials together. With --rounds, the submissions\n" +
			"that were not chosen are scored on the private sets too, for figure 3; no ranking reads that. Examples:\n\n" +
			"  autodatabench score demo\n  autodatabench score --rounds demo",
		Flags: append(placeFlags(), outFlag(), jsonFlag(), formatFlag(),
			&cli.BoolFlag{Name: "rounds", Usage: "also score every valid submission of iterative trials"}),
		Action: func(c *cli.Context) error {
			f, given, root, err := recorded(c)
			if err != nil {
				return err
			}
			return runScore(c.Context, env.World, scoreOptions{
				request: setup.Request{File: f, Given: given, Root: root, Places: placesOf(c)},
				format:  formatOf(c), rounds: c.Bool("rounds"),
			})
		},
	}
}

type scoreOptions struct {
	request setup.Request
	format  report.Format
	rounds  bool // score the submissions that were not chosen, too
}

// runScore scores the sealed trials that are there and prints the leaderboard.
func runScore(ctx context.Context, w setup.World, o scoreOptions) (err error) {
	s, err := setup.Open(ctx, w, o.request, setup.Needs{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	outcomes, err := s.Score(ctx, o.rounds)
	if len(outcomes) > 0 {
		err = errors.Join(err, publish(ctx, w, s, outcomes, o.format))
	}
	return err
}

func reindexCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "reindex", Usage: "rebuild the SQLite index from the folders",
		Description: "The folders are the truth and results.db is only an index. Example:\n\n  autodatabench reindex --out runs",
		Flags:       []cli.Flag{outFlag(), jsonFlag()},
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			outcomes, err := readFolders(c.String("out"))
			if err != nil {
				return err
			}
			db, err := index.Open(indexPath(c.String("out")))
			if err != nil {
				return err
			}
			if err := errors.Join(db.Replace(c.Context, outcomes), db.Close()); err != nil {
				return err
			}
			if c.Bool("json") {
				return show(c, env, map[string]int{"outcomes": len(outcomes)})
			}
			fmt.Fprintf(env.Stdout, "%d outcomes in %s\n", len(outcomes), indexPath(c.String("out")))
			return nil
		},
	}
}

// readFolders reads the outcome of every trial and given submission below out.
func readFolders(out string) ([]results.Outcome, error) {
	roots, err := rootsIn(out)
	if err != nil {
		return nil, err
	}
	if len(roots) == 0 {
		return nil, results.Bad("run an experiment first, or give --out", fmt.Errorf("%s: there is no experiment", out))
	}
	var outcomes []results.Outcome
	for _, root := range roots {
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || entry.Name() != "events.jsonl" {
				return err
			}
			o, err := final.Outcome(root, filepath.Dir(path))
			outcomes = append(outcomes, o)
			return err
		})
		if err != nil {
			return nil, err
		}
		given, err := final.ReadGiven(root)
		if err != nil {
			return nil, err
		}
		outcomes = append(outcomes, given...)
	}
	return outcomes, nil
}

// rootsIn lists the folders below out that hold an experiment, given
// submissions alone, or both.
func rootsIn(out string) ([]string, error) {
	experiments, err := filepath.Glob(filepath.Join(out, "*", experiment.LockFile))
	if err != nil {
		return nil, err
	}
	given, err := filepath.Glob(filepath.Join(out, "*", "given"))
	if err != nil {
		return nil, err
	}
	var roots []string
	for _, path := range append(experiments, given...) {
		roots = append(roots, filepath.Dir(path))
	}
	slices.Sort(roots)
	return slices.Compact(roots), nil
}
