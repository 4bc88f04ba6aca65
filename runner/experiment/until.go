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

// rounds does the chosen trials of an experiment. Until its pairs are decided, a round is
// begun only when all trials of the round before have their scores.
func (s *Setup) rounds(ctx context.Context, work func(id results.TrialID) (results.Outcome, error)) ([]results.Outcome, error) {
	switch {
	case s.Only != nil:
		only := granted(s.Only, s.File, s.Looks())
		if len(only) == 0 {
			return nil, results.Bad(fmt.Errorf("%s: the rule of the experiment gives it no run, or not yet", s.Only[0]), "resume the experiment without --only")
		}
		return s.each(ctx, only, work)
	case s.File.UntilDecided == "":
		return s.each(ctx, s.File.Trials(), work)
	}
	trials, told := s.File.Trials(), 0
	var all []results.Outcome
	for round := granted(trials, s.File, nil); len(round) > 0; {
		outcomes, err := s.each(ctx, round, work)
		if all = append(all, outcomes...); err != nil {
			return all, err
		}
		looks, err := s.look(all)
		if err != nil {
			return all, err
		}
		round = granted(trials, s.File, looks)[len(all):]
		for ; told < len(looks); told++ {
			s.Watch.Looked(looks[told], round)
		}
	}
	return all, nil
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

// granted are the trials that the looks have given so far, round by round: the first runs
// of all entries, and then those of the entries that go on.
func granted(trials []results.TrialID, f File, looks []results.Look) []results.TrialID {
	most := map[results.Entry]int{}
	for _, l := range looks {
		for _, e := range l.GoOn {
			most[e] = l.Runs + 1
		}
	}
	return slices.DeleteFunc(slices.Clone(trials), func(id results.TrialID) bool {
		return f.UntilDecided != "" && id.Run > max(FirstRuns, most[id.Entry()])
	})
}

// Granted lists the trials of the experiment in the folder root that there are to be, as
// far as that is known: until pairs are decided, those that the looks so far gave.
func Granted(root record.Experiment, f File) ([]results.TrialID, error) {
	looks, err := looksIn(root, f)
	return granted(f.Trials(), f, looks), err
}

// looksIn reads the looks in the record of the experiment in the folder root.
func looksIn(root record.Experiment, f File) ([]results.Look, error) {
	if f.UntilDecided == "" || !root.Lock().Exists() {
		return nil, nil
	}
	scores, err := root.OpenScores()
	if err != nil {
		return nil, err
	}
	return scores.Looks(), nil
}

// spared are the trials that the rule gives no run: those of entries that the last look
// left out.
func spared(f File, looks []results.Look) map[results.TrialID]bool {
	out := map[results.TrialID]bool{}
	if len(looks) == 0 {
		return out
	}
	for _, id := range f.Trials() {
		out[id] = !slices.Contains(looks[len(looks)-1].GoOn, id.Entry())
	}
	for _, id := range granted(f.Trials(), f, looks) {
		out[id] = false
	}
	return out
}
