package record

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

// Seal writes the trial's seal unless it is there. The trial must have ended.
func (t Trial) Seal() error {
	if t.SealFile().Exists() {
		return nil
	}
	s, err := t.takeSeal()
	if err != nil {
		return fmt.Errorf("seal: %w", err)
	}
	return t.SealFile().Write(s)
}

// CheckSeal reports whether the trial is sealed and unchanged since. Errors:
// results.Verification when a file was changed, added or removed.
func (t Trial) CheckSeal() error {
	was, err := t.SealFile().Read()
	if errors.Is(err, fs.ErrNotExist) {
		return results.Bad(fmt.Errorf("%s: the trial is not sealed", t), "finish it with resume")
	}
	if err != nil {
		return err
	}
	now, err := t.takeSeal()
	if err != nil {
		return err
	}
	for name, digest := range was.Files {
		if now.Files[name] != digest {
			return t.changed(name)
		}
	}
	for name := range now.Files {
		if _, known := was.Files[name]; !known {
			return t.changed(name)
		}
	}
	return nil
}

func (t Trial) changed(name string) error {
	return &results.Error{
		Kind: results.Verification, Hint: "the trial no longer counts; run it again elsewhere",
		Err: fmt.Errorf("%s: changed since it was sealed", t.join(name)),
	}
}

// takeSeal digests everything in the folder but the seal, the final score, the
// writer's lock and files that a killed process left half written.
func (t Trial) takeSeal() (Seal, error) {
	s := Seal{Files: map[string]string{}}
	err := filepath.WalkDir(string(t), func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(string(t), path)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		switch {
		case entry.IsDir() && name == finalFolder:
			return fs.SkipDir
		case entry.IsDir() || name == sealFile || name == writerFile || disk.Unfinished(filepath.Base(name)):
			return nil
		}
		s.Files[name], err = disk.DigestFile(path)
		return err
	})
	if err != nil {
		return s, err
	}
	state, err := t.Load()
	if err != nil {
		return s, err
	}
	if state.End == "" {
		return s, errors.New("the trial has not ended")
	}
	s.Head, err = disk.Head(t.Events())
	return s, err
}
