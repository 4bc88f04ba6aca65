//go:build exports

package cli

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// exportsPython is a Python with the programs that read the files of export
// (make export-test).
var exportsPython = flag.String("exports-python", "", "a Python with what bench/exports/requirements.txt pins")

// TestExportsAreRead gives the files of an experiment with public answers, and of a
// recorded one, to the programs that they are for.
func TestExportsAreRead(t *testing.T) {
	check, recorded, dir := absolute(t, "../../exports/check.py"), unpacked(t), t.TempDir()
	secret, _ := secretExperiment(t, dir, "sk-0123456789")
	if code, _, said := in(t, dir, "reindex", "--out", secret); code != 0 {
		t.Fatal(said)
	}
	for name, out := range map[string]string{"public answers": secret, "recorded": recorded} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			for _, args := range [][]string{{"--format", "eee", "--to", "eee"}, {"--format", "inspect", "--to", "inspect"}, {"--format", "jsonl", "--to", "trials.jsonl", "trials"}} {
				if code, _, said := in(t, folder, append([]string{"export", "--out", out, "--private-root", filepath.Join(dir, "private")}, args...)...); code != 0 {
					t.Fatal(said)
				}
			}
			if said, err := readBy(t, check, folder); err != nil {
				t.Fatalf("%v\n%s", err, said)
			}
			spoil(t, folder, "eee/data/*/*/*/*.json", `"evaluator_relationship": "other"`, `"evaluator_relationship": "cousin"`)
			if said, err := readBy(t, check, folder); err == nil || !strings.Contains(said, "evaluator_relationship") {
				t.Errorf("a file against the schema is taken: %v\n%s", err, said)
			}
		})
	}
}

func readBy(t *testing.T, check, folder string) (string, error) {
	t.Helper()
	cmd := exec.Command(*exportsPython, check)
	cmd.Dir = folder
	said, err := cmd.CombinedOutput()
	return string(said), err
}

// spoil replaces a text in the first file of the pattern.
func spoil(t *testing.T, folder, pattern, old, now string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, pattern))
	if err != nil || len(paths) == 0 {
		t.Fatalf("%v, %v", paths, err)
	}
	data, err := os.ReadFile(paths[0])
	if err != nil || !strings.Contains(string(data), old) {
		t.Fatalf("%s: no %s: %v", paths[0], old, err)
	}
	if err := os.WriteFile(paths[0], []byte(strings.Replace(string(data), old, now, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestNotebook runs the notebook's cells on the tables of a recorded experiment.
func TestNotebook(t *testing.T) {
	run, book, out := absolute(t, "../../exports/notebook.py"), absolute(t, "../../doc/results.ipynb"), unpacked(t)
	folder := t.TempDir()
	if code, _, said := in(t, folder, "export", "--out", out, "--to", "data", "all"); code != 0 {
		t.Fatal(said)
	}
	cmd := exec.Command(*exportsPython, run, book)
	cmd.Dir = folder
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	for _, name := range []string{"gain.svg", "gain.png"} {
		if info, err := os.Stat(filepath.Join(folder, name)); err != nil || info.Size() < 5_000 {
			t.Errorf("%s: %v", name, err)
		}
	}
}
