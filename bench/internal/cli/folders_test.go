package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
)

// Copies of an experiment beside it are named and count once, as the folder's that has
// its name, whatever happened to the copy.
func TestCopiesCountOnce(t *testing.T) {
	out := finishedMicro(t)
	code, board, said := in(t, out, "leaderboard", "--out", ".", "--format", "csv")
	if code != 0 {
		t.Fatal(said)
	}
	for _, name := range []string{"micro.bak", "a-copy"} {
		if err := os.CopyFS(filepath.Join(out, name), os.DirFS(filepath.Join(out, "micro"))); err != nil {
			t.Fatal(err)
		}
	}
	better(t, record.Trial(filepath.Join(out, "a-copy", alpha1)).Final(1))
	code, _, said = in(t, out, "reindex", "--out", ".")
	if code != 6 || !strings.Contains(said, "micro.bak: 4 of its outcomes are those of micro") || !strings.Contains(said, "a-copy: 4 of its outcomes") ||
		!strings.Contains(said, "a-copy/"+alpha1) {
		t.Errorf("exit code %d: %s", code, said)
	}
	code, now, said := in(t, out, "leaderboard", "--out", ".", "--format", "csv")
	if code != 6 || now != board || !strings.Contains(said, "micro.bak: 4") {
		t.Errorf("exit code %d: %s\n%s", code, said, now)
	}
	code, _, said = in(t, out, "run", "--dry-run", "--out", ".", "--name", "new", "--agent", "direct")
	if code != 0 {
		t.Error(said)
	}
}

