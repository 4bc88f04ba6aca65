package cli

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/student/embedded"
)

// madeWith is the arithmetic of the folder of version 1. Today's rounds differently.
const madeWith = "OpenBLAS 0.3.21"

// TestFolderOfVersion1 reads, shows, scores and resumes an experiment that the last
// program before version numbers made and left in the middle: of its six trials
// three are scored, one is sealed, one was killed in the second attempt's code
// after half of its calls, and one had not begun. As it is, the folder is read and
// shown, and not gone on with, since its arithmetic is gone. With today's in its
// place it is scored and resumed, and what was finished keeps its bytes.
func TestFolderOfVersion1(t *testing.T) {
	dir := t.TempDir()
	unpackTar(t, "testdata/version-1.tar.zst", dir)
	expected := map[string]string{} // digests by path
	if err := disk.ReadJSON(filepath.Join(dir, "expected.json"), &expected); err != nil {
		t.Fatal(err)
	}
	root := record.Experiment(filepath.Join(dir, "version-1"))
	command := func(args ...string) string {
		t.Helper()
		code, out, said := in(t, dir, args...)
		if code != 0 {
			t.Fatalf("%s: exit code %d: %s", strings.Join(args, " "), code, said)
		}
		return out
	}
	if out := command("reindex", "--out", "."); !strings.Contains(out, "5 outcomes") {
		t.Errorf("reindex says %q", out)
	}
	var states struct {
		States map[string]int `json:"states"`
	}
	if err := json.Unmarshal([]byte(command("status", "--out", ".", "--json", "version-1")), &states); err != nil {
		t.Fatal(err)
	}
	if s := states.States; s["scored"] != 3 || s["sealed"] != 1 || s["interrupted"] != 1 || s["waiting"] != 1 {
		t.Errorf("states %v", s)
	}
	command("figure", "--out", ".", "--experiment", "version-1", "3")
	command("prompt", "show", "--trial", "version-1/trials/science/iterative-scratch/adaptive/run-1", "--attempt", "2")
	if code, _, said := in(t, dir, "resume", "--out", ".", "version-1"); code == 0 || !strings.Contains(said, "under other terms") {
		t.Errorf("resumed with another arithmetic: exit code %d, %q", code, said)
	}
	relabel(t, root)
	kept := map[string]string{} // digests of what was finished and does not name the arithmetic
	for name, digest := range expected {
		if now, err := digestThen(t, filepath.Join(string(root), name)); err == nil && now == digest {
			kept[name] = digest
		}
	}
	if len(kept) < len(expected)/3 {
		t.Errorf("only %d of %d files are those of version 1", len(kept), len(expected))
	}
	_, _, said := in(t, dir, "score", "--out", ".", "version-1") // one trial is not sealed
	if !strings.Contains(said, "the trial is not sealed") || !disk.Exists(filepath.Join(dir, "version-1/trials/science/one-shot-scratch/adaptive/run-1/final/1/score.json")) {
		t.Errorf("score says %q", said)
	}
	command("resume", "--out", ".", "version-1")
	for name, digest := range kept {
		if now, err := digestThen(t, filepath.Join(string(root), name)); err != nil || now != digest {
			t.Errorf("%s has other bytes (%v)", name, err)
		}
	}
}

// digestThen is the digest of the file at path without what later programs add:
// a score of suite mini says which of its questions are of one family.
func digestThen(t *testing.T, path string) (string, error) {
	score := record.File[record.Score](path)
	if score != record.Final(filepath.Dir(path)).Score() {
		return disk.DigestFile(path)
	}
	s, err := score.Read()
	if err != nil {
		return "", err
	}
	s.Private.Groups = ""
	then := filepath.Join(t.TempDir(), "score")
	if err := disk.WriteJSON(then, s); err != nil {
		return "", err
	}
	return disk.DigestFile(then)
}

func unpackTar(t *testing.T, path, dir string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	dec, err := zstd.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer dec.Close()
	for r := tar.NewReader(dec); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if header.Typeflag != tar.TypeReg {
			continue
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := disk.WriteFile(filepath.Join(dir, filepath.FromSlash(header.Name)), content); err != nil {
			t.Fatal(err)
		}
	}
}

// relabel makes the folder say that it was made with this build's arithmetic: in the
// lock, the scores and the first event, whose log is chained and whose trial is
// sealed anew.
func relabel(t *testing.T, root record.Experiment) {
	t.Helper()
	student, err := embedded.New()
	if err != nil {
		t.Fatal(err)
	}
	now := student.Identity().Arithmetic
	var sealed []record.Trial
	err = filepath.WalkDir(string(root), func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil || !bytes.Contains(data, []byte(madeWith)) {
			return err
		}
		data = bytes.ReplaceAll(data, []byte(madeWith), []byte(now))
		trial := record.Trial(filepath.Dir(path))
		if path != trial.Events() {
			return os.WriteFile(path, data, 0o644)
		}
		if trial.SealFile().Exists() {
			sealed = append(sealed, trial)
		}
		return rechain(path, data)
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, trial := range sealed {
		final := filepath.Join(string(trial), "final") // with which no trial is sealed
		aside := filepath.Join(t.TempDir(), "final")
		scored := disk.Exists(final)
		if scored {
			err = os.Rename(final, aside)
		}
		if err := errors.Join(err, os.Remove(string(trial.SealFile())), trial.Seal()); err != nil {
			t.Fatal(err)
		}
		if scored {
			if err := os.Rename(aside, final); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// rechain writes the log at path anew with the lines of data.
func rechain(path string, data []byte) error {
	if err := os.Remove(path); err != nil {
		return err
	}
	log, err := disk.OpenLog(path, func([]byte) error { return nil })
	if err != nil {
		return err
	}
	for line := range bytes.Lines(data) {
		if _, err := log.Append(json.RawMessage(line)); err != nil {
			return errors.Join(err, log.Close())
		}
	}
	return log.Close()
}
