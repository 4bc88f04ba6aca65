// Package recorded reads what the pages of package report show from a folder of
// experiments, called out here: the outcomes of trials from its catalog, and the course
// of single trials from their logs. It also keeps the index.
//
// A trial that changed has no figures, and one that cannot be read is left out. An
// error beside the outcomes names both: whoever shows the rest passes that on.
// The package is not for running anything, and not for output: a problem that is no
// error goes to a [Warn].
package recorded

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/catalog"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

// Warn is told of what somebody should look at, and that changes no figure.
type Warn func(error)

// Read reads the outcomes of the experiment of that name in out, or, if name is empty,
// of all.
func Read(ctx context.Context, out, name string) (r catalog.Reading, err error) {
	c, err := catalog.Existing(ctx, out)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	return c.Read(ctx, name)
}

// Rebuild makes the index of out anew and reads it. It names the experiments whose
// folders are gone, and forgets them.
func Rebuild(ctx context.Context, out string) (r catalog.Reading, err error) {
	if _, err := record.Recorded(out); err != nil { // before an index is made
		return r, err
	}
	c, err := catalog.Open(ctx, out)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	gone, err := c.Forget()
	if err == nil {
		err = c.Rebuild(ctx)
	}
	if err != nil {
		return r, err
	}
	r, err = c.Read(ctx, "")
	r.Faults = append(gone, r.Faults...)
	return r, err
}

// Put reads the outcomes of the experiment in the folder root again and puts them into
// the index beside it. It returns what the experiment's log is at.
func Put(ctx context.Context, root record.Experiment, outcomes []results.Outcome, warn Warn) (heads map[string]string, err error) {
	c, err := catalog.Around(ctx, root)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	for _, fault := range c.Rebuilt {
		warn(fault)
	}
	return c.Put(ctx, root, outcomes)
}

// Left warns of copies and of files of other programs, and returns what is left out of
// the reading as an error.
func Left(r catalog.Reading, warn Warn) error {
	for _, said := range r.Copies {
		warn(errors.New(said))
	}
	for _, o := range r.Outcomes {
		for _, path := range o.Added {
			warn(fmt.Errorf("%s: added by another program, no part of the record; remove it", path))
		}
	}
	return errors.Join(r.Faults...)
}

// Outcomes reads the outcomes of an experiment, or of all if name is empty, and how the
// leaderboard shows them. With outcomes, which are then not nil, the error says what is
// left out of them.
func Outcomes(ctx context.Context, out, name string, warn Warn) (outcomes []results.Outcome, opts report.Options, err error) {
	r, err := Read(ctx, out, name)
	if err != nil {
		return nil, opts, err
	}
	if name != "" && len(r.Outcomes) == 0 {
		err := results.Bad(fmt.Errorf("%s: holds no outcome of experiment %q", record.Index(out), name), "see which there are with: autodatabench leaderboard")
		return nil, opts, errors.Join(err, Left(r, warn))
	}
	opts = options(out, r.Outcomes)
	opts.Heads, opts.Looks = r.Heads, r.Looks
	return append([]results.Outcome{}, r.Outcomes...), opts, Left(r, warn)
}

// options says which domains the experiments of the outcomes are to have and how
// their agents are shown, as far as their folders say; a lock that cannot be read is
// named where the outcomes are read.
func options(out string, outcomes []results.Outcome) report.Options {
	opts := report.Options{Expected: map[string][]results.Domain{}, Names: map[string]string{}, Titles: map[string]map[string]string{}}
	for _, o := range outcomes {
		if _, done := opts.Expected[o.Experiment]; done || o.Kind != results.OfAgent {
			continue
		}
		root := record.Experiment(filepath.Join(out, o.Experiment))
		domains, err := experiment.Domains(root)
		if opts.Expected[o.Experiment] = domains; err != nil {
			continue
		}
		titles, err := root.Titles()
		switch {
		case err != nil:
		case o.Unpacked: // it says nothing of agents of one's own
			opts.Titles[o.Experiment] = titles
		default:
			addNames(opts.Names, titles)
		}
	}
	return opts
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
