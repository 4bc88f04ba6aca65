package cli

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/student/embedded"
)

// The folder of version 1 was made with this arithmetic, and with the kernels that
// OpenBLAS takes on a processor of this kind. Other kernels round differently.
const (
	madeWith   = "OpenBLAS 0.3.21"
	kernelsVar = "OPENBLAS_CORETYPE"
	kernels    = "Haswell"
)

// TestFolderOfVersion1 reads, shows, scores, resumes and replays an experiment
// that the last program before version numbers made and left in the middle: of its
// six trials three are scored, one is sealed, one was killed in the second
// attempt's code after half of its calls, and one had not begun. That program also
// ran the experiment undisturbed. What is left must come out as it did there, to
// the byte.
func TestFolderOfVersion1(t *testing.T) {
	if os.Getenv(kernelsVar) != kernels { // which is read when the program starts
		again := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestFolderOfVersion1$")
		again.Env = append(os.Environ(), kernelsVar+"="+kernels)
		if out, err := again.CombinedOutput(); err != nil {
			t.Errorf("with the kernels of %s: %v\n%s", kernels, err, out)
		}
		return
	}
	dir := t.TempDir()
	unpackTar(t, "testdata/version-1.tar.zst", dir)
	expected := map[string]string{} // digests by path
	if err := disk.ReadJSON(filepath.Join(dir, "expected.json"), &expected); err != nil {
		t.Fatal(err)
	}
	table, err := os.ReadFile(filepath.Join(dir, "expected-table.txt"))
	if err != nil {
		t.Fatal(err)
	}
	root := record.Experiment(filepath.Join(dir, "version-1"))
	here := relabel(t, root)
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
	_, _, said := in(t, dir, "score", "--out", ".", "version-1") // one trial is not sealed
	if !strings.Contains(said, "the trial is not sealed") || !disk.Exists(filepath.Join(dir, "version-1/trials/science/one-shot-scratch/adaptive/run-1/final/1/score.json")) {
		t.Errorf("score says %q", said)
	}
	command("resume", "--out", ".", "version-1")
	if !here {
		return // another arithmetic rounds differently
	}
	for _, trial := range []string{"iterative-scratch/careless", "iterative-scratch/pipeline"} {
		command("run", "--out", "again", "--replay", "version-1/trials/science/"+trial+"/run-1", "--replay-teacher")
	}
	if out := command("table", "--out", ".", "--experiment", "version-1", "1"); !slices.Equal(strings.Fields(out), strings.Fields(string(table))) { // lines may break elsewhere
		t.Errorf("table 1 is\n%s\nwas\n%s", out, table)
	}
	for name, digest := range expected {
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

// relabel reports whether the folder was made with this build's arithmetic. If it
// was not, relabel makes it say so, since a program refuses to go on with another:
// in the lock, the scores and the first event, whose log is chained and whose trial
// is sealed anew.
func relabel(t *testing.T, root record.Experiment) (same bool) {
	t.Helper()
	student, err := embedded.New()
	if err != nil {
		t.Fatal(err)
	}
	now := student.Identity().Arithmetic
	if now == madeWith {
		return true
	}
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
	return false
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
