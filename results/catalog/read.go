package catalog

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/index"
	"github.com/autodatabench/autodatabench/results/record"
)

// Reading is what the catalog holds, as far as it may be shown.
type Reading struct {
	Outcomes []results.Outcome
	Heads    map[string]string         // of the logs of scores, by experiment
	Looks    map[string][]results.Look // of experiments that run until pairs are decided
	Faults   []error                   // each of a folder that is left out or without figures
	Copies   []string                  // each of a folder whose outcomes are counted as another's
}

// found is an outcome and where it lies.
type found struct {
	results.Outcome
	folder string // of the experiment
}

// Read reads the outcomes of the experiment of the name, of all for none.
func (c *Catalog) Read(ctx context.Context, name string) (Reading, error) {
	r := Reading{Heads: map[string]string{}, Looks: map[string][]results.Look{}, Faults: slices.Clone(c.faults)}
	var all []found
	var put []index.Row
	for _, folder := range c.experiments(name) {
		outcomes, rows, faults := c.readExperiment(folder)
		r.Faults, put = append(r.Faults, faults...), append(put, rows...)
		unpacked := c.root(folder).LeftOut().Exists()
		for _, o := range outcomes {
			o.Unpacked = unpacked
			all = append(all, found{o, folder})
		}
	}
	all, r.Copies = once(all)
	r.Faults = append(r.Faults, c.renamed(all)...)
	for _, f := range all {
		r.Outcomes = append(r.Outcomes, f.Outcome)
		if x := c.opened[f.folder]; x != nil && x.head() != "" {
			r.Heads[f.Experiment] = x.head()
			if r.Looks[f.Experiment] == nil {
				r.Looks[f.Experiment] = x.scores.Looks()
			}
		}
	}
	slices.SortStableFunc(r.Outcomes, inOrder)
	slices.SortStableFunc(r.Faults, func(a, b error) int { return cmp.Compare(severity(a), severity(b)) })
	if c.readOnly {
		return r, nil
	}
	if len(put) > 0 {
		if err := c.db.Put(ctx, put); err != nil {
			return r, err
		}
	}
	return r, c.keepHeads()
}

// renamed takes the figures of outcomes whose folder has another name than their
// experiment: what lies there was recorded elsewhere. It names the folders.
func (c *Catalog) renamed(all []found) (faults []error) {
	why := map[string]error{}
	for i, f := range all {
		err, known := why[f.folder]
		if !known {
			err = c.root(f.folder).CheckName(f.Experiment)
			if why[f.folder] = err; err != nil {
				faults = append(faults, Fault(string(c.root(f.folder)), err))
			}
		}
		if err != nil {
			all[i].Outcome = f.AsChanged(err.Error())
		}
		if f.Unpacked { // whatever its author calls it, it is no part of another experiment
			all[i].Experiment = f.folder
		}
	}
	return faults
}

// head is the short digest of the last line of the experiment's log; empty for none.
func (x *experiment) head() string {
	if x.scores == nil {
		return ""
	}
	return results.ShortDigest(x.scores.Head())
}

// experiments lists the folders that hold outcomes of the experiment of the name, and
// those of which the catalog knows no more than a head.
func (c *Catalog) experiments(name string) []string {
	list := map[string]bool{}
	for folder, s := range c.seen {
		experiment, _, _ := strings.Cut(folder, "/")
		of := func(o results.Outcome) bool { return o.Experiment == name }
		if name == "" || experiment == name || slices.ContainsFunc(s.outcomes, of) {
			list[experiment] = true
		}
	}
	for _, folder := range c.heads.Known() {
		if (name == "" || folder == name) && !exists(string(c.root(folder))) {
			list[folder] = true
		}
	}
	return slices.Sorted(maps.Keys(list))
}

// readExperiment looks at every folder of the experiment that the catalog knows, and
// at the trials that the log knows. rows are those that the index lacks.
func (c *Catalog) readExperiment(folder string) (outcomes []results.Outcome, rows []index.Row, faults []error) {
	if root := c.root(folder); !exists(string(root)) {
		return c.lost(folder, root.Gone()), nil, []error{Fault(string(root), root.Gone())}
	}
	x := c.experiment(folder)
	list, why := c.places(folder, x), map[string]error{}
	read := c.lookAt(list)
	var lost []record.Entry
	for _, p := range list {
		s := c.seen[p.folder()]
		outcomes = append(outcomes, s.outcomes...)
		if s.err == nil {
			continue
		}
		if x.err == nil {
			faults = append(faults, Fault(p.Path(), s.err))
		}
		if len(s.outcomes) == 0 {
			lost, why[p.Folder] = append(lost, p.Entry), s.err
		}
	}
	if x.err != nil {
		faults = append(faults, Fault(string(x.root), x.err))
	}
	for _, e := range c.gone(folder, x) {
		why[e.Folder] = e.Gone()
		faults, lost = append(faults, Fault(e.Path(), why[e.Folder])), append(lost, e)
	}
	outcomes = append(outcomes, missing(lost, why, outcomes)...)
	for _, f := range read {
		if c.seen[f].err == nil {
			rows = append(rows, rowsOf(f, c.seen[f])...)
		}
	}
	return outcomes, rows, faults
}

