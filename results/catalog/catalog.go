// Package catalog is how commands see the experiments below a folder: through the
// index, but only as far as the folders still say the same.
//
// For each trial and given submission the index keeps a stamp: a digest of the names,
// sizes and times of its files. Where the stamp is still the same, the outcome of the
// index counts, provided that the experiment's log has its scores. Where it is not,
// the folder is read again with all checks of results/record. A trial that changed is
// shown without a figure, so that nothing that it belongs to is ranked; one that
// cannot be read is named, and the others go on. Of an experiment whose folder is not
// there, the index alone speaks; its outcomes say that nothing proves them.
//
// The package is not for ranking, and it writes nothing but the index. Where that
// cannot be written, it reads the index, or the folders.
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

	seen   map[string]seen        // by folder below out
	heads  map[string]string      // that the index has, by the experiment's folder
	opened map[string]*experiment // by folder below out

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
	c := &Catalog{out: out, seen: map[string]seen{}, heads: map[string]string{}, opened: map[string]*experiment{}}
	file := record.Index(out)
	if c.readOnly = !disk.MayWrite(out); c.readOnly {
		c.db, _ = index.OpenReadOnly(file)
		if c.db == nil || c.db.Stale() || c.load(ctx) != nil {
			return c, c.gather()
		}
		return c, nil
	}
	var err error
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

// Existing is Open of a folder that has an index, or that nothing can be written to.
func Existing(ctx context.Context, out string) (*Catalog, error) {
	if file := record.Index(out); !exists(file) && disk.MayWrite(out) {
		return nil, results.Bad(fmt.Errorf("%s: there is no index", file), "run an experiment first, give --out, or rebuild it with reindex")
	}
	return Open(ctx, out)
}

// orClose closes a catalog that err makes useless.
func (c *Catalog) orClose(err error) error {
	if err != nil {
		return errors.Join(err, c.Close())
	}
	return nil
}

// startAfresh replaces a corrupt index by an empty one. The heads that it held are
// lost with it.
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
	c.heads = all.Heads
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

// Rebuild reads every folder and makes the index anew. Heads that it had stay, where
// the experiment's log does not have them any more.
func (c *Catalog) Rebuild(ctx context.Context) error {
	if c.db != nil && !c.db.Stale() && !c.db.Fresh() {
		if err := c.load(ctx); err != nil {
			return err
		}
	}
	if err := c.gather(); err != nil {
		return err
	}
	if c.readOnly {
		return nil
	}
	var all index.All
	all.Heads = c.heads
	for folder, s := range c.seen {
		all.Rows = append(all.Rows, rowsOf(folder, s)...)
		if s.err != nil {
			all.Unread = append(all.Unread, folder)
		}
	}
	return c.db.Replace(ctx, all)
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
	for folder, x := range c.opened {
		c.keepHead(folder, x)
	}
	for _, folder := range slices.Sorted(maps.Keys(c.seen)) {
		if err := c.seen[folder].err; err != nil {
			c.Rebuilt = append(c.Rebuilt, Fault(filepath.Join(c.out, filepath.FromSlash(folder)), err))
		}
	}
	return nil
}

// keepHead notes the head of an experiment's log, unless the log was rewritten.
func (c *Catalog) keepHead(folder string, x *experiment) {
	if x.err == nil && x.scores.Head() != "" {
		c.heads[folder] = x.scores.Head()
	}
}

// experiment opens the experiment's log, once.
func (c *Catalog) experiment(folder string) *experiment {
	if x := c.opened[folder]; x != nil {
		if x.err == nil {
			x.err = x.scores.Refresh()
		}
		return x
	}
	x := &experiment{root: record.Experiment(filepath.Join(c.out, folder))}
	if x.scores, x.err = x.root.OpenScores(); x.err == nil {
		x.err = x.scores.CheckLock()
	}
	if x.err == nil {
		x.err = x.scores.Follows(c.heads[folder])
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