// Files that desktops, editors and file servers leave are named, and change nothing.
func TestForeignFilesAreNamed(t *testing.T) {
	out := finishedMicro(t)
	_, board, _ := in(t, out, "leaderboard", "--out", ".", "--format", "csv")
	names := []string{".DS_Store", "attempts/1/.code.py.swp", "attempts/.nfs000001", "final/Thumbs.db", "final/old"}
	for _, name := range names {
		if err := disk.WriteFile(filepath.Join(out, "micro", alpha1, name), []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	for _, command := range []string{"leaderboard", "reindex", "leaderboard"} {
		code, _, said := in(t, out, command, "--out", ".")
		if code != 0 {
			t.Errorf("%s: exit code %d: %s", command, code, said)
		}
		for _, name := range names {
			if !strings.Contains(said, filepath.Join("micro", alpha1, name)+": added by another program, no part of the record; remove it") {
				t.Errorf("%s does not name %s: %s", command, name, said)
			}
		}
	}
	if _, now, _ := in(t, out, "leaderboard", "--out", ".", "--format", "csv"); now != board {
		t.Errorf("the board is another:\n%s", now)
	}
	s := micro(t, filepath.Join(out, "micro"))
	if outcomes, err := s.Run(context.Background()); err != nil || len(outcomes) != 4 {
		t.Errorf("resumed: %d outcomes, %v", len(outcomes), err)
	}
	if err := os.WriteFile(filepath.Join(out, "micro", alpha1, "attempts/1/more.json"), []byte("{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	if code, _, said := in(t, out, "leaderboard", "--out", "."); code != 6 || !strings.Contains(said, "more.json: changed since it was sealed") {
		t.Errorf("a file that is no other program's: exit code %d: %s", code, said)
	}
}

// TestOneBrokenTrial breaks one trial in ways that keep it from being read. Each command
// names it in one line, and shows the others.
func TestOneBrokenTrial(t *testing.T) {
	whole := finishedMicro(t)
	for name, c := range map[string]struct {
		do   func(t *testing.T, root string)
		said string
	}{
		"a cut log": {func(t *testing.T, root string) {
			edit(t, filepath.Join(root, alpha1, "events.jsonl"), func(data []byte) []byte { return append(data[200:], "\n"...) })
		}, "events.jsonl line 1"},
		"a torn score": {func(t *testing.T, root string) {
			edit(t, filepath.Join(root, alpha1, "final/1/score.json"), func(data []byte) []byte { return data[:40] })
		}, "final/1/score.json"},
		"an empty score": {func(t *testing.T, root string) {
			edit(t, filepath.Join(root, alpha1, "final/1/score.json"), func([]byte) []byte { return nil })
		}, "final/1/score.json"},
		"a stray trial": {func(t *testing.T, root string) {
			if err := os.CopyFS(filepath.Join(root, filepath.Dir(alpha1), "run-1 (copy)"), os.DirFS(filepath.Join(root, alpha1))); err != nil {
				t.Fatal(err)
			}
			edit(t, filepath.Join(root, alpha1, "final/1/score.json"), func([]byte) []byte { return nil })
		}, "alpha/run-1"},
	} {
		t.Run(name, func(t *testing.T) {
			out := copyTree(t, whole)
			c.do(t, filepath.Join(out, "micro"))
			for _, command := range []string{"leaderboard --format csv", "status micro", "reindex", "leaderboard --format csv", "figure --experiment micro 3", "table 1"} {
				args := strings.Fields(command)
				code, stdout, said := in(t, out, append([]string{args[0], "--out", "."}, args[1:]...)...)
				if code != 3 || !strings.Contains(said, c.said) {
					t.Errorf("%s: exit code %d: %s", command, code, said)
				}
				if args[0] == "leaderboard" && !strings.Contains(stdout, ",beta,") {
					t.Errorf("the board lacks the other trials:\n%s", stdout)
				}
			}
		})
	}
}

// An experiment whose lock cannot be read is named, and another one goes on.
func TestOneBrokenExperiment(t *testing.T) {
	out := finishedMicro(t)
	other := micro(t, filepath.Join(out, "other"))
	other.File.Name = "other"
	outcomes, err := other.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := putIndex(context.Background(), quiet(), other.Root, outcomes); err != nil {
		t.Fatal(err)
	}
	edit(t, filepath.Join(out, "micro", "experiment.lock.json"), func(data []byte) []byte { return data[:100] })
	otherRanks := regexp.MustCompile(`(?m)^ +1(-2)? `) // though its terms are those of the broken one
	for _, command := range []string{"leaderboard", "reindex", "leaderboard"} {
		code, board, said := in(t, out, command, "--out", ".")
		if code != 3 || strings.Count(said, "micro/experiment.lock.json") != 1 || command == "leaderboard" && !otherRanks.MatchString(board) {
			t.Errorf("%s: exit code %d: %s\n%s", command, code, said, board)
		}
	}
}

// An index that is corrupt is made again by the first command that reads it.
func TestCorruptIndexIsMadeAgain(t *testing.T) {
	whole := finishedMicro(t)
	_, board, _ := in(t, whole, "leaderboard", "--out", ".", "--format", "csv")
	for name, change := range map[string]func(data []byte) []byte{
		"no database": func([]byte) []byte { return bytes.Repeat([]byte("no database "), 1000) },
		"empty":       func([]byte) []byte { return nil },
		"cut":         func(data []byte) []byte { return data[:len(data)/2] },
		"a flipped bit in a figure": func(data []byte) []byte {
			at := bytes.Index(data, []byte(`"finals":[{"correct":`))
			if at < 0 {
				t.Fatal("the index holds no outcome as JSON")
			}
			data[at+len(`"finals":[{"correct":`)+1] ^= 1
			return data
		},
	} {
		out := copyTree(t, whole)
		edit(t, filepath.Join(out, "results.db"), change)
		if code, now, said := in(t, out, "leaderboard", "--out", ".", "--format", "csv"); code != 0 || now != board {
			t.Errorf("%s: exit code %d: %s\n%s", name, code, said, now)
		}
	}
}

// Commands that read work where nothing can be written, and change nothing.
func TestReadOnlyFolders(t *testing.T) {
	whole := finishedMicro(t)
	_, board, _ := in(t, whole, "leaderboard", "--out", ".", "--format", "csv")
	for name, prepare := range map[string]func(out string) error{
		"with an index":    func(string) error { return nil },
		"without an index": func(out string) error { return os.Remove(filepath.Join(out, "results.db")) },
		"with an index of another version": func(out string) error {
			return os.WriteFile(filepath.Join(out, "results.db"), []byte("old"), 0o644)
		},
	} {
		out := copyTree(t, whole)
		if err := prepare(out); err != nil {
			t.Fatal(err)
		}
		readOnly(t, out)
		before := namesIn(t, out)
		for _, command := range []string{"leaderboard --format csv", "status micro", "table 1", "compare alpha beta"} {
			args := strings.Fields(command)
			code, now, said := in(t, t.TempDir(), append([]string{args[0], "--out", out}, args[1:]...)...)
			if code != 0 || args[0] == "leaderboard" && now != board {
				t.Errorf("%s, %s: exit code %d: %s\n%s", name, command, code, said, now)
			}
		}
		if now := namesIn(t, out); now != before {
			t.Errorf("%s: there were %s, and now are %s", name, before, now)
		}
	}
}

func namesIn(t *testing.T, dir string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(names)
}

// readOnly makes the folder one that this process cannot write to.
func readOnly(t *testing.T, dir string) {
	t.Helper()
	if os.Geteuid() == 0 {
		mountReadOnly(t, dir)
		return
	}
	for _, path := range []string{dir, filepath.Join(dir, "micro")} {
		if err := os.Chmod(path, 0o555); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := os.Chmod(path, 0o755); err != nil && !errors.Is(err, os.ErrNotExist) {
				t.Error(err)
			}
		})
	}
}

// A trial that is sealed and was scored nowhere may come from another machine: it is
// scored here. One that was scored there is not.
func TestTrialsOfAnotherMachine(t *testing.T) {
	other, out := finishedMicro(t), t.TempDir()
	from, to := filepath.Join(other, "micro"), filepath.Join(out, "micro")
	for _, name := range []string{"experiment.lock.json", "experiment.yaml", alpha1} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(to, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(filepath.Join(from, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.IsDir() {
			err = os.CopyFS(filepath.Join(to, name), os.DirFS(filepath.Join(from, name)))
		} else {
			var data []byte
			data, err = os.ReadFile(filepath.Join(from, name))
			err = errors.Join(err, os.WriteFile(filepath.Join(to, name), data, 0o644))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	var known *results.Error
	if _, err := micro(t, to).Score(context.Background(), false); !errors.As(err, &known) || known.Kind != results.Verification || !strings.Contains(err.Error(), "does not know the trial") {
		t.Errorf("scored elsewhere: %v", err)
	}
	if err := os.RemoveAll(filepath.Join(to, alpha1, "final")); err != nil {
		t.Fatal(err)
	}
	outcomes, err := micro(t, to).Score(context.Background(), false)
	if err != nil || len(outcomes) != 1 || !outcomes[0].Final().Known {
		t.Errorf("%v, %v", outcomes, err)
	}
}