// lost are the outcomes, without figures, of an experiment whose folder is gone.
func (c *Catalog) lost(folder string, why error) (outcomes []results.Outcome) {
	for f, s := range c.seen {
		if strings.HasPrefix(f, folder+"/") {
			outcomes = append(outcomes, changed(s.outcomes, why)...)
		}
	}
	return outcomes
}

// gone lists the trials that the experiment's log knows, that are not there and that
// the catalog knows nothing of.
func (c *Catalog) gone(folder string, x *experiment) (list []record.Entry) {
	if x.scores == nil {
		return nil
	}
	for _, e := range x.scores.Gone() {
		if _, known := c.seen[path.Join(folder, e.Folder)]; !known {
			list = append(list, e)
		}
	}
	return list
}

// places lists the folders of the experiment that the catalog knows. A trial that is
// not there any more and had not ended is forgotten.
func (c *Catalog) places(folder string, x *experiment) []place {
	var list []place
	for _, f := range slices.Sorted(maps.Keys(c.seen)) {
		below, ok := strings.CutPrefix(f, folder+"/")
		if !ok {
			continue
		}
		ended := slices.ContainsFunc(c.seen[f].outcomes, func(o results.Outcome) bool { return o.End != "" || o.Kind == results.OfGiven })
		if !ended && !exists(filepath.Join(c.out, filepath.FromSlash(f))) {
			delete(c.seen, f)
			continue
		}
		list = append(list, place{x, x.root.EntryOf(below)})
	}
	return list
}

// Fault is the error of a folder that is left out. What is no error of a file that
// changed is bad input: somebody has to look at the folder.
func Fault(folder string, err error) error {
	var known *results.Error
	if !errors.As(err, &known) || known.Kind == results.Infrastructure {
		err = results.Bad(err, hintOf(known)...)
	}
	return record.Broken{Folder: folder, Err: err}
}

func hintOf(known *results.Error) []string {
	if known == nil || known.Hint == "" {
		return nil
	}
	return []string{known.Hint}
}

// severity orders faults by their kind: first what cannot be read at all.
func severity(err error) int {
	var known *results.Error
	if errors.As(err, &known) && known.Kind == results.Verification {
		return 1
	}
	return 0
}

// inOrder is the order of the index.
func inOrder(a, b results.Outcome) int {
	return cmp.Or(cmp.Compare(a.Experiment, b.Experiment), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Agent, b.Agent),
		cmp.Compare(a.Workflow, b.Workflow), cmp.Compare(a.Setting, b.Setting), cmp.Compare(a.Domain, b.Domain), cmp.Compare(a.TrialID.Run, b.TrialID.Run))
}

// once counts an outcome that lies in two folders once: in the folder that has the
// experiment's name, else in the first, and in an unpacked bundle only if it lies in no
// other. It says which folders hold copies.
func once(all []found) (list []found, copies []string) {
	slices.SortStableFunc(all, func(a, b found) int {
		own := func(f found) int {
			switch {
			case f.Unpacked:
				return 2
			case f.folder == f.Experiment:
				return 0
			}
			return 1
		}
		return cmp.Or(cmp.Compare(own(a), own(b)), cmp.Compare(a.folder, b.folder))
	})
	first, more := map[string]string{}, map[[2]string]int{}
	for _, f := range all {
		key := identity(f.Outcome)
		if of, twice := first[key]; twice && of != f.folder {
			more[[2]string{f.folder, of}]++
			continue
		}
		first[key] = f.folder
		list = append(list, f)
	}
	for pair, n := range more {
		copies = append(copies, fmt.Sprintf("%s: %d of its outcomes are those of %s, and count once, as those of %s", pair[0], n, pair[1], pair[1]))
	}
	slices.Sort(copies)
	return list, copies
}

// identity is what two copies of an outcome share: the experiment's name and the
// trial, or, of a given submission, whose experiment is its folder's name, the answers.
func identity(o results.Outcome) string {
	of := o.Experiment
	if o.Kind == results.OfGiven && len(o.Finals) > 0 {
		of = fmt.Sprint(o.StudentDigest, o.TaskDigest, o.ProtocolDigest, o.Finals)
	}
	return fmt.Sprint(o.Kind, " ", o.TrialID, " ", of)
}
