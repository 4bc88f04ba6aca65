package record

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

// Lock enters the experiment's locks before the first trial, and refuses one that
// changed since it was entered.
func (s *Scores) Lock() error {
	if err := s.CheckLock(); err != nil || !s.kept {
		return err
	}
	file, about := s.root.Lock(), ScoresLine{Kind: ExperimentLocked}
	for n := 2; ; n++ {
		digest, err := disk.DigestFile(string(file))
		if err != nil {
			return err
		}
		about.Lock = digest
		if err := s.enter(about); err != nil {
			return err
		}
		if file, about = s.root.Grown(n), grown(n); !file.Exists() {
			return nil
		}
	}
}

// grown is the line about the experiment's lock n.
func grown(n int) ScoresLine { return ScoresLine{Kind: ExperimentGrown, Number: n} }

// Grown is how many times the log has it that the experiment grew.
func (s *Scores) Grown() (times int) {
	for {
		if _, entered := s.line(grown(times + 2)); !entered {
			return times
		}
		times++
	}
}

// CheckLock refuses a lock that changed since it was entered, and a log that has trials
// and no lock.
func (s *Scores) CheckLock() error {
	was, begun := s.line(ScoresLine{Kind: ExperimentLocked})
	if !begun && len(s.Sealed()) == 0 {
		return nil
	}
	if err := s.checkLock(s.root.Lock(), was, "since the experiment began"); err != nil {
		return err
	}
	for n := 2; ; n++ {
		was, entered := s.line(grown(n))
		if !entered {
			return nil
		}
		if err := s.checkLock(s.root.Grown(n), was, "since the experiment grew"); err != nil {
			return err
		}
	}
}

func (s *Scores) checkLock(file File[Lock], was ScoresLine, since string) error {
	digest, err := disk.DigestFile(string(file))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if was.Lock != digest {
		return unlike(string(file), errors.New("changed "+since))
	}
	return nil
}

// Grow writes the terms with which the experiment goes on, and enters them. was is how
// many locks it had when they were decided on. Errors: another process let it grow
// since; the folder is of version 1, which has no log to enter them into.
func (s *Scores) Grow(was int, l Lock) error {
	if !s.kept {
		return results.Bad(fmt.Errorf("%s: the folder is of format 1, in which an experiment cannot grow", s.root),
			"begin another with the same terms under another name; a board counts the runs of both as one row")
	}
	if err := s.Lock(); err != nil {
		return err
	}
	return s.log.Append(func() ([]any, error) {
		if _, taken := s.line(grown(was + 1)); taken || s.root.Grown(was+1).Exists() {
			return nil, results.Bad(fmt.Errorf("%s: another process let the experiment grow meanwhile", s.root), "give the command again")
		}
		if err := s.root.Grown(was + 1).Write(l); err != nil {
			return nil, err
		}
		line := grown(was + 1)
		var err error
		line.Lock, err = disk.DigestFile(string(s.root.Grown(was + 1)))
		return []any{line}, err
	})
}
