package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"sync"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
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
		Action: func(c *cli.Context) (err error) {
			f, given, root, err := recorded(c)
			if err != nil {
				return err
			}
			setup, err := load(c.Context, env, f, given, root, placesOf(c))
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, setup.Close()) }()
			if err := setup.CheckScorer(); err != nil {
				return err
			}
			scorer := &final.Scorer{Root: root, Student: setup.Student, Identity: setup.Identity, PrivateRoot: setup.PrivateRoot}
			outcomes, faults := scoreTrials(c, setup, f, scorer)
			if len(outcomes) > 0 {
				faults = errors.Join(faults, publish(c, env, f, outcomes, root))
			}
			return faults
		},
	}
}

// scoreTrials scores the trials that are there, as many at a time as trials may
// run, in their order.
func scoreTrials(c *cli.Context, setup *experiment.Setup, f experiment.File, scorer *final.Scorer) (outcomes []results.Outcome, faults error) {
	ids := f.Trials()
	scored, failed := make([]*results.Outcome, len(ids)), make([]error, len(ids))
	places := make(chan struct{}, f.Parallel)
	var wg sync.WaitGroup
	for i, id := range ids {
		dir := filepath.Join(scorer.Root, id.Path())
		if !disk.Exists(dir) {
			continue
		}
		places <- struct{}{}
		wg.Go(func() {
			defer func() { <-places }()
			o, err := scorer.Trial(c.Context, dir, setup.Tasks[id.Domain])
			if err == nil && c.Bool("rounds") {
				err = scorer.Rounds(c.Context, dir, setup.Tasks[id.Domain])
			}
			if failed[i] = err; err == nil {
				scored[i] = &o
			}
		})
	}
	wg.Wait()
	for _, o := range scored {
		if o != nil {
			outcomes = append(outcomes, *o)
		}
	}
	return outcomes, errors.Join(failed...)
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

// openIndex opens the index below out. One of another version of the program is
// rebuilt from the folders first; where they cannot be read, the error is
// index.ErrStale and the index stays as it is.
func openIndex(ctx context.Context, out string) (*index.Index, error) {
	db, err := index.Open(indexPath(out))
	if err != nil || !db.Stale() {
		return db, err
	}
	all, err := readFolders(out)
	if err != nil {
		err = fmt.Errorf("index %s: %w, and it cannot be rebuilt: %w", indexPath(out), index.ErrStale, err)
	} else {
		err = db.Replace(ctx, all)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
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
