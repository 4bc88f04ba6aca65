// Package catalog is how commands see the experiments below a folder: through the
// index, but only as far as the folders still say the same.
//
// For each trial and given submission the index keeps a stamp: a digest of the names,
// sizes and times of its files. Where the stamp is still the same, the outcome of the
// index counts, provided that the experiment's log has its scores. Where it is not,
// the folder is read again with all checks of results/record. A trial that changed is
// shown without a figure, so that nothing that it belongs to is ranked; one that
// cannot be read is named, and the others go on. So are experiments whose folder is
// gone, or has another name than the experiment: no figure of theirs is shown.
//
// The package is not for ranking, and it writes nothing but the index and the log of
// heads. Where these cannot be written, it reads them, or the folders.
package catalog

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/index"
	"github.com/autodatabench/autodatabench/results/record"
)

// Catalog is the experiments below a folder. It is not safe for concurrent use.
type Catalog struct {
	out      string
	db       *index.Index // nil where there is none to be had
	readOnly bool

	seen   map[string]seen // by folder below out
	heads  *record.Heads
	opened map[string]*experiment // by folder below out

	faults  []error // of the log of heads
	Rebuilt []error // what was wrong with folders when the index was made again, see [Open]
}

// seen is what a folder held when it was last read.
type seen struct {
	stamp    string // empty for a folder that must be read again
	outcomes []results.Outcome
	err      error
}

// experiment is an experiment's log, and what is wrong with it as a whole.
type experiment struct {
	root   record.Experiment
	scores *record.Scores // nil where err says why
	err    error
}

// Open opens the catalog of the folder out. An index of another version of the
// program, or one that is corrupt, is made again from the folders.
func Open(ctx context.Context, out string) (*Catalog, error) {
	c, err := newCatalog(out)
	if err != nil {
		return nil, err
	}
	file := record.Index(out)
	if c.readOnly = !disk.MayWrite(out); c.readOnly {
		c.db, _ = index.OpenReadOnly(file)
		if c.db == nil || c.db.Stale() || c.load(ctx) != nil {
			return c, c.gather()
		}
		return c, nil
	}
	if c.db, err = index.Open(file); errors.Is(err, index.ErrCorrupt) {
		err = c.startAfresh(file)
	}
	if err != nil {
		return nil, err
	}
	if c.db.Fresh() || c.db.Stale() {
		return c, c.orClose(c.Rebuild(ctx))
	}
	if err = c.load(ctx); errors.Is(err, index.ErrCorrupt) {
		if err = c.startAfresh(file); err == nil {
			err = c.Rebuild(ctx)
		}
	}
	return c, c.orClose(err)
}

func newCatalog(out string) (*Catalog, error) {
	c := &Catalog{out: out, seen: map[string]seen{}, opened: map[string]*experiment{}}
	var err error
	if c.heads, err = record.OpenHeads(out); err != nil {
		if c.heads == nil {
			return nil, err
		}
		c.faults = append(c.faults, err)
	}
	return c, nil
}

// Existing is Open of a folder that has an index, or that nothing can be written to.
func Existing(ctx context.Context, out string) (*Catalog, error) {
	file := record.Index(out)
	if exists(file) || !disk.MayWrite(out) {
		return Open(ctx, out)
	}
	roots, err := record.Experiments(out)
	if err != nil {
		return nil, err
	}
	if len(roots) == 0 {
		return nil, record.NoExperiment(out)
	}
	return nil, results.Bad(fmt.Errorf("%s: there is no index", file),
		"an experiment puts it there when it ends, and status says how far that is; reindex makes it now, from the folders")
}

// orClose closes a catalog that err makes useless.
func (c *Catalog) orClose(err error) error {
	if err != nil {
		return errors.Join(err, c.Close())
	}
	return nil
}

// startAfresh replaces a corrupt index by an empty one.
func (c *Catalog) startAfresh(file string) (err error) {
	if c.db != nil {
		c.db.Close() // whatever it says, the file goes
	}
	for _, name := range []string{file, file + "-wal", file + "-shm"} {
		if err := disk.RemoveAll(name); err != nil {
			return err
		}
	}
	c.db, err = index.Open(file)
	return err
}

// Close closes the index.
func (c *Catalog) Close() error {
	if c.db == nil {
		return nil
	}
	return c.db.Close()
}

