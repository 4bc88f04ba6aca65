// Package pages gathers from a folder of experiments what its web pages show: the
// board, the trials and what was asked of them. Commands site and serve use it.
//
// It is not for drawing, which package report/site does, and not for running anything.
// It changes no file but the index.
package pages

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"sync"

	"github.com/autodatabench/autodatabench/bench/doc"
	"github.com/autodatabench/autodatabench/bench/internal/recorded"
	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/report/site"
	"github.com/autodatabench/autodatabench/report/trial"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/bundle"
	"github.com/autodatabench/autodatabench/results/catalog"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/published"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

// Options say what is gathered.
type Options struct {
	Out        string // folder of experiments
	Experiment string // the only one; empty for all
	Places     setup.Places
	Title      string
	Program    string              // version of the program
	Live       bool                // see [site.Source]
	Getenv     func(string) string // where keys are; nil: none is looked for in the pages
	Warn       recorded.Warn
}

// Gather gathers the source of a site. With a source, the error says what is left out
// of it.
func Gather(ctx context.Context, o Options) (*site.Source, error) {
	var outcomes []results.Outcome
	var opts report.Options
	var left error
	if !o.Live || disk.Exists(record.Index(o.Out)) || !disk.MayWrite(o.Out) { // nothing need have ended yet where trials run
		outcomes, opts, left = recorded.Outcomes(ctx, o.Out, o.Experiment, o.Warn)
	}
	roots, err := experiments(o)
	if err != nil {
		return nil, errors.Join(left, err)
	}
	if outcomes == nil && !o.Live {
		return nil, left
	}
	paper, err := published.Load()
	if err != nil {
		return nil, err
	}
	reproduction := report.Reproduce(paper, report.Options{})
	s := &site.Source{
		Title: o.Title, Program: o.Program, Live: o.Live, Names: opts.Names, Left: lines(left), Paper: &reproduction,
		Board: report.Leaderboard(outcomes, opts),
		Pages: []site.Text{
			{Name: "concepts", Title: "Concepts", Markdown: doc.Concepts},
			{Name: "methods", Title: "Methods", Markdown: doc.Methods},
			{Name: "protocol", Title: "Protocol", Markdown: doc.Protocol},
		},
	}
	r := reader{places: o.Places, shelves: map[string]*shelf{}}
	for _, root := range roots {
		if err := r.add(ctx, s, root); err != nil {
			left = errors.Join(left, err)
			s.Left = append(s.Left, lines(err)...)
		}
	}
	s.View, s.Questions, s.Secret = r.view, r.questions, bundle.Scanner(keys(roots, o.Getenv))
	return s, left
}

// experiments are the folders of the experiments that are shown.
func experiments(o Options) ([]record.Experiment, error) {
	if o.Experiment == "" {
		return record.Experiments(o.Out)
	}
	root, err := record.Find(o.Out, o.Experiment)
	return []record.Experiment{root}, err
}

// keys are the values of the variables that the experiments' definitions name for keys,
// as far as this environment has them.
func keys(roots []record.Experiment, getenv func(string) string) (values []string) {
	if getenv == nil {
		return nil
	}
	for _, root := range roots {
		names, err := setup.KeysOf(root)
		if err != nil {
			continue // the experiment is named as left out
		}
		for _, name := range names {
			values = append(values, getenv(name))
		}
	}
	return values
}

func lines(err error) (list []string) {
	if err == nil {
		return nil
	}
	if many, ok := err.(interface{ Unwrap() []error }); ok { //nolint:errorlint // the errors that were joined, each in a line
		for _, e := range many.Unwrap() {
			list = append(list, lines(e)...)
		}
		return list
	}
	return []string{err.Error()}
}

// reader reads trials for the pages.
type reader struct {
	places  setup.Places
	shelves map[string]*shelf // by experiment; not changed once the source is there
}

// shelf is what is kept of an experiment.
type shelf struct {
	root      record.Experiment
	mu        sync.Mutex // of the catalog
	catalog   *catalog.Catalog
	asked     sync.Mutex
	questions map[results.Domain][]trial.Question
}

// add adds the trials of an experiment that have begun, and its figures over time.
func (r *reader) add(ctx context.Context, s *site.Source, root record.Experiment) error {
	f, _, err := experiment.Recorded(root)
	if err != nil {
		return err
	}
	name := filepath.Base(string(root))
	if err := root.CheckName(f.Name); err != nil {
		return err
	}
	c, err := catalog.Beside(ctx, root)
	if err != nil {
		return err
	}
	ids, err := experiment.Granted(root, f)
	if err != nil {
		return err
	}
	r.shelves[name] = &shelf{root: root, catalog: c, questions: map[results.Domain][]trial.Question{}}
	for _, id := range ids {
		if dir := root.Trial(id); disk.Exists(dir.Events()) {
			s.Trials = append(s.Trials, site.Trial{TrialID: id, Experiment: name, Dir: dir})
		}
	}
	logs, err := recorded.ReadLogs(ctx, filepath.Dir(string(root)), name, nil)
	if err != nil {
		return err
	}
	s.Figures = append(s.Figures,
		site.Figure{Name: name + "-budget", Title: name + ": budgets over time", Figure: report.BudgetFigure(logs.Experiment, logs.Trials, logs.Names)},
		site.Figure{Name: name + "-rounds", Title: name + ": accuracy by submission round", Figure: report.RoundsFigure(logs.Experiment, logs.Trials, logs.Names)})
	return nil
}

func (r *reader) view(_ context.Context, t site.Trial) (trial.View, error) {
	s := r.shelves[t.Experiment]
	if s == nil {
		return trial.View{}, fmt.Errorf("experiment %s: %w", t.Experiment, fs.ErrNotExist)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return trial.ReadFrom(s.catalog, s.root, t.Dir)
}

func (r *reader) questions(t site.Trial) []trial.Question {
	s := r.shelves[t.Experiment]
	if s == nil {
		return nil
	}
	s.asked.Lock()
	defer s.asked.Unlock()
	list, known := s.questions[t.Domain]
	if !known {
		list, _ = Questions(s.root, t.Domain, r.places) // a page without questions names the items
		s.questions[t.Domain] = list
	}
	return list
}

// Questions are the public items of the domain's task, as far as this program has the
// task with which the experiment ran; else there are none.
func Questions(e record.Experiment, d results.Domain, at setup.Places) ([]trial.Question, error) {
	f, _, err := experiment.Recorded(e)
	if err != nil {
		return nil, err
	}
	lock, err := e.ReadLock()
	if err != nil {
		return nil, err
	}
	list, err := setup.LoadTasks(f.Suite, []results.Domain{d}, at)
	var known *results.Error
	if errors.As(err, &known) || err == nil && list[0].Digest != lock.Tasks[d] {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var questions []trial.Question
	for _, item := range list[0].Public {
		questions = append(questions, trial.Question{ID: item.ID, Text: item.Question, Answer: item.Answer})
	}
	return questions, nil
}
