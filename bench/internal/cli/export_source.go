package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/autodatabench/autodatabench/bench/internal/pages"
	"github.com/autodatabench/autodatabench/bench/internal/recorded"
	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report/export"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/bundle"
	"github.com/autodatabench/autodatabench/results/record"
)

// exportSource gathers what the options name. A trial that changed keeps a row without
// figures in table trials, and has none in the others; the error names it. So has one
// whose folder holds a key.
func exportSource(ctx context.Context, w setup.World, o exportOptions) (*export.Source, error) {
	chosen, err := chosenExperiments(o)
	if err != nil {
		return nil, err
	}
	s := &export.Source{Public: func(t export.Trial) (map[string]export.Question, error) {
		list, err := pages.Questions(t.Root, t.Outcome.Domain, o.places)
		questions := map[string]export.Question{}
		for _, q := range list {
			questions[q.ID] = export.Question{Text: q.Text, Answer: q.Answer}
		}
		return questions, err
	}}
	var left error
	for _, x := range chosen {
		at, err := filepath.Abs(string(x.root)) // it may be "."
		if err != nil {
			return nil, err
		}
		r, err := recorded.Read(ctx, filepath.Dir(at), filepath.Base(at))
		if err != nil {
			return nil, errors.Join(left, err)
		}
		left = errors.Join(left, recorded.Left(r, warnings(w)))
		keys, err := secretsOf(w, x.root, nil)
		if err != nil {
			return nil, errors.Join(left, err)
		}
		lock, err := x.root.ReadLock()
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, errors.Join(left, err)
		}
		for _, outcome := range r.Outcomes {
			dir := x.root.Trial(outcome.TrialID)
			if len(x.trials) > 0 && !slices.Contains(x.trials, dir) {
				continue
			}
			s.Outcomes = append(s.Outcomes, outcome)
			secret, err := bundle.FindSecret(string(dir), keys)
			if err != nil {
				return nil, errors.Join(left, err)
			}
			if secret != "" {
				fmt.Fprintf(w.Stderr, "note: %s holds a key: texts of this trial are left out\n", secret)
			}
			if outcome.Kind == results.OfAgent && outcome.Changed == "" && secret == "" {
				model, err := modelBehind(x.root, lock, outcome.Agent)
				if err != nil {
					return nil, errors.Join(left, err)
				}
				s.Trials = append(s.Trials, export.Trial{Root: x.root, Dir: dir, Outcome: outcome, Model: model, Version: lock.Version})
			}
		}
	}
	return s, left
}

// chosenExperiment is an experiment of which all trials, or some, are exported.
type chosenExperiment struct {
	root   record.Experiment
	trials []record.Trial // none for all
}

// chosenExperiments are those that the options name, each once.
func chosenExperiments(o exportOptions) (list []chosenExperiment, err error) {
	if len(o.names) == 0 {
		roots, err := record.Experiments(o.out)
		if err == nil && len(roots) == 0 {
			err = record.NoExperiment(o.out)
		}
		for _, root := range roots {
			list = append(list, chosenExperiment{root: root})
		}
		return list, err
	}
	for _, name := range o.names {
		x := chosenExperiment{}
		if x.root, err = record.Find(o.out, name); err != nil {
			var dir record.Trial
			if x.root, dir, err = record.FindTrial(o.out, name); err != nil {
				return nil, err
			}
			x.trials = []record.Trial{dir}
		}
		at := slices.IndexFunc(list, func(y chosenExperiment) bool { return y.root == x.root })
		switch {
		case at < 0:
			list = append(list, x)
		case x.trials == nil || list[at].trials == nil:
			list[at].trials = nil // the whole experiment was named, too
		default:
			list[at].trials = append(list[at].trials, x.trials...)
		}
	}
	return list, nil
}
