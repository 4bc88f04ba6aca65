package runner

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

// Seal lists the digest of every file of the trial before its private score.
type Seal struct {
	Files map[string]string `json:"files"` // path below the trial folder -> sha256
	Head  string            `json:"head"`  // digest of the last event
}

// seal writes seal.json unless it is there.
func seal(dir string) error {
	path := filepath.Join(dir, SealFile)
	if disk.Exists(path) {
		return nil
	}
	s, err := takeSeal(dir)
	if err != nil {
		return fmt.Errorf("seal: %w", err)
	}
	return disk.WriteJSON(path, s)
}

// Sealed reports whether the trial in dir is sealed and unchanged since.
// Errors: results.Verification when a file was changed, added or removed.
func Sealed(dir string) error {
	var was Seal
	path := filepath.Join(dir, SealFile)
	if err := disk.ReadJSON(path, &was); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return results.Bad("finish it with resume", fmt.Errorf("%s: the trial is not sealed", dir))
		}
		return err
	}
	now, err := takeSeal(dir)
	if err != nil {
		return err
	}
	for name, digest := range was.Files {
		if now.Files[name] != digest {
			return changed(dir, name)
		}
	}
	for name := range now.Files {
		if _, known := was.Files[name]; !known {
			return changed(dir, name)
		}
	}
	return nil
}

func changed(dir, name string) error {
	return &results.Error{
		Kind: results.Verification, Hint: "the trial no longer counts; run it again elsewhere",
		Err: fmt.Errorf("%s: changed since it was sealed", filepath.Join(dir, name)),
	}
}

// takeSeal digests everything below dir but the seal, the final score, the lock
// and temporary files.
func takeSeal(dir string) (Seal, error) {
	s := Seal{Files: map[string]string{}}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		switch {
		case entry.IsDir() && name == "final":
			return fs.SkipDir
		case entry.IsDir() || name == SealFile || name == disk.LockFile || temporary(filepath.Base(name)):
			return nil
		}
		s.Files[name], err = disk.DigestFile(path)
		return err
	})
	if err != nil {
		return s, err
	}
	log, err := Load(dir)
	if err != nil {
		return s, err
	}
	if log.End == "" {
		return s, errors.New("the trial has not ended")
	}
	s.Head, err = headOf(dir)
	return s, err
}

// temporary reports a file that a killed process left half written, for a file
// of the trial or for its lock.
func temporary(name string) bool {
	return strings.HasPrefix(name, ".new-") || strings.HasPrefix(name, ".lock-")
}

func headOf(dir string) (string, error) {
	head := ""
	err := disk.ReadLog(filepath.Join(dir, EventsFile), func(line []byte) error {
		head = disk.Digest(line)
		return nil
	})
	return head, err
}
