package record

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

// ScoresKind says what a line of scores.jsonl records.
type ScoresKind string

// The kinds of line.
const (
	ExperimentLocked ScoresKind = "experiment.locked" // the experiment began
	ExperimentGrown  ScoresKind = "experiment.grown"  // it goes on with more trials
	TrialSealed      ScoresKind = "trial.sealed"
	BaseScored       ScoresKind = "base.scored"  // the base student on a domain's private set
	FinalScored      ScoresKind = "final.scored" // a trial with one final seed
	RoundScored      ScoresKind = "round.scored" // a trial's attempt, whether or not it was chosen
	GivenScored      ScoresKind = "given.scored" // a run of a submission that no agent made
	LookTaken        ScoresKind = "look.taken"   // a rule said who gets another run
)

// ScoresLine is a line of scores.jsonl, without its place in the chain. All digests
// are of whole files, but for adapter, student and task.
type ScoresLine struct {
	Kind ScoresKind `json:"kind"`

	Domain results.Domain   `json:"domain,omitempty"`
	Trial  *results.TrialID `json:"trial,omitempty"`  // of trial.sealed, final.scored and round.scored
	Given  string           `json:"given,omitempty"`  // name of the submission, of given.scored
	Number int              `json:"number,omitempty"` // final seed, attempt, run or look, from 1; of experiment.grown, of the lock, from 2

	Lock string `json:"lock,omitempty"` // digest of the lock, of experiment.locked and experiment.grown; of given.json, of given.scored
	Seal string `json:"seal,omitempty"` // digest of seal.json, of trial.sealed
	Head string `json:"head,omitempty"` // digest of the trial's last event, of trial.sealed

	Rows        string         `json:"rows,omitempty"`        // digest of submission.json in the score's folder
	Adapter     string         `json:"adapter,omitempty"`     // digest of the trained weights; none if the training failed
	Predictions string         `json:"predictions,omitempty"` // digest of predictions.jsonl
	Student     string         `json:"student,omitempty"`     // digest
	Task        string         `json:"task,omitempty"`        // digest
	Score       *results.Score `json:"score,omitempty"`

	Look *results.Look `json:"look,omitempty"` // of look.taken
}

// subject is what the line is about; the log has one line for each.
func (l ScoresLine) subject() string {
	about := string(l.Domain)
	switch {
	case l.Trial != nil:
		about = l.Trial.Path()
	case l.Given != "":
		about = path.Join(l.Given, about)
	}
	return path.Join(string(l.Kind), about, strconv.Itoa(l.Number))
}

// Scores is the log of an experiment's seals and scores, scores.jsonl. A score
// counts only as the log has it. The log names what lies in the folders by digest,
// and its own head stands for all of that. It is safe for concurrent use.
//
// Experiments of version 1 have no log: nothing is entered for them, and their
// scores count as their files have them.
type Scores struct {
	root Experiment
	kept bool // the experiment has a log
	log  *disk.SharedLog

	absent map[string]string // digests of files that were left out of the folder, by path below it

	mu    sync.Mutex
	lines map[string]ScoresLine // by subject
	past  map[string]bool       // every head that the log ever had
	terms *lockedTerms          // of the experiment's rows, once they were asked for
	bases map[results.Domain]baseRead
}

// OpenScores reads the log of the experiment, which it makes when the first line is
// entered. Errors: results.BadInput for a broken chain or a lock that cannot be
// read.
func (e Experiment) OpenScores() (*Scores, error) {
	s := &Scores{root: e, lines: map[string]ScoresLine{}, past: map[string]bool{disk.Digest(nil): true}, bases: map[results.Domain]baseRead{}}
	lock, err := e.ReadLock()
	switch {
	case err == nil:
		s.kept = lock.Format >= 2
	case errors.Is(err, fs.ErrNotExist): // an experiment of given submissions alone
		s.kept = Format >= 2
	default:
		return nil, err
	}
	if err := s.readAbsent(); err != nil {
		return nil, err
	}
	if s.log, err = disk.OpenShared(e.scores(), s.visit); err != nil {
		return nil, err
	}
	s.kept = s.kept || s.log.Len() > 0
	return s, nil
}

