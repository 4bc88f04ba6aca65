package record

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/autodatabench/autodatabench/results"
)

// Outcome reads the outcome of a trial of the experiment from its files; scores
// that are not there yet are missing from it.
func (e Experiment) Outcome(t Trial) (results.Outcome, error) {
	state, err := t.Load()
	if err != nil {
		return results.Outcome{}, err
	}
	base, err := e.Base(state.Spec.Domain).Score().Read()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return results.Outcome{}, err
	}
	finals, err := t.finals()
	if err != nil {
		return results.Outcome{}, err
	}
	return state.Outcome(base.Private, finals), nil
}

func (t Trial) finals() ([]results.Score, error) { return scores(t.Final) }

// scores reads the scores of the folders 1, 2, ... until one has none.
func scores(folder func(n int) Final) ([]results.Score, error) {
	var list []results.Score
	for n := 1; ; n++ {
		score, err := folder(n).Score().Read()
		if errors.Is(err, fs.ErrNotExist) {
			return list, nil
		}
		if err != nil {
			return nil, err
		}
		list = append(list, score.Private)
	}
}

// Rounds reads the private scores of the trial's attempts, as far as `score
// --rounds` has made them.
func (t Trial) Rounds(state *results.Trial) (map[int]results.Score, error) {
	list := map[int]results.Score{}
	for _, a := range state.Attempts {
		score, err := t.Round(a.N).Score().Read()
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		list[a.N] = score.Private
	}
	return list, nil
}

// GivenOutcomes reads one outcome for each run of the given submission.
func (e Experiment) GivenOutcomes(g Given) ([]results.Outcome, error) {
	terms, err := g.Terms().Read()
	if err != nil {
		return nil, err
	}
	if err := CheckFormat(string(g.Terms()), terms.Format); err != nil {
		return nil, err
	}
	base, err := e.Base(terms.Domain).Score().Read()
	if err != nil {
		return nil, err
	}
	list, err := scores(g.Run)
	if err != nil {
		return nil, err
	}
	var outcomes []results.Outcome
	for i, score := range list {
		outcomes = append(outcomes, results.Outcome{
			TrialID: results.TrialID{Domain: terms.Domain, Agent: terms.Name, Run: i + 1}, Kind: results.OfGiven,
			Experiment: filepath.Base(string(e)), Suite: terms.Suite, Protocol: terms.Protocol.Name, Modified: terms.Protocol.Modified,
			Student: terms.Student.Name, StudentDigest: results.ShortDigest(terms.Student.Digest),
			ProtocolDigest: results.ProtocolDigest(terms.Protocol), TaskDigest: results.ShortDigest(terms.Task), Valid: true, BasePrivate: base.Private, Finals: []results.Score{score},
			Attempts: 1, ValidAttempts: 1, Failures: map[results.Failure]int{}, Embedded: terms.Student.Embedded,
		})
	}
	return outcomes, nil
}

// Broken is a trial or a given submission that cannot be read.
type Broken struct {
	Folder string
	Err    error
}

// Error names the folder.
func (b Broken) Error() string { return fmt.Sprintf("%s: left out: %v", b.Folder, b.Err) }

// Unwrap returns the cause.
func (b Broken) Unwrap() error { return b.Err }

// All reads the outcomes of every trial and given submission below out, and names
// each one that cannot be read; the others are kept. err is of out itself.
func All(out string) (outcomes []results.Outcome, broken []Broken, err error) {
	experiments, err := holding(out, lockFile, givenFolder)
	if err != nil {
		return nil, nil, err
	}
	if len(experiments) == 0 {
		return nil, nil, results.Bad(fmt.Errorf("%s: there is no experiment", out), "run an experiment first, or give --out")
	}
	for _, e := range experiments {
		read, failed := e.all()
		outcomes, broken = append(outcomes, read...), append(broken, failed...)
	}
	return outcomes, broken, nil
}

func (e Experiment) all() (outcomes []results.Outcome, broken []Broken) {
	err := filepath.WalkDir(string(e), func(path string, entry fs.DirEntry, err error) error {
		dir := filepath.Dir(path)
		switch {
		case err != nil:
			broken = append(broken, Broken{path, err})
		case entry.IsDir():
		case entry.Name() == eventsFile:
			o, err := e.Outcome(Trial(dir))
			if err != nil {
				broken = append(broken, Broken{dir, err})
				return nil
			}
			outcomes = append(outcomes, o)
		case entry.Name() == givenRecordFile:
			list, err := e.GivenOutcomes(Given(dir))
			if err != nil {
				broken = append(broken, Broken{dir, err})
				return nil
			}
			outcomes = append(outcomes, list...)
		}
		return nil
	})
	if err != nil {
		broken = append(broken, Broken{string(e), err})
	}
	return outcomes, broken
}
