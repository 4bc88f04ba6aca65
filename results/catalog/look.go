package catalog

import (
	"errors"
	"runtime"

	"golang.org/x/sync/errgroup"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
)

// lookAt brings what was seen of the places up to date. It returns the folders that
// had to be read again.
func (c *Catalog) lookAt(list []place) (read []string) {
	fresh, again := make([]seen, len(list)), make([]bool, len(list))
	var pool errgroup.Group
	pool.SetLimit(runtime.GOMAXPROCS(0))
	for i, p := range list {
		was := c.seen[p.folder()]
		pool.Go(func() error {
			fresh[i], again[i] = p.look(was)
			return nil
		})
	}
	pool.Wait()
	for i, p := range list {
		c.seen[p.folder()] = fresh[i]
		if again[i] {
			read = append(read, p.folder())
		}
	}
	return read
}

// look reads the place again, unless it is as it was seen.
func (p place) look(was seen) (now seen, again bool) {
	if !exists(p.Path()) {
		err := p.Gone()
		return seen{outcomes: changed(was.outcomes, err), err: err}, false
	}
	stamp, err := p.Stamp()
	if err == nil && p.err == nil && was.stamp == stamp && p.agrees(was.outcomes) {
		return was, false
	}
	if p.scores == nil { // nothing can be said of any folder of the experiment
		return seen{outcomes: changed(was.outcomes, p.err), err: p.err}, false
	}
	now = seen{stamp: stamp}
	now.outcomes, now.err = p.scores.Outcomes(p.Entry)
	if now.err == nil {
		now.err = errors.Join(err, p.err)
	}
	if now.err != nil {
		now.stamp, now.outcomes = "", changed(now.outcomes, now.err)
	}
	return now, true
}

func (p place) agrees(outcomes []results.Outcome) bool {
	for _, o := range outcomes {
		if o.Changed != "" || !p.scores.Agrees(o) {
			return false
		}
	}
	return len(outcomes) > 0
}

// changed are the outcomes without their figures.
func changed(outcomes []results.Outcome, why error) []results.Outcome {
	var list []results.Outcome
	for _, o := range outcomes {
		list = append(list, o.AsChanged(why.Error()))
	}
	return list
}

// missing adds an outcome without figures for each folder of the experiment that has
// none that can be read, so that no mean is taken over the others alone: as far as
// another trial of the same row says what it belongs to.
func missing(entries []record.Entry, why map[string]error, others []results.Outcome) (list []results.Outcome) {
	for _, e := range entries {
		id, ok := e.Trial()
		if !ok {
			continue
		}
		if like := alike(id, others); like != nil {
			o := like.AsChanged(why[e.Folder].Error())
			o.TrialID = id
			list = append(list, o)
		}
	}
	return list
}

// alike is an outcome of the trial's row, on the task of the trial's domain.
func alike(id results.TrialID, others []results.Outcome) *results.Outcome {
	var found *results.Outcome
	task := ""
	for _, o := range others {
		if o.Kind != results.OfAgent {
			continue
		}
		if o.Domain == id.Domain {
			task = o.TaskDigest
		}
		if o.Agent == id.Agent && o.Workflow == id.Workflow && o.Setting == id.Setting && (found == nil || o.Domain == id.Domain) {
			found = &o
		}
	}
	if found != nil {
		found.TaskDigest = task
	}
	return found
}
