package record

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

// EnterBase enters the base student's score on the domain.
func (s *Scores) EnterBase(d results.Domain) error {
	return s.enterScore(s.root.Base(d), ScoresLine{Kind: BaseScored, Domain: d})
}

// EnterFinal enters the trial's score with final seed k.
func (s *Scores) EnterFinal(id results.TrialID, k int) error {
	return s.enterScore(s.root.Trial(id).Final(k), finalOf(id, k))
}

// EnterRound enters the private score of the trial's attempt n.
func (s *Scores) EnterRound(id results.TrialID, n int) error {
	return s.enterScore(s.root.Trial(id).Round(n), roundOf(id, n))
}

// EnterGiven enters the score of a run of the given submission.
func (s *Scores) EnterGiven(name string, d results.Domain, run int) error {
	g := s.root.Submission(name, d)
	about, err := g.about(name, d, run)
	if err != nil {
		return err
	}
	return s.enterScore(g.Run(run), about)
}

func finalOf(id results.TrialID, k int) ScoresLine {
	return ScoresLine{Kind: FinalScored, Domain: id.Domain, Trial: &id, Number: k}
}

func roundOf(id results.TrialID, n int) ScoresLine {
	return ScoresLine{Kind: RoundScored, Domain: id.Domain, Trial: &id, Number: n}
}

func (g Given) about(name string, d results.Domain, run int) (ScoresLine, error) {
	digest, err := disk.DigestFile(string(g.Terms()))
	return ScoresLine{Kind: GivenScored, Domain: d, Given: name, Number: run, Lock: digest}, err
}

func (s *Scores) enterScore(f Final, l ScoresLine) error {
	if !s.kept {
		return nil
	}
	l, _, err := f.describe(l, here)
	if err != nil {
		return err
	}
	return s.enter(l)
}

// Base reads the base student's score on the domain; see [Scores.score]. All trials of the
// domain ask for it: it is recounted when its files are not as they were.
func (s *Scores) Base(d results.Domain) (Score, error) {
	f, about := s.root.Base(d), ScoresLine{Kind: BaseScored, Domain: d}
	stamp, err := stampOf(string(f))
	if err != nil || len(s.absent) > 0 {
		return s.score(f, about)
	}
	s.mu.Lock()
	read, same := s.bases[d]
	s.mu.Unlock()
	if was, known := s.line(about); same && read.stamp == stamp && known {
		return read.score, f.compare(was, read.line)
	}
	read = baseRead{stamp: stamp}
	if read.score, err = s.score(f, about); err != nil {
		return read.score, err
	}
	if was, known := s.line(about); known { // and the folder has what it says
		read.line = was
		s.mu.Lock()
		s.bases[d] = read
		s.mu.Unlock()
	}
	return read.score, nil
}

// baseRead is a base score as it was read from files of the stamp.
type baseRead struct {
	stamp string
	score Score
	line  ScoresLine
}

// Final reads the trial's score with final seed k; see [Scores.score].
func (s *Scores) Final(t Trial, id results.TrialID, k int) (Score, error) {
	return s.score(t.Final(k), finalOf(id, k))
}

// Round reads the private score of the trial's attempt n; see [Scores.score].
func (s *Scores) Round(t Trial, id results.TrialID, n int) (Score, error) {
	return s.score(t.Round(n), roundOf(id, n))
}

// Given reads the score of a run of the given submission; see [Scores.score].
func (s *Scores) Given(g Given, name string, d results.Domain, run int) (Score, error) {
	about, err := g.about(name, d, run)
	if err != nil {
		return Score{}, err
	}
	if was, known := s.line(about); known && was.Lock != about.Lock {
		return Score{}, unlike(string(g.Terms()), errors.New("changed since the submission was scored"))
	}
	return s.score(g.Run(run), about)
}

// score reads a score that the log has, recounted from its predictions. A score that
// the log does not have is none: it is made again. Errors: fs.ErrNotExist for none;
// results.Verification when a file is not what it was.
func (s *Scores) score(f Final, about ScoresLine) (Score, error) {
	was, known := s.line(about)
	if s.kept && !known {
		return Score{}, &fs.PathError{Op: "find", Path: s.root.scores(), Err: fs.ErrNotExist}
	}
	now, score, err := f.describe(about, s.missing)
	switch {
	case known && errors.Is(err, fs.ErrNotExist):
		return score, unlike(string(f), fmt.Errorf("of the score that the experiment's log has, a file is missing: %v", err))
	case err != nil || !known:
		return score, err
	}
	return score, f.compare(was, now)
}

