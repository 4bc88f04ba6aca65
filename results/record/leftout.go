package record

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

// LeftOut is left-out.json: from which bundle the experiment's folder was unpacked, and
// what its author left out of it. What was sealed or scored with such a file is compared
// by the digest alone.
type LeftOut struct {
	Bundle string     `json:"bundle"` // digest of the bundle's manifest
	Files  []LeftFile `json:"files"`
}

// LeftFile is a file that was left out.
type LeftFile struct {
	Path   string `json:"path"` // below the experiment's folder, with slashes
	Size   int64  `json:"size"` // in bytes
	Digest string `json:"sha256"`
	Why    string `json:"why"`
}

// ReadLeftOut reads left-out.json; nothing was left out of a folder without one.
func (e Experiment) ReadLeftOut() (LeftOut, error) {
	l, err := e.LeftOut().Read()
	if errors.Is(err, fs.ErrNotExist) {
		return LeftOut{}, nil
	}
	return l, err
}

// Own refuses a folder that was unpacked from a bundle: it is there to be looked at, and
// lacks what a run goes on from.
func (e Experiment) Own() error {
	if !e.LeftOut().Exists() {
		return nil
	}
	return results.Bad(fmt.Errorf("%s: it was unpacked from a bundle, and nothing is added to it", e), "run the experiment itself, from its experiment.yaml, in another folder")
}

// readAbsent takes over what was left out of the folder.
func (s *Scores) readAbsent() error {
	l, err := s.root.ReadLeftOut()
	if err != nil {
		return err
	}
	s.absent = map[string]string{}
	for _, f := range l.Files {
		s.absent[f.Path] = f.Digest
	}
	return nil
}

// missing is the digest of the file at the path, which was left out.
func (s *Scores) missing(at string) (digest string, ok bool) {
	if len(s.absent) == 0 || disk.Exists(at) {
		return "", false
	}
	name, err := filepath.Rel(string(s.root), at)
	if err != nil {
		return "", false
	}
	digest, ok = s.absent[filepath.ToSlash(name)]
	return digest, ok
}

// Lacks reports whether the file at the path was left out of the folder.
func (s *Scores) Lacks(at string) bool {
	_, left := s.missing(at)
	return left
}
