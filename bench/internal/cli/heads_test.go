package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/results/record"
)

// counted is how many outcomes of out have figures.
func counted(t *testing.T, out string) (n int) {
	t.Helper()
	for _, o := range reading(t, out, false).Outcomes {
		if o.Final().Known {
			n++
		}
	}
	return n
}

// The heads of the experiments' logs lie beside the index, so that its removal hides no
// rewritten log. A log of heads that is damaged is named, and the board goes on.
func TestHeadsOutliveTheIndex(t *testing.T) {
	whole := finishedMicro(t)
	remove := func(name string) func(t *testing.T, out string) {
		return func(t *testing.T, out string) {
			if err := os.Remove(filepath.Join(out, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, c := range []struct {
		name string
		do   func(t *testing.T, out string)
		code int
		said string
		good int
	}{
		{"a rewritten log, and no index", func(t *testing.T, out string) {
			forge(t, filepath.Join(out, "micro"))
			remove("results.db")(t, out)
		}, 6, "scores.jsonl: it was rewritten or cut: heads.jsonl", 0},
		{"a broken log of heads", func(t *testing.T, out string) {
			edit(t, filepath.Join(out, "heads.jsonl"), func(data []byte) []byte { return append(data, data...) })
		}, 6, "heads.jsonl line 2", 4},
		{"a changed head", func(t *testing.T, out string) {
			edit(t, filepath.Join(out, "heads.jsonl"), func(data []byte) []byte {
				return bytes.Replace(data, []byte(`"head":"`), []byte(`"head":"f`), 1)
			})
		}, 6, "heads.jsonl beside the experiments has its line f", 0},
		{"no heads", remove("heads.jsonl"), 0, "", 4},
		{"no index", remove("results.db"), 0, "", 4},
	} {
		out := copyTree(t, whole)
		c.do(t, out)
		for _, command := range []string{"reindex", "leaderboard"} {
			code, _, said := in(t, out, command, "--out", ".")
			if code != c.code || !strings.Contains(said, c.said) {
				t.Errorf("%s: %s: exit code %d: %s", c.name, command, code, said)
			}
		}
		if n := counted(t, out); n != c.good {
			t.Errorf("%s: %d outcomes count, want %d", c.name, n, c.good)
		}
	}
}

// Whoever has a published board can ask whether the experiment still has its head.
func TestHeadOfABoard(t *testing.T) {
	out := finishedMicro(t)
	_, board, _ := in(t, out, "leaderboard", "--out", ".")
	found := regexp.MustCompile(`micro ([0-9a-f]{12})`).FindStringSubmatch(board)
	if found == nil {
		t.Fatalf("the board names no head:\n%s", board)
	}
	for _, c := range []struct {
		do   func(t *testing.T, root string)
		head string
		code int
	}{{nil, found[1], 0}, {nil, strings.ToUpper(found[1]), 0}, {nil, "0123456789ab", 6}, {nil, "01", 3}, {forge, found[1], 6}} {
		if c.do != nil {
			c.do(t, filepath.Join(out, "micro"))
		}
		if code, _, said := in(t, out, "status", "--out", ".", "--head", c.head, "micro"); code != c.code {
			t.Errorf("%s: exit code %d, want %d: %s", c.head, code, c.code, said)
		}
	}
}

// An experiment whose folder is gone is shown without figures and named, until reindex
// forgets it.
func TestGoneExperiment(t *testing.T) {
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
	if err := os.RemoveAll(filepath.Join(out, "micro")); err != nil {
		t.Fatal(err)
	}
	const gone = "micro: the experiment that was recorded here is gone"
	if n := counted(t, out); n != 4 {
		t.Errorf("%d outcomes count", n)
	}
	for _, c := range []struct {
		command string
		code    int
	}{{"leaderboard", 6}, {"leaderboard --experiment micro", 6}, {"leaderboard --experiment other", 0}, {"reindex", 6}, {"leaderboard", 0}, {"reindex", 0}} {
		args := strings.Fields(c.command)
		code, _, said := in(t, out, append([]string{args[0], "--out", "."}, args[1:]...)...)
		if code != c.code || strings.Contains(said, gone) != (c.code == 6) {
			t.Errorf("%s: exit code %d: %s", c.command, code, said)
		}
	}
}

// A folder of another name than its experiment's is no result of its own: it is named,
// nothing of it counts, and nothing is added to it.
func TestRenamedExperiment(t *testing.T) {
	out := finishedMicro(t)
	if err := os.Rename(filepath.Join(out, "micro"), filepath.Join(out, "better")); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"leaderboard", "--out", "."}, // before anything looked at the folder's new name
		{"reindex", "--out", "."}, {"leaderboard", "--out", "."}, {"status", "--out", ".", "better"},
		{"resume", "--out", ".", "better"}, {"score", "--out", ".", "better"},
	} {
		if code, _, said := in(t, out, args...); code != 6 || !strings.Contains(said, "better: it is the experiment micro, in a folder of another name") {
			t.Errorf("%s: exit code %d: %s", args[0], code, said)
		}
	}
	if n := counted(t, out); n != 0 {
		t.Errorf("%d outcomes count", n)
	}
}

// The private scores of attempts that were not chosen are in the log, too.
func TestForgedRound(t *testing.T) {
	out := finishedMicro(t)
	s := micro(t, filepath.Join(out, "micro"))
	if _, err := s.Score(context.Background(), true); err != nil {
		t.Fatal(err)
	}
	if code, _, said := in(t, out, "figure", "--out", ".", "--experiment", "micro", "--output", "a.svg", "3"); code != 0 {
		t.Fatal(said)
	}
	better(t, record.Trial(filepath.Join(out, "micro", alpha1)).Round(1))
	code, _, said := in(t, out, "figure", "--out", ".", "--experiment", "micro", "--output", "b.svg", "3")
	if code != 6 || !strings.Contains(said, "final/rounds/1/predictions.jsonl: changed since it was scored") {
		t.Errorf("exit code %d: %s", code, said)
	}
}