// load takes over what the index holds.
func (c *Catalog) load(ctx context.Context) error {
	all, err := c.db.Rows(ctx, index.Filter{})
	if err != nil {
		return err
	}
	for _, r := range all.Rows {
		s := c.seen[r.Folder]
		s.stamp, s.outcomes = r.Stamp, append(s.outcomes, r.Outcome)
		c.seen[r.Folder] = s
	}
	for _, folder := range all.Unread {
		if _, known := c.seen[folder]; !known {
			c.seen[folder] = seen{}
		}
	}
	return nil
}

// Rebuild reads every folder and makes the index anew.
func (c *Catalog) Rebuild(ctx context.Context) error {
	if err := c.gather(); err != nil {
		return err
	}
	if c.readOnly {
		return nil
	}
	var all index.All
	for folder, s := range c.seen {
		all.Rows = append(all.Rows, rowsOf(folder, s)...)
		if s.err != nil {
			all.Unread = append(all.Unread, folder)
		}
	}
	return errors.Join(c.keepHeads(), c.db.Replace(ctx, all))
}

// Forget leaves out the experiments whose folders are gone, and says which they are.
func (c *Catalog) Forget() (gone []error, err error) {
	if c.readOnly {
		return nil, nil
	}
	for _, folder := range c.experiments("") {
		if root := c.root(folder); !exists(string(root)) {
			gone = append(gone, Fault(string(root), root.Gone()))
			err = errors.Join(err, c.heads.Forget(folder))
			maps.DeleteFunc(c.seen, func(f string, _ seen) bool { return strings.HasPrefix(f, folder+"/") })
		}
	}
	return gone, err
}

func (c *Catalog) root(folder string) record.Experiment {
	return record.Experiment(filepath.Join(c.out, folder))
}

// gather reads every folder below out.
func (c *Catalog) gather() error {
	experiments, err := record.Recorded(c.out)
	if err != nil {
		return err
	}
	c.seen = map[string]seen{}
	var list []place
	for _, root := range experiments {
		x := c.experiment(filepath.Base(string(root)))
		entries, broken := root.Entries()
		for _, b := range broken {
			folder, err := filepath.Rel(c.out, b.Folder)
			if err != nil {
				return err
			}
			c.seen[filepath.ToSlash(folder)] = seen{err: b}
		}
		for _, e := range entries {
			list = append(list, place{x, e})
		}
	}
	c.lookAt(list)
	for _, folder := range slices.Sorted(maps.Keys(c.seen)) {
		if err := c.seen[folder].err; err != nil {
			c.Rebuilt = append(c.Rebuilt, Fault(filepath.Join(c.out, filepath.FromSlash(folder)), err))
		}
	}
	return nil
}

// keepHeads notes the heads of the experiments' logs, but of those that were rewritten.
func (c *Catalog) keepHeads() error {
	heads := map[string]string{}
	for folder, x := range c.opened {
		if x.err == nil && x.scores.Head() != "" {
			heads[folder] = x.scores.Head()
		}
	}
	return c.heads.Keep(heads)
}

// experiment opens the experiment's log, once.
func (c *Catalog) experiment(folder string) *experiment {
	if x := c.opened[folder]; x != nil {
		if x.err == nil {
			x.err = x.scores.Refresh()
		}
		return x
	}
	x := &experiment{root: c.root(folder)}
	if x.scores, x.err = x.root.OpenScores(); x.err == nil {
		x.err = x.scores.CheckLock()
	}
	if x.err == nil {
		x.err = x.scores.Follows(c.heads.Of(folder))
	}
	c.opened[folder] = x
	return x
}

// rowsOf are the rows of a folder. Those of one that must be read again have no stamp.
func rowsOf(folder string, s seen) []index.Row {
	var rows []index.Row
	for _, o := range s.outcomes {
		rows = append(rows, index.Row{Folder: folder, Stamp: s.stamp, Outcome: o})
	}
	return rows
}

// place is an entry of an experiment.
type place struct {
	*experiment
	record.Entry
}

// folder is the place's folder below out.
func (p place) folder() string { return path.Join(filepath.Base(string(p.root)), p.Folder) }

// exists reports whether there is anything at the path.
func exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}
