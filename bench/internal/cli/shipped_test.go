package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/bench/internal/submissions"
	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/report/markdown"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

const (
	shipped      = "../../../results/submissions"
	shippedLimit = 5 << 20 // bytes of the program's own submissions together
	boardWidth   = 120     // columns of the README's board
)

// The program's own submissions are small together; whether each keeps to the rules,
// TestSubmissionsOfTheRepository says.
func TestShippedSubmissionsAreSmall(t *testing.T) {
	var total int64
	count := func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			total += info.Size()
		}
		return err
	}
	err := errors.Join(filepath.WalkDir(filepath.Join(shipped, "reference-engineers"), count), filepath.WalkDir(filepath.Join(shipped, "smollm2-135m"), count))
	if err != nil || total > shippedLimit {
		t.Errorf("%d bytes of %d: %v", total, shippedLimit, err)
	}
}

// The README and the page of the submissions show the board that the program makes of
// them; -update writes both.
func TestBoardOfShippedSubmissions(t *testing.T) {
	w := quiet()
	outcomes, opts, err := boardOutcomes(t.Context(), w, leaderboardOptions{submissions: new(string(shipped))})
	if err != nil {
		t.Fatal(err)
	}
	var page bytes.Buffer
	if err := report.Write(&page, report.Markdown, report.Leaderboard(outcomes, opts).Only(report.Summary)); err != nil {
		t.Fatal(err)
	}
	shows(t, filepath.Join(shipped, "README.md"), func(was []byte) ([]byte, error) { return markdown.Replace(was, page.Bytes()) })

	ours := slices.DeleteFunc(slices.Clone(outcomes), func(o results.Outcome) bool { return o.Kind == results.OfPaper })
	var tables []string
	for _, g := range report.Leaderboard(ours, opts).Groups {
		var text bytes.Buffer
		one := report.Board{Groups: []report.Group{g}}
		if err := report.WriteIn(&text, report.Text, one.Only(report.Summary), boardWidth); err != nil {
			t.Fatal(err)
		}
		parts := strings.SplitN(text.String(), "\n\n", 3) // title, table, notes
		tables = append(tables, strings.ReplaceAll(parts[0], "\n", " ")+"\n"+strings.TrimRight(parts[1], "\n"))
	}
	block := "```\n" + strings.Join(tables, "\n\n") + "\n```\n"
	shows(t, "../../../README.md", func(was []byte) ([]byte, error) {
		const begin, end = "<!-- board:begin -->\n", "<!-- board:end -->\n"
		before, rest, _ := strings.Cut(string(was), begin)
		_, after, ok := strings.Cut(rest, end)
		if !ok {
			t.Fatal("the README has no lines for the board")
		}
		return []byte(before + begin + block + end + after), nil
	})
}

// shows holds the page at the path to what change makes of it.
func shows(t *testing.T, path string, change func([]byte) ([]byte, error)) {
	t.Helper()
	was, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	now, err := change(was)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		err = disk.WriteFile(path, now)
	} else if d := cmp.Diff(string(now), string(was)); d != "" {
		t.Errorf("%s is not what the program makes (-update writes it):\n%s", path, d)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A reader looks into the submissions without running anything.
func TestLookIntoShippedSubmissions(t *testing.T) {
	bundles, err := filepath.Glob(filepath.Join(shipped, "*", submissions.BundleFile))
	if err != nil || len(bundles) == 0 {
		t.Fatal(bundles, err)
	}
	out := filepath.Join(t.TempDir(), "others")
	w := setup.World{Stdout: io.Discard, Stderr: os.Stderr, Getenv: func(string) string { return "" }, Width: 100}
	if err := runUnpack(context.Background(), w, unpackOptions{format: report.Text, out: out, files: bundles}); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"leaderboard"}, {"compare", "pipeline/iterative", "careless/iterative"}, {"power", "--experiment", "reference-engineers"},
		{"figure", "--to", filepath.Join(out, "figures"), "--experiment", "reference-engineers", "all"}, {"show", "reference-engineers/science/iterative/pipeline/1"},
		{"site", filepath.Join(out, "pages")}, {"status"},
	} {
		if code, _, said := in(t, filepath.Dir(out), append(args, "--out", out)...); code != 0 {
			t.Errorf("%q: exit code %d: %s", args, code, said)
		}
	}
}