// describe completes the line with what lies in the folder, whose score it recounts.
func (f Final) describe(l ScoresLine, missing leftOut) (ScoresLine, Score, error) {
	score, err := f.recount(missing)
	if err != nil {
		return l, score, err
	}
	l.Student, l.Task = score.Terms.Student, score.Terms.Task
	l.Score = &score.Private
	if score.Training != nil {
		l.Adapter = score.Training.Digest
	}
	l.Predictions = score.Predictions
	if l.Kind != BaseScored {
		l.Rows, err = disk.DigestFile(string(f.Rows()))
	}
	if l.Kind == RoundScored && errors.Is(err, fs.ErrNotExist) { // the attempt's own, unless it was trained again
		err = nil
	}
	return l, score, err
}

// leftOut is the digest of the file at a path, if it was left out.
type leftOut func(at string) (digest string, ok bool)

// here is of a folder from which nothing was left out.
func here(string) (string, bool) { return "", false }

// recount reads the score, and refuses one that does not follow from the predictions
// beside it, or, where they are left out, from its own items.
func (f Final) recount(missing leftOut) (Score, error) {
	score, err := f.Score().Read()
	if err != nil {
		return score, err
	}
	if digest, left := missing(string(f.Predictions())); left {
		if digest != score.Predictions {
			return score, unlike(string(f.Score()), errors.New("is of other predictions than those that were left out"))
		}
		return score, f.bits(score)
	}
	data, err := os.ReadFile(string(f.Predictions()))
	if err != nil {
		return score, err
	}
	if disk.Digest(data) != score.Predictions {
		return score, unlike(string(f.Predictions()), errors.New("changed since it was scored"))
	}
	correct, err := verdicts(string(f.Predictions()), data)
	if err != nil {
		return score, err
	}
	counted := results.Score{Total: len(correct)}
	for _, right := range correct {
		if right {
			counted.Correct++
		}
	}
	if counted.Items = results.ItemsOf(correct); score.Private.Items == "" { // of old folders
		counted.Items = ""
	}
	counted.Groups = score.Private.Groups // the answers do not tell
	if same, err := sameDigest(counted, score.Private); err != nil || !same {
		return score, errors.Join(err, unlike(string(f.Score()), fmt.Errorf("says %d of %d correct, the predictions beside it %d of %d",
			score.Private.Correct, score.Private.Total, counted.Correct, counted.Total)))
	}
	return score, nil
}

// verdicts are those of the answers alone, of which a board has millions.
func verdicts(path string, data []byte) (correct []bool, err error) {
	type verdict struct {
		Correct bool `json:"correct"`
	}
	_, err = eachLine(path, data, func(_ []byte, v verdict) error {
		correct = append(correct, v.Correct)
		return nil
	})
	return correct, err
}

// compare refuses what differs from the log's line, and names the file that holds it.
func (f Final) compare(was, now ScoresLine) error {
	switch {
	case was.Predictions != now.Predictions:
		return unlike(string(f.Predictions()), errors.New("changed since it was scored"))
	case was.Rows != now.Rows:
		return unlike(string(f.Rows()), errors.New("changed since it was scored"))
	}
	same, err := sameDigest(was, now)
	if err == nil && !same {
		err = unlike(string(f.Score()), errors.New("changed since it was scored"))
	}
	return err
}

// finals reads the trial's final scores, one for each final seed, as far as they are
// there. A folder of a further seed is refused. Entries that nothing reads are listed.
func (s *Scores) finals(t Trial, spec results.Spec) (list []results.Score, added []string, err error) {
	entries, err := os.ReadDir(t.join(finalFolder))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, err
	}
	seeds := spec.Protocol.FinalSeeds
	for _, entry := range entries {
		k, err := strconv.Atoi(entry.Name())
		switch {
		case entry.Name() == roundsFolder && entry.IsDir():
		case err != nil || strconv.Itoa(k) != entry.Name() || foreign(entry.Name()):
			added = append(added, t.join(finalFolder, entry.Name()))
		case k < 1 || k > seeds:
			return nil, nil, unlike(t.join(finalFolder, entry.Name()), fmt.Errorf("a score of a trial that has %d", seeds))
		}
	}
	for k := 1; k <= seeds; k++ {
		score, err := s.Final(t, spec.TrialID, k)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, added, nil // it is not scored yet
		}
		if err != nil {
			return nil, nil, err
		}
		if !score.Terms.of(spec) {
			return nil, nil, unlike(string(t.Final(k).Score()), errors.New("the score of another student or task than the trial's"))
		}
		list = append(list, score.Private)
	}
	return list, added, nil
}

// of reports whether a score was made with the trial's student and task. Old folders
// of version 1 do not say.
func (t Terms) of(spec results.Spec) bool {
	return t == Terms{} || t.Student == spec.StudentDigest && t.Task == spec.TaskDigest
}
