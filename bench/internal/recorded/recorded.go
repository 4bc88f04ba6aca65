// Package recorded reads what the pages of package report show from a folder of
// experiments, called out here: the outcomes of trials from its index, and the course
// of single trials from their logs. It also keeps the index.
//
// The experiments' folders are the truth; the index only repeats what they say and
// is made anew from them whenever that is in doubt. The package is not for running
// anything, and not for output: a problem that is no error goes to a [Warn].
package recorded

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/index"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

// Warn is told of a trial that cannot be read and is left out.
type Warn func(error)

// OpenIndex opens the index of out. It first rebuilds an index that another version
// of the program made.
func OpenIndex(ctx context.Context, out string, warn Warn) (*index.Index, error) {
	db, err := index.Open(record.Index(out))
	if err != nil || !db.Stale() {
		return db, err
	}
	outcomes, broken, err := record.All(out)
	if err == nil {
		err = db.Replace(ctx, outcomes)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	for _, b := range broken {
		warn(b)
	}
	return db, nil
}

// Rebuild makes the index of out anew and returns how many outcomes it holds, and
// which trials cannot be read and are left out.
func Rebuild(ctx context.Context, out string) (n int, broken []record.Broken, err error) {
	outcomes, broken, err := record.All(out)
	if err != nil {
		return 0, nil, err
	}
	db, err := index.Open(record.Index(out))
	if err != nil {
		return 0, nil, err
	}
	return len(outcomes), broken, errors.Join(db.Replace(ctx, outcomes), db.Close())
}

// Put adds the outcomes to the index of out.
func Put(ctx context.Context, out string, outcomes []results.Outcome, warn Warn) error {
	db, err := OpenIndex(ctx, out, warn)
	if err != nil {
		return err
	}
	return errors.Join(db.Put(ctx, outcomes...), db.Close())
}

// Outcomes reads the outcomes of an experiment, or of all if name is empty, from the
// index of out, and how the leaderboard shows them.
func Outcomes(ctx context.Context, out, name string, warn Warn) ([]results.Outcome, report.Options, error) {
	path := record.Index(out)
	if !disk.Exists(path) {
		return nil, report.Options{}, results.Bad(fmt.Errorf("%s: there is no index", path), "run an experiment first, give --out, or rebuild it with reindex")
	}
	db, err := OpenIndex(ctx, out, warn)
	if err != nil {
		return nil, report.Options{}, err
	}
	defer db.Close()
	outcomes, err := db.Outcomes(ctx, index.Filter{Experiment: name})
	if err != nil {
		return nil, report.Options{}, err
	}
	if name != "" && len(outcomes) == 0 {
		return nil, report.Options{}, results.Bad(fmt.Errorf("%s: holds no outcome of experiment %q", path, name), "see which there are with: autodatabench leaderboard")
	}
	opts, err := options(out, outcomes)
	return outcomes, opts, err
}

// options says which domains the experiments of the outcomes are to have and how
// their agents are shown, as far as their folders are there.
func options(out string, outcomes []results.Outcome) (report.Options, error) {
	opts := report.Options{Expected: map[string][]results.Domain{}, Names: map[string]string{}}
	for _, o := range outcomes {
		if _, done := opts.Expected[o.Experiment]; done || o.Kind != results.OfAgent {
			continue
		}
		root := record.Experiment(filepath.Join(out, o.Experiment))
		domains, err := experiment.Domains(root)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return opts, err
		}
		opts.Expected[o.Experiment] = domains
		titles, err := root.Titles()
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return opts, err
		}
		addNames(opts.Names, titles)
	}
	return opts, nil
}

// addNames adds an experiment's titles to the names of agents. An agent that two
// experiments show differently keeps its own name.
func addNames(names, titles map[string]string) {
	for agent, title := range titles {
		if was, found := names[agent]; found && was != title {
			title = agent
		}
		names[agent] = title
	}
}
