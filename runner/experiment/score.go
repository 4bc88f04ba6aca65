package experiment

import (
	"context"
	"errors"
	"maps"

	"golang.org/x/sync/errgroup"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/runner/final"
)

// Score scores the sealed trials that are there and returns their outcomes in the
// order of Trials. With rounds it also scores the submissions that were not
// chosen. A trial that cannot be scored is reported in the error; the others are
// scored.
func (s *Setup) Score(ctx context.Context, rounds bool) ([]results.Outcome, error) {
	if err := s.CheckScorer(); err != nil {
		return nil, err
	}
	s.Root.Sweep()
	if err := s.openScores(); err != nil {
		return nil, err
	}
	var gone []error
	for _, e := range s.scores.Gone() {
		gone = append(gone, e.Gone())
	}
	scorer := s.scorer()
	outcomes, err := s.each(ctx, s.There(), func(id results.TrialID) (results.Outcome, error) {
		dir, task := s.Root.Trial(id), s.Tasks[id.Domain]
		o, err := s.final(ctx, scorer, id)
		if err == nil && rounds {
			err = scorer.Rounds(ctx, dir, task)
		}
		return o, err
	})
	return outcomes, errors.Join(err, errors.Join(gone...))
}

// final scores a trial that may have been scored before.
func (s *Setup) final(ctx context.Context, scorer *final.Scorer, id results.TrialID) (results.Outcome, error) {
	state, err := s.Root.Trial(id).Load()
	if s.Watch == nil || err != nil { // the scorer says what is wrong with the trial
		return scorer.Trial(ctx, s.Root.Trial(id), s.Tasks[id.Domain])
	}
	return s.score(ctx, scorer, id, state)
}

// There lists the trials that have a folder.
func (s *Setup) There() (ids []results.TrialID) {
	for _, id := range s.File.Trials() {
		if disk.Exists(string(s.Root.Trial(id))) {
			ids = append(ids, id)
		}
	}
	return ids
}

// Evaluate trains the student on the rows of a submission that no agent made,
// once for each run, and scores it.
func (s *Setup) Evaluate(ctx context.Context, g final.Given, d results.Domain, rows []results.Row) ([]results.Outcome, error) {
	if err := s.openScores(); err != nil {
		return nil, err
	}
	return s.scorer().Given(ctx, g, s.Tasks[d], rows, s.File.Runs)
}

// openScores opens the log of seals and scores, and enters the experiment's lock or
// checks it.
func (s *Setup) openScores() (err error) {
	if err := s.Root.Own(); err != nil {
		return err
	}
	if s.scores, err = s.Root.OpenScores(); err != nil {
		return err
	}
	if !s.Root.Lock().Exists() { // of given submissions alone
		return s.scores.CheckLock()
	}
	return s.scores.Lock()
}

// scorer scores with the setup's student and private sets. It scores the base
// student once, so that trials that run at a time share one scorer.
func (s *Setup) scorer() *final.Scorer {
	return &final.Scorer{Root: s.Root, Scores: s.scores, Student: s.Student, Identity: s.Identity, PrivateRoot: s.PrivateRoot, Fits: s.Fits, Keep: final.Keep(s.File.KeepAdapters)}
}

// ready refuses what no trial could be scored with.
func (s *Setup) ready(ctx context.Context) error {
	if err := s.scorer().Ready(maps.Values(s.Tasks)); err != nil {
		return err
	}
	if s.Ready == nil {
		return nil
	}
	return s.Ready(ctx)
}

// each calls work for every trial, as many at a time as the file says, and returns
// the outcomes in the order of ids. A trial that fails stops no other; their
// errors are joined. Once ctx has ended no trial is begun, and its cause is
// returned in place of outcomes.
func (s *Setup) each(ctx context.Context, ids []results.TrialID, work func(id results.TrialID) (results.Outcome, error)) ([]results.Outcome, error) {
	outcomes, faults := make([]results.Outcome, len(ids)), make([]error, len(ids))
	var pool errgroup.Group // without its context, which the first error would end
	pool.SetLimit(s.File.Parallel)
	for i, id := range ids {
		pool.Go(func() error {
			if ctx.Err() == nil { // it may have ended while this trial waited for its place
				outcomes[i], faults[i] = work(id)
			}
			return nil
		})
	}
	pool.Wait()
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	var done []results.Outcome
	for i, o := range outcomes {
		if faults[i] == nil {
			done = append(done, o)
		}
	}
	return done, errors.Join(faults...)
}