// Refresh reads what other processes have entered.
func (s *Scores) Refresh() error { return s.log.Refresh() }

func (s *Scores) visit(line []byte) error {
	var l ScoresLine
	if err := json.Unmarshal(line, &l); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, twice := s.lines[l.subject()]; twice {
		return fmt.Errorf("a second line of %s", l.subject())
	}
	s.lines[l.subject()] = l
	s.past[disk.Digest(line)] = true
	return nil
}

// Head is the digest of the log's last line; empty without a log.
func (s *Scores) Head() string {
	if s.log.Len() == 0 {
		return ""
	}
	return s.log.Head()
}

// Follows refuses a log that does not have the head, which was taken from it before:
// it was rewritten or cut since.
func (s *Scores) Follows(head string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if head == "" || s.past[head] {
		return nil
	}
	return &results.Error{
		Kind: results.Verification, Hint: "put the file back from a copy; if it is " + headsFile + " that changed, remove that",
		Err: fmt.Errorf("%s: it was rewritten or cut: %s beside the experiments has its line %s, which it lacks", s.root.scores(), headsFile, results.ShortDigest(head)),
	}
}

// Had refuses a log that has no line whose digest begins with the digits, which are
// those of a head that somebody has, as from a published leaderboard.
func (s *Scores) Had(digits string) error {
	const least = 8 // digits that nobody finds another line for by chance
	if len(digits) < least {
		return results.Bad(fmt.Errorf("head %q: want at least %d hexadecimal digits", digits, least), "a leaderboard prints 12 below the ranking")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for head := range s.past {
		if strings.HasPrefix(head, strings.ToLower(digits)) {
			return nil
		}
	}
	return unlike(s.root.scores(), fmt.Errorf("it was rewritten or cut, or is another experiment's: it has no line whose digest begins with %s", digits))
}

// line is the line about the same subject as l.
func (s *Scores) line(l ScoresLine) (ScoresLine, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.lines[l.subject()]
	return found, ok
}

// enter makes the line durable. One that is there is not written again, and another
// one about the same subject is refused: what is sealed or scored stays so.
func (s *Scores) enter(l ScoresLine) error {
	if !s.kept {
		return nil
	}
	return s.log.Append(func() ([]any, error) {
		was, there := s.line(l)
		if !there {
			return []any{l}, nil
		}
		same, err := sameDigest(was, l)
		if err == nil && !same {
			err = unlike(s.root.scores(), fmt.Errorf("it has %s with another result than there is now", l.subject()))
		}
		return nil, err
	})
}

func sameDigest(a, b any) (bool, error) {
	x, err := disk.DigestOf(a)
	if err != nil {
		return false, err
	}
	y, err := disk.DigestOf(b)
	return x == y, err
}

// unlike is the error of a file that is not what the record says of it.
func unlike(path string, err error) error {
	return &results.Error{
		Kind: results.Verification, Hint: "put the file back from a copy; what changed no longer counts, and can be run again under another name",
		Err: fmt.Errorf("%s: %w", path, err),
	}
}

// Kept reports whether the experiment has a log.
func (s *Scores) Kept() bool { return s.kept }

// Mark is what a new folder in the experiment says of its version.
func (s *Scores) Mark() int {
	if !s.kept {
		return 0
	}
	return Mark()
}

// EnterLook enters what the experiment's rule decided. It refuses another decision than
// the log has of the look: scores or the rule would have changed since.
func (s *Scores) EnterLook(l results.Look) error {
	return s.enter(ScoresLine{Kind: LookTaken, Number: l.Number, Look: &l})
}

// Looks lists the looks of the experiment's rule, in order.
func (s *Scores) Looks() []results.Look {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []results.Look
	for _, l := range s.lines {
		if l.Kind == LookTaken && l.Look != nil {
			list = append(list, *l.Look)
		}
	}
	slices.SortFunc(list, func(a, b results.Look) int { return cmp.Compare(a.Number, b.Number) })
	return list
}

// Sealed lists the trials that the log knows.
func (s *Scores) Sealed() []results.TrialID {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []results.TrialID
	for _, l := range s.lines {
		if l.Kind == TrialSealed {
			list = append(list, *l.Trial)
		}
	}
	return list
}
