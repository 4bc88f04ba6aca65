package record

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

// Outcome reads the outcome of a trial of the experiment from its files; scores
// that are not there yet are missing from it. Errors: results.Verification when a
// file of a trial that has ended is not what it was.
func (s *Scores) Outcome(t Trial) (results.Outcome, error) {
	state, head, err := t.load()
	if err != nil {
		return results.Outcome{}, err
	}
	if at, err := filepath.Rel(string(s.root), string(t)); err != nil || filepath.ToSlash(at) != state.Spec.Path() {
		return results.Outcome{}, unlike(t.Events(), fmt.Errorf("it is the trial %s, in another's folder", state.Spec.TrialID))
	}
	added, err := s.intact(t, state, head)
	if err != nil {
		return state.Outcome(results.Score{}, nil), err
	}
	base, err := s.Base(state.Spec.Domain)
	if err == nil && !base.Terms.of(state.Spec) {
		err = unlike(string(s.root.Base(state.Spec.Domain).Score()), errors.New("the score of another student or task than the trial's"))
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return state.Outcome(results.Score{}, nil), err
	}
	finals, more, err := s.finals(t, state.Spec)
	if err != nil {
		return state.Outcome(results.Score{}, nil), err
	}
	if s.kept && state.End != "" && !s.knows(state.Spec.TrialID) { // it counts when it is entered
		base, finals = Score{}, nil
	}
	o := state.Outcome(base.Private, finals)
	if o.Audit, err = t.Audited(); err != nil {
		return state.Outcome(results.Score{}, nil), err
	}
	o.Unproven, o.Added = !s.kept, append(added, more...)
	return o, s.identify(&o, state.Spec)
}

// intact checks the seal of a trial that was sealed, as far as its folder or the log
// tell, and lists files of other programs in it. head is the digest of its last event.
func (s *Scores) intact(t Trial, state *results.Trial, head string) (added []string, err error) {
	if !s.kept && state.Spec.Format >= 2 {
		return nil, unlike(s.root.scores(), errors.New("is missing"))
	}
	was, known := s.line(sealOf(state.Spec.TrialID))
	if known {
		if err := s.checkSealed(t, was, head); err != nil {
			return nil, err
		}
	}
	final := disk.Exists(t.join(finalFolder))
	if s.kept && !known && final {
		return nil, unlike(t.join(finalFolder), fmt.Errorf("%s does not know the trial, which has a final score", s.root.scores()))
	}
	if final && !t.SealFile().Exists() {
		return nil, unlike(string(t.SealFile()), errors.New("is missing from a trial that has a final score"))
	}
	if !t.SealFile().Exists() {
		return nil, nil
	}
	if state.End == "" {
		return nil, unlike(string(t.SealFile()), errors.New("is the seal of a trial that has not ended"))
	}
	return t.checkSeal(s.missing)
}

// Rounds reads the private scores of the trial's attempts, as far as `score
// --rounds` has made them.
func (s *Scores) Rounds(t Trial, state *results.Trial) (map[int]results.Score, error) {
	list := map[int]results.Score{}
	for _, a := range state.Attempts {
		score, err := s.Round(t, state.Spec.TrialID, a.N)
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

// GivenOutcomes reads one outcome for each run of the given submission. Errors:
// results.Verification when a file is not what it was.
func (s *Scores) GivenOutcomes(g Given) ([]results.Outcome, error) {
	terms, err := g.Terms().Read()
	if err != nil {
		return nil, err
	}
	if err := CheckFormat(string(g.Terms()), terms.Format); err != nil {
		return nil, err
	}
	if at := s.root.Submission(terms.Name, terms.Domain); filepath.Clean(string(at)) != filepath.Clean(string(g)) {
		return nil, unlike(string(g.Terms()), fmt.Errorf("it is the submission %s on %s, in another's folder", terms.Name, terms.Domain))
	}
	if !s.kept && terms.Format >= 2 {
		return nil, unlike(s.root.scores(), errors.New("is missing"))
	}
	base, err := s.Base(terms.Domain)
	if err != nil {
		return nil, err
	}
	var list []results.Score
	for run := 1; ; run++ {
		score, err := s.Given(g, terms.Name, terms.Domain, run)
		if errors.Is(err, fs.ErrNotExist) {
			break
		}
		if err != nil {
			return nil, err
		}
		if score.Terms.Student != terms.Student.Digest || score.Terms.Task != terms.Task || score.Terms.Recipe != terms.Protocol.Recipe {
			return nil, unlike(string(g.Terms()), errors.New("its scores are of another student, task or recipe"))
		}
		list = append(list, score.Private)
	}
	var outcomes []results.Outcome
	for i, score := range list {
		outcomes = append(outcomes, results.Outcome{
			TrialID: results.TrialID{Domain: terms.Domain, Agent: terms.Name, Run: i + 1}, Kind: results.OfGiven,
			Experiment: filepath.Base(string(s.root)), Suite: terms.Suite, Protocol: terms.Protocol.Name, Modified: terms.Protocol.Modified,
			Student: terms.Student.Name, StudentDigest: results.ShortDigest(terms.Student.Digest),
			ProtocolDigest: results.ProtocolDigest(terms.Protocol), TaskDigest: results.ShortDigest(terms.Task), Valid: true, BasePrivate: base.Private, Finals: []results.Score{score},
			Attempts: 1, ValidAttempts: 1, Failures: map[results.Failure]int{}, Embedded: terms.Student.Embedded,
			Unproven: !s.kept,
		})
	}
	return outcomes, nil
}
