package recorded

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/report/markdown"
	"github.com/autodatabench/autodatabench/results"
)

var (
	update  = flag.Bool("update", false, "rewrite the demo's tables in the pages")
	demoRun = flag.String("demo", "", "`FOLDER` of experiments whose demo takes the place of the recorded one")
)

const recordedDemo = "testdata/demo.json"

// demoOutcomes are the outcomes of a run of bench/experiments/demo.yaml.
type demoOutcomes struct {
	Outcomes []results.Outcome `json:"outcomes"`
	Names    map[string]string `json:"names"` // agents' display names
}

// TestDemoPage holds the tables of the demo that bench/doc/demo.md shows: they are what
// this version of the program prints for the recorded outcomes of a run.
// `make recordings` takes new ones, and -update writes the page.
func TestDemoPage(t *testing.T) {
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
	var page bytes.Buffer
	if err := report.Write(&page, report.Markdown, board); err != nil {
		t.Fatal(err)
	}
	const path = "../../doc/demo.md"
	was, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	now, err := markdown.Replace(was, page.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		err = os.WriteFile(path, now, 0o644)
	} else if diff := cmp.Diff(string(now), string(was)); diff != "" {
		t.Errorf("%s: -update writes it (-want +got):\n%s", path, diff)
	}
	if err != nil {
		t.Fatal(err)
	}
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
