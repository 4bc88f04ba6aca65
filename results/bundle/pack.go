package bundle

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
)

// Options say what goes into a bundle beside what figures are checked with.
type Options struct {
	Program string // version of the program
	Name    string // of the experiment
	Trials  []results.TrialID

	Answers     bool // of the teacher
	Adapters    bool // of the students
	Predictions bool // on private sets: for whoever holds those
	Light       bool // without the ledgers, and the rows of attempts that were not chosen

	Secrets []string // no file that holds one goes
}

// Why a file is left out.
const (
	notAsked    = "was not asked for"
	hasPrivate  = "tells answers of the private set"
	hasSecret   = "holds a key"
	notOfRecord = "is no file of the record"
	isLight     = "is not in a light bundle"
)

// Pack writes the experiment's trials as a bundle to the file at path, whole or not at
// all, and returns its manifest and digest.
func Pack(path string, root record.Experiment, o Options) (m Manifest, digest string, err error) {
	m = Manifest{Format: Format, Program: o.Program, Experiment: o.Name, Trials: o.Trials, Files: []File{}, LeftOut: []Left{}}
	list, err := root.Files(o.Trials)
	if err != nil {
		return m, "", err
	}
	spared, err := o.spared(root)
	if err != nil {
		return m, "", err
	}
	scan := newScanner(o.Secrets)
	for _, l := range list {
		if l.Part == record.Local {
			continue
		}
		at := filepath.Join(string(root), filepath.FromSlash(l.Path))
		file := File{Path: l.Path}
		if file.Sum, err = sumOf(at); err != nil {
			return m, "", err
		}
		why := o.leave(l.Part)
		if why == "" && spared[at] {
			why = isLight
		}
		if why == "" {
			found, err := scan.file(at)
			if err != nil {
				return m, "", err
			}
			if found {
				why = hasSecret
			}
		}
		if why != "" {
			m.LeftOut = append(m.LeftOut, Left{file, why})
			continue
		}
		m.Files = append(m.Files, file)
	}
	if err := m.leftBefore(root); err != nil {
		return m, "", err
	}
	digest, err = write(path, root, &m)
	return m, digest, err
}

// leftBefore adds what the folder lacks since it was unpacked from a bundle.
func (m *Manifest) leftBefore(root record.Experiment) error {
	before, err := root.ReadLeftOut()
	if err != nil || len(before.Files) == 0 {
		return err
	}
	there := map[string]bool{}
	for _, f := range m.Files {
		there[f.Path] = true
	}
	for _, l := range m.LeftOut {
		there[l.Path] = true
	}
	for _, l := range before.Files {
		if !there[l.Path] {
			m.LeftOut = append(m.LeftOut, Left{File{l.Path, Sum{l.Size, l.Digest}}, l.Why})
		}
	}
	slices.SortFunc(m.LeftOut, func(a, b Left) int { return strings.Compare(a.Path, b.Path) })
	return nil
}

// spared are the files of trials that a light bundle lacks: nine tenths of a bundle, with
// which budgets and verdicts are checked, but no score.
func (o Options) spared(root record.Experiment) (map[string]bool, error) {
	list := map[string]bool{}
	if !o.Light {
		return list, nil
	}
	for _, id := range o.Trials {
		dir := root.Trial(id)
		state, err := dir.Load()
		if err != nil {
			return nil, err
		}
		list[dir.Ledger()] = true
		for _, a := range state.Attempts {
			if a.N != state.Best {
				list[string(dir.Attempt(a.N).Submission())] = true
			}
		}
	}
	return list, nil
}

// leave says why a file of the part is left out; empty for one that goes.
func (o Options) leave(part record.Part) string {
	switch {
	case part == record.Answers && !o.Answers, part == record.Adapters && !o.Adapters:
		return notAsked
	case part == record.Predictions && !o.Predictions:
		return hasPrivate
	case part == record.Foreign:
		return notOfRecord
	}
	return ""
}

func sumOf(path string) (s Sum, err error) {
	f, err := os.Open(path)
	if err != nil {
		return s, err
	}
	defer f.Close()
	h := sha256.New()
	s.Size, err = io.Copy(h, f)
	s.Digest = hex.EncodeToString(h.Sum(nil))
	return s, err
}

// write compresses the files and writes the bundle.
func write(path string, root record.Experiment, m *Manifest) (digest string, err error) {
	packed, err := disk.ScratchFile("bundle-")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, disk.Remove(packed)) }()
	if m.Content, err = compress(packed, root, m.Files); err != nil {
		return "", err
	}
	if err := check(*m, Usual()); err != nil {
		return "", results.Bad(fmt.Errorf("pack %s: %w", root, err), "pack single trials")
	}
	manifest, err := disk.Canonical(m)
	if err != nil {
		return "", err
	}
	return disk.Digest(manifest), disk.WriteStream(path, func(w io.Writer) error {
		if err := writeEntry(w, manifestName, int64(len(manifest)), bytes.NewReader(manifest)); err != nil {
			return err
		}
		content, err := os.Open(packed)
		if err != nil {
			return err
		}
		defer content.Close()
		if err := writeEntry(w, contentName, m.Content.Size, content); err != nil {
			return err
		}
		_, err = w.Write(trailer)
		return err
	})
}

// counted is a writer that digests and counts.
type counted struct {
	w io.Writer
	h hash.Hash
	n int64
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.h.Write(p[:n])
	c.n += int64(n)
	return n, err
}

// compress writes the archive of the files to the path.
func compress(path string, root record.Experiment, files []File) (s Sum, err error) {
	f, err := disk.OpenFile(path, os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	out := &counted{w: f, h: sha256.New()}
	enc, err := zstd.NewWriter(out, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedBestCompression))
	if err != nil {
		return s, err
	}
	for _, file := range files {
		if err := copyFile(enc, root, file); err != nil {
			return s, errors.Join(err, enc.Close())
		}
	}
	_, err = enc.Write(trailer)
	err = errors.Join(err, enc.Close())
	return Sum{out.n, hex.EncodeToString(out.h.Sum(nil))}, err
}

// copyFile writes a file of the experiment, which must still be the one that was
// digested.
func copyFile(w io.Writer, root record.Experiment, file File) error {
	f, err := os.Open(filepath.Join(string(root), filepath.FromSlash(file.Path)))
	if err != nil {
		return err
	}
	defer f.Close()
	h := sha256.New()
	if err := writeEntry(w, file.Path, file.Size, io.TeeReader(f, h)); err != nil {
		return err
	}
	if hex.EncodeToString(h.Sum(nil)) != file.Digest {
		return results.Bad(fmt.Errorf("%s: it changed while it was packed", f.Name()), "pack when nothing writes to the experiment")
	}
	return nil
}
