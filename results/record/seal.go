package record

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

// Seal writes the trial's seal unless it is there. The trial must have ended, and
// no final score may have been made of it.
func (t Trial) Seal() error {
	if t.SealFile().Exists() {
		return nil
	}
	if disk.Exists(t.join(finalFolder)) {
		return unlike(string(t.SealFile()), errors.New("is missing from a trial that has a final score"))
	}
	s, err := t.takeSeal()
	if err != nil {
		return fmt.Errorf("seal: %w", err)
	}
	return t.SealFile().Write(s)
}

// Seal seals the trial and enters that into the log. A trial that the log knows is
// never sealed anew. One with final scores that the log does not know is refused:
// its scores are of another experiment, or the log was cut.
func (s *Scores) Seal(t Trial) error {
	if !s.kept {
		return t.Seal()
	}
	state, head, err := t.load()
	if err != nil {
		return err
	}
	line := sealOf(state.Spec.TrialID)
	was, known := s.line(line)
	if known {
		return s.checkSealed(t, was, head)
	}
	if disk.Exists(t.join(finalFolder)) {
		return unlike(t.join(finalFolder), fmt.Errorf("%s does not know the trial, which has a final score", s.root.scores()))
	}
	if err := t.Seal(); err != nil {
		return err
	}
	if line.Seal, err = disk.DigestFile(string(t.SealFile())); err != nil {
		return err
	}
	line.Head = head
	return s.enter(line)
}

// CheckSealed reports whether the trial is sealed and unchanged since, as its folder
// and the log have it. A sealed trial without scores that the log does not know, as
// of another machine, is entered. Errors: results.BadInput for a trial that is not
// sealed; results.Verification for one that changed.
func (s *Scores) CheckSealed(t Trial) error {
	state, head, err := t.load()
	if err != nil {
		return err
	}
	if _, err := s.intact(t, state, head); err != nil {
		return err
	}
	if !t.SealFile().Exists() {
		return t.notSealed()
	}
	return s.Seal(t)
}

func (t Trial) notSealed() error {
	return results.Bad(fmt.Errorf("%s: the trial is not sealed", t), "finish it with resume")
}

func sealOf(id results.TrialID) ScoresLine {
	return ScoresLine{Kind: TrialSealed, Domain: id.Domain, Trial: &id}
}

// knows reports whether the log has the trial as sealed.
func (s *Scores) knows(id results.TrialID) bool {
	_, known := s.line(sealOf(id))
	return known
}

// checkSealed compares the trial's seal and its last event, of the digest head, with the
// log.
func (s *Scores) checkSealed(t Trial, was ScoresLine, head string) error {
	digest, err := disk.DigestFile(string(t.SealFile()))
	if errors.Is(err, fs.ErrNotExist) {
		return unlike(string(t.SealFile()), errors.New("is missing from a trial that was sealed"))
	}
	if err != nil {
		return err
	}
	if digest != was.Seal {
		return unlike(string(t.SealFile()), errors.New("changed since the trial was sealed"))
	}
	if head != was.Head {
		return unlike(t.Events(), errors.New("changed since the trial was sealed"))
	}
	return nil
}

// CheckSeal reports whether the trial is sealed and unchanged since. Errors:
// results.Verification when a file was changed, added or removed.
func (t Trial) CheckSeal() error {
	_, err := t.checkSeal(here)
	return err
}

// checkSeal is CheckSeal, and lists the files of other programs that were added,
// which are none of the record.
func (t Trial) checkSeal(missing leftOut) (added []string, err error) {
	was, err := t.SealFile().Read()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, t.notSealed()
	}
	if err != nil {
		return nil, err
	}
	names, err := t.names()
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		digest, known := was.Files[name]
		delete(was.Files, name)
		if !known && foreign(name) {
			added = append(added, t.join(name))
			continue
		}
		now, err := disk.DigestFile(t.join(name))
		if err != nil {
			return nil, err
		}
		if now != digest {
			return nil, t.changed(name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(was.Files)) {
		if digest, left := missing(t.join(name)); !left || digest != was.Files[name] {
			return nil, t.changed(name)
		}
	}
	return added, nil
}

func (t Trial) changed(name string) error {
	return &results.Error{
		Kind: results.Verification, Hint: "the trial no longer counts; run it again elsewhere",
		Err: fmt.Errorf("%s: changed since it was sealed", t.join(name)),
	}
}

// takeSeal digests everything in the folder but files of other programs.
func (t Trial) takeSeal() (Seal, error) {
	s := Seal{Files: map[string]string{}}
	state, head, err := t.load()
	if err != nil {
		return s, err
	}
	if state.End == "" {
		return s, errors.New("the trial has not ended")
	}
	names, err := t.names()
	if err != nil {
		return s, err
	}
	for _, name := range names {
		if foreign(name) {
			continue
		}
		if s.Files[name], err = disk.DigestFile(t.join(name)); err != nil {
			return s, err
		}
	}
	s.Head = head
	return s, nil
}

// names lists the files below the folder but the seal, the final score, the audit, the
// writer's lock and files that a killed process left half written.
func (t Trial) names() (names []string, err error) {
	err = filepath.WalkDir(string(t), func(at string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(string(t), at)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		switch {
		case entry.IsDir() && name == finalFolder:
			return fs.SkipDir
		case entry.IsDir() || name == sealFile || name == auditFile || name == writerFile || disk.Unfinished(filepath.Base(name)):
			return nil
		}
		names = append(names, name)
		return nil
	})
	return names, err
}

// foreigners are patterns of files that desktops, editors and file servers leave in
// folders.
var foreigners = []string{".DS_Store", "._*", "Thumbs.db", "desktop.ini", ".directory", "*.swp", "*.swo", "*.swx", ".nfs*", ".#*", "*~"}

// foreign reports whether a file of this name is another program's, and never one of
// the record.
func foreign(name string) bool {
	base := path.Base(name)
	return slices.ContainsFunc(foreigners, func(pattern string) bool {
		ok, err := path.Match(pattern, base)
		return err == nil && ok
	})
}
