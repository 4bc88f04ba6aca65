package catalog

import (
	"context"
	"errors"
	"path/filepath"
	"slices"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/index"
	"github.com/autodatabench/autodatabench/results/record"
)

// Beside opens a catalog for the trials of one experiment, with what the index beside
// its folder knows of them. It writes nothing and need not be closed.
func Beside(ctx context.Context, root record.Experiment) (*Catalog, error) {
	out, err := around(root)
	if err != nil {
		return nil, err
	}
	c, err := newCatalog(out)
	if err != nil {
		return nil, err
	}
	c.readOnly = true
	file := record.Index(out)
	if !exists(file) {
		return c, nil
	}
	open := index.OpenReadOnly
	if disk.MayWrite(out) {
		open = index.Open
	}
	db, err := open(file)
	if err != nil {
		return c, nil // every folder is read
	}
	if c.db = db; db.Stale() || c.load(ctx) != nil {
		c.seen = map[string]seen{}
	}
	c.db = nil
	return c, db.Close()
}

// Around is [Open] of the folder in which the experiment's lies.
func Around(ctx context.Context, root record.Experiment) (*Catalog, error) {
	out, err := around(root)
	if err != nil {
		return nil, err
	}
	return Open(ctx, out)
}

func around(root record.Experiment) (string, error) {
	if name := filepath.Base(string(root)); name != "." && name != ".." {
		return filepath.Dir(string(root)), nil
	}
	at, err := filepath.Abs(string(root))
	return filepath.Dir(at), err
}

// Missing is nil for a trial that has not begun, and else says that it is gone.
func (c *Catalog) Missing(root record.Experiment, id results.TrialID) error {
	e := root.EntryOfTrial(id)
	x := c.of(root)
	if x.scores != nil && slices.Contains(x.scores.Sealed(), id) {
		return e.Gone()
	}
	return nil
}

// of is the experiment in the folder root, which lies in the catalog's.
func (c *Catalog) of(root record.Experiment) *experiment {
	if at, err := filepath.Abs(string(root)); err == nil { // it may be "."
		return c.experiment(filepath.Base(at))
	}
	return c.experiment(filepath.Base(string(root)))
}

// Trial reads the outcome of one trial of the experiment in the folder root, which
// lies in the catalog's. A trial that changed has no figures, and an error.
func (c *Catalog) Trial(root record.Experiment, id results.TrialID) (results.Outcome, error) {
	x := c.of(root)
	o, err := c.at(place{x, x.root.EntryOfTrial(id)})
	o.TrialID = id
	return o, err
}

// TrialAt is Trial of whatever trial lies in the folder t of the experiment.
func (c *Catalog) TrialAt(root record.Experiment, t record.Trial) (o results.Outcome, err error) {
	from, err := filepath.Abs(string(root))
	if err != nil {
		return o, err
	}
	to, err := filepath.Abs(string(t))
	if err != nil {
		return o, err
	}
	folder, err := filepath.Rel(from, to)
	if err != nil {
		return o, err
	}
	x := c.of(root)
	return c.at(place{x, x.root.EntryOf(filepath.ToSlash(folder))})
}

// at reads the outcome of a place that holds one at most.
func (c *Catalog) at(p place) (o results.Outcome, err error) {
	c.lookAt([]place{p})
	s := c.seen[p.folder()]
	if len(s.outcomes) > 0 {
		o = s.outcomes[0]
	}
	return o, s.err
}

// Rounds reads the private scores of the trial's attempts; see [record.Scores.Rounds].
func (c *Catalog) Rounds(root record.Experiment, state *results.Trial) (map[int]results.Score, error) {
	x := c.of(root)
	if x.err != nil {
		return nil, x.err
	}
	return x.scores.Rounds(x.root.Trial(state.Spec.TrialID), state)
}

// Put reads the outcomes of the experiment in the folder root again and puts them
// into the index. It returns the head of the experiment's log, by the experiment's
// name. Errors: what is wrong with a folder.
func (c *Catalog) Put(ctx context.Context, root record.Experiment, outcomes []results.Outcome) (heads map[string]string, err error) {
	x := c.of(root)
	var list []place
	known := map[string]bool{}
	for _, o := range outcomes {
		e := x.root.EntryOfTrial(o.TrialID)
		if o.Kind == results.OfGiven {
			e = x.root.EntryOfGiven(o.Agent, o.Domain)
		}
		if !known[e.Folder] {
			known[e.Folder], list = true, append(list, place{x, e})
		}
	}
	c.lookAt(list)
	var rows []index.Row
	for _, p := range list {
		s := c.seen[p.folder()]
		if rows = append(rows, rowsOf(p.folder(), s)...); s.err != nil {
			err = errors.Join(err, Fault(p.Path(), s.err))
		}
	}
	heads = map[string]string{}
	for _, r := range rows {
		heads[r.Outcome.Experiment] = x.head()
	}
	return heads, errors.Join(err, errors.Join(c.faults...), c.keepHeads(), c.db.Put(ctx, rows))
}
