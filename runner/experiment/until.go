package experiment

import (
	"context"
	"fmt"
	"slices"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
)

// The pairs of entries that an experiment may run until they are decided.
const (
	Top = "top" // of the best with every other
	All = "all"
)

// FirstRuns is how many runs every entry gets before the first look.
const FirstRuns = 2

// Rule says who gets another run (methods.md section 10).
type Rule interface {
	// Looks decides on the outcomes that there are, one look for each round of runs that
	// is whole. The same outcomes give the same looks, and more of them add looks to these.
	Looks(outcomes []results.Outcome) ([]results.Look, error)
}

// untilDecided reports what cannot be.
func (f File) untilDecided() error {
	switch entries := len(f.Agents) * len(f.Workflows) * len(f.Settings); {
	case f.UntilDecided == "":
		return nil
	case f.UntilDecided != Top && f.UntilDecided != All:
		return known("until_decided", f.UntilDecided, Top, All)
	case entries < 2:
		return fmt.Errorf("until_decided: there are no two entries to compare; name two agents, workflows or settings")
	case f.Runs <= FirstRuns:
		return fmt.Errorf("runs: %d: with until_decided this is the most of an entry, which has %d before the first look; want at least %d",
			f.Runs, FirstRuns, FirstRuns+1)
	}
	return nil
}

// rounds does all trials of an experiment. Until its pairs are decided, a round is
// begun only when all trials of the round before have their scores.
func (s *Setup) rounds(ctx context.Context, work func(id results.TrialID) (results.Outcome, error)) ([]results.Outcome, error) {
	trials := s.File.Trials()
	if s.File.UntilDecided == "" {
		return s.each(ctx, trials, work)
	}
	var all []results.Outcome
	told, granted := 0, Grants(s.File, nil)
	for begun := map[results.TrialID]bool{}; ; {
		round := slices.DeleteFunc(slices.Clone(trials), func(id results.TrialID) bool { return begun[id] || !granted(id) })
		for _, id := range round {
			begun[id] = true
		}
		outcomes, err := s.each(ctx, round, work)
		if all = append(all, outcomes...); err != nil {
			return all, err
		}
		looks, err := s.look(all)
		if err != nil {
			return all, err
		}
		for ; told < len(looks); told++ {
			s.Watch.Looked(looks[told])
		}
		if granted = Grants(s.File, looks); !slices.ContainsFunc(trials, func(id results.TrialID) bool { return granted(id) && !begun[id] }) {
			return all, nil
		}
	}
}

// look takes the looks that the outcomes allow, and enters them into the record, which
// refuses any that is not as it was.
func (s *Setup) look(outcomes []results.Outcome) ([]results.Look, error) {
	looks, err := s.Rule.Looks(outcomes)
	if err != nil {
		return nil, fmt.Errorf("who gets another run: %w", err)
	}
	for _, l := range looks {
		if err := s.scores.EnterLook(l); err != nil {
			return nil, err
		}
	}
	return looks, nil
}

// Looks are those that the experiment's record has.
func (s *Setup) Looks() []results.Look { return s.scores.Looks() }

// Grants says which trials the looks have granted so far: the first runs of all
// entries, and then those of the entries that go on.
func Grants(f File, looks []results.Look) func(id results.TrialID) bool {
	most := map[results.Entry]int{}
	for _, l := range looks {
		for _, e := range l.GoOn {
			most[e] = l.Runs + 1
		}
	}
	return func(id results.TrialID) bool {
		return f.UntilDecided == "" || id.Run <= max(FirstRuns, most[id.Entry()])
	}
}

// sparedIn says which trials of the experiment in the folder root the rule gives no run:
// those of entries that the last look left out.
func sparedIn(root record.Experiment, f File) (func(id results.TrialID) bool, error) {
	if f.UntilDecided == "" {
		return func(results.TrialID) bool { return false }, nil
	}
	scores, err := root.OpenScores()
	if err != nil {
		return nil, err
	}
	looks := scores.Looks()
	if len(looks) == 0 {
		return func(results.TrialID) bool { return false }, nil
	}
	granted, last := Grants(f, looks), looks[len(looks)-1]
	return func(id results.TrialID) bool { return !granted(id) && !slices.Contains(last.GoOn, id.Entry()) }, nil
}
