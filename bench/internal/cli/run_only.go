package cli

import (
	"fmt"
	"time"

	"github.com/autodatabench/autodatabench/bench/internal/progress"
	"github.com/autodatabench/autodatabench/bench/internal/recorded"
	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

// runRequest is a request to run an experiment, or some of its trials.
type runRequest struct {
	setup.Request
	agentFiles []string // of which the request's agents were read
	only       []string // words that name trials; none for all
	failed     bool     // the trials that have begun and have no score
	events     string   // where events go; empty for nowhere
	open       bool     // the live pages in a browser
}

// chosen lists the trials that are asked for; nil for all.
func (r runRequest) chosen(f experiment.File) (ids []results.TrialID, err error) {
	if len(r.only) == 0 && !r.failed {
		return nil, nil
	}
	named := map[results.TrialID]bool{}
	for _, name := range r.only {
		found, err := f.Matching(name)
		if err != nil {
			return nil, err
		}
		for _, id := range found {
			named[id] = true
		}
	}
	model, err := recorded.Progress(r.Root, f, f.Trials(), time.Time{})
	if err != nil {
		return nil, err
	}
	for _, id := range f.Trials() {
		if (named[id] || len(named) == 0) && (!r.failed || model.Trial(id).State == progress.Stopped) {
			ids = append(ids, id)
		}
	}
	if ids == nil {
		return nil, results.Bad(fmt.Errorf("%s: no trial that has begun is without its score", r.Root), "see how far they are: autodatabench status "+f.Name)
	}
	return ids, nil
}
