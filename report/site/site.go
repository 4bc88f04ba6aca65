// Package site makes web pages of a leaderboard and of the trials behind it: a page
// for the board, for each agent, trial, attempt and part of its teacher calls, for
// pairs of rows, for the paper, and for the methods.
//
// The pages work from a folder without a server, and nothing in them comes from
// outside. Each can be read before any script has run; scripts sort, filter and search.
// The same code makes a whole folder ([Site.Write]) and one page at a time
// ([Site.Page]), as a server of pages over running experiments needs it.
//
// All texts of agents, of their code, and of models may be hostile. They reach a page
// through html/template alone, without characters that turn the direction of writing or
// move a cursor, and no page has a script or a style within it. Private items are in no
// page: the package reads trials through report/trial, which has none. It is not for
// statistics and not for ranking; package report has done both.
//
// Invariants: the same source gives the same bytes. Each link leads to a page of the
// site. A trial that cannot be read has a page that says why.
package site

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/report/figure"
	"github.com/autodatabench/autodatabench/report/trial"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
)

// Source is what a site shows.
type Source struct {
	Title   string
	Program string // version of the program, for the foot of each page
	Board   report.Board
	Names   map[string]string // how agents are shown, by agent
	Trials  []Trial
	Left    []string // what is left out of the board, each in a line
	Figures []Figure // beside those of the board
	Paper   *report.Reproduction
	Pages   []Text // of documentation, the page concepts among them
	Live    bool   // a server is behind the pages, which follows running trials

	// View reads a trial, and Questions the public items of its task, none where they
	// are not at hand. Both may be called from several goroutines.
	View      func(context.Context, Trial) (trial.View, error)
	Questions func(Trial) []trial.Question
	// Secret says that a text holds a key. A page of a trial that does is not shown.
	Secret func(text []byte) bool // nil: none is looked for
}

// Trial is a trial's place.
type Trial struct {
	results.TrialID
	Experiment string // its name
	Dir        record.Trial
}

// Figure is a figure with its title and what it is called in an address.
type Figure struct {
	Name, Title string
	Figure      figure.Figure
}

// Text is a page of documentation, in Markdown.
type Text struct {
	Name, Title string
	Markdown    []byte
}

// Site is a site that can be written.
type Site struct {
	Source
	pages  map[string]func() ([]byte, error) // all but those of trials
	trials map[string]Trial                  // by the folder of their pages
	groups []group
	terms  func() map[string]string // what the words of concepts.md mean
}

// New makes the site of the source.
func New(s Source) *Site {
	site := &Site{Source: s, pages: map[string]func() ([]byte, error){}, trials: map[string]Trial{}}
	site.terms = sync.OnceValue(site.glossary)
	for _, t := range s.Trials {
		site.trials[t.folder()] = t
	}
	site.addAssets()
	site.addBoard()
	site.addAgents()
	site.addComparisons()
	site.addPaper()
	site.addTexts()
	return site
}

// Page makes the page at an address such as "index.html". It reports fs.ErrNotExist for
// an address that the site does not have.
func (s *Site) Page(ctx context.Context, address string) ([]byte, error) {
	if make, ok := s.pages[address]; ok {
		return make()
	}
	dir, name := splitAddress(address)
	t, ok := s.trials[dir]
	if !ok {
		return nil, fmt.Errorf("page %s: %w", address, fs.ErrNotExist)
	}
	p, err := s.open(ctx, t)
	if err != nil {
		return nil, err
	}
	return p.page(name)
}

// splitAddress is the folder of an address and the name in it.
func splitAddress(address string) (dir, name string) {
	i := strings.LastIndexByte(address, '/')
	return address[:i+1], address[i+1:]
}

// Write makes all pages and hands each to put, several at a time.
func (s *Site) Write(ctx context.Context, put func(address string, page []byte) error) error {
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(parallel)
	var addresses []string
	for a := range s.pages {
		addresses = append(addresses, a)
	}
	slices.Sort(addresses)
	for _, a := range addresses {
		work.Go(func() error {
			page, err := s.pages[a]()
			if err != nil {
				return fmt.Errorf("page %s: %w", a, err)
			}
			return put(a, page)
		})
	}
	for _, t := range s.Trials {
		work.Go(func() error {
			if err := context.Cause(ctx); err != nil {
				return err
			}
			return s.writeTrial(ctx, t, put)
		})
	}
	return work.Wait()
}

// parallel is how many pages are made at a time.
const parallel = 4

func (s *Site) writeTrial(ctx context.Context, t Trial, put func(string, []byte) error) error {
	p, err := s.open(ctx, t)
	if err != nil {
		return fmt.Errorf("trial %s: %w", t.Dir, err)
	}
	for _, name := range p.names() {
		page, err := p.page(name)
		if err == nil {
			err = put(t.folder()+name, page)
		}
		if err != nil {
			return fmt.Errorf("page %s: %w", t.folder()+name, err)
		}
	}
	return nil
}

// open reads a trial for its pages. One that is broken has a page that says so.
func (s *Site) open(ctx context.Context, t Trial) (*trialPages, error) {
	v, err := s.View(ctx, t)
	if cause := context.Cause(ctx); cause != nil {
		return nil, cause
	}
	p := &trialPages{site: s, trial: t, view: v, broken: err}
	if err == nil {
		p.broken = errors.Join(p.read(), nil)
	}
	return p, nil
}

// folder is where the trial's pages lie.
func (t Trial) folder() string { return trialFolder(t.Experiment, t.TrialID) }

func trialFolder(experiment string, id results.TrialID) string {
	return "trials/" + experiment + "/" + filepath.ToSlash(strings.TrimPrefix(id.Path(), "trials/")) + "/"
}

// TrialPage is the address of a trial's first page, or of that of an attempt, from 1.
func TrialPage(experiment string, id results.TrialID, attempt int) string {
	name := "index.html"
	if attempt > 0 {
		name = attemptPage(attempt)
	}
	return trialFolder(experiment, id) + name
}
