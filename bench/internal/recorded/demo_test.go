package recorded

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/results"
)

var (
	update  = flag.Bool("update", false, "rewrite the demo's tables in the pages")
	demoRun = flag.String("demo", "", "`FOLDER` of experiments whose demo takes the place of the recorded one")
)

const recordedDemo = "testdata/demo.json"

// readmeWidth has room for the title of a table in one line.
const readmeWidth = 120

// demoOutcomes are the outcomes of a run of bench/experiments/demo.yaml.
type demoOutcomes struct {
	Outcomes []results.Outcome `json:"outcomes"`
	Names    map[string]string `json:"names"` // agents' display names
}

// TestDemoPages holds the tables of the demo that README.md and bench/doc/demo.md show:
// they are what this version of the program prints for the recorded outcomes of a run.
// `make recordings` takes new ones, and -update writes the pages.
func TestDemoPages(t *testing.T) {
	if *demoRun != "" {
		takeDemo(t)
	}
	data, err := os.ReadFile(recordedDemo)
	if err != nil {
		t.Fatal(err)
	}
	var demo demoOutcomes
	if err := json.Unmarshal(data, &demo); err != nil {
		t.Fatal(err)
	}
	if len(demo.Outcomes) != 36 {
		t.Fatalf("%d outcomes, want 36: 3 domains, 2 workflows, 3 engineers, 2 runs", len(demo.Outcomes))
	}
	board := report.Leaderboard(demo.Outcomes, report.Options{Names: demo.Names})
	var summary, page bytes.Buffer
	if err := report.WriteIn(&summary, report.Text, board.Only(report.Summary), readmeWidth); err != nil {
		t.Fatal(err)
	}
	if err := report.Write(&page, report.Markdown, board); err != nil {
		t.Fatal(err)
	}
	parts := strings.SplitAfterN(summary.String(), "\n\n", 3) // title, table, notes
	holds(t, "README.md", "demo", "```\n"+parts[0]+strings.TrimSpace(parts[1])+"\n```")
	holds(t, "bench/doc/demo.md", "leaderboard", strings.TrimSpace(page.String()))
}

// takeDemo reads the outcomes of a run.
func takeDemo(t *testing.T) {
	t.Helper()
	outcomes, opts, err := Outcomes(t.Context(), *demoRun, "demo", func(err error) { t.Log(err) })
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(demoOutcomes{outcomes, opts.Names})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(recordedDemo, append(data, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

// holds compares the block of a page between the markers of the name, or rewrites it.
func holds(t *testing.T, page, name, want string) {
	t.Helper()
	path := filepath.Join("..", "..", "..", page)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, opened := strings.Cut(string(data), "<!-- "+name+":begin -->\n")
	got, after, closed := strings.Cut(rest, "<!-- "+name+":end -->")
	if !opened || !closed {
		t.Fatalf("%s has no lines <!-- %s:begin --> and <!-- %s:end -->", page, name, name)
	}
	want = "\n" + want + "\n\n"
	if *update {
		text := before + "<!-- " + name + ":begin -->\n" + want + "<!-- " + name + ":end -->" + after
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s, block %s: -update writes it (-want +got):\n%s", page, name, diff)
	}
}
