package export_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"github.com/autodatabench/autodatabench/report/export"
	"github.com/autodatabench/autodatabench/results"
)

var update = flag.Bool("update", false, "rewrite the tables of bench/doc/export.md")

const page = "../../bench/doc/export.md"

// TestPage compares the documentation of the tables with their Go types.
func TestPage(t *testing.T) {
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	got := string(text)
	for _, table := range export.Tables() {
		var b strings.Builder
		b.WriteString("| column | type | holds |\n|---|---|---|\n")
		for _, c := range export.Columns(table) {
			if c.Name == "" || c.Type == "" || c.Doc == "" {
				t.Errorf("%s: a column without name, type or description: %+v", table, c)
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", c.Name, c.Type, c.Doc)
		}
		begin, end := fmt.Sprintf("<!-- columns of %s -->\n", table), "<!-- end -->"
		block := regexp.MustCompile("(?s)" + begin + ".*?" + end)
		if !block.MatchString(got) {
			t.Fatalf("%s has no columns of %s", page, table)
		}
		got = block.ReplaceAllLiteralString(got, begin+b.String()+end)
	}
	if *update {
		if err := os.WriteFile(page, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(text), got); diff != "" {
		t.Errorf("%s is not what the Go types say; rewrite it with -update (-page +types):\n%s", page, diff)
	}
}

// TestTags checks that a column has one name in every format, and that what may be
// missing is optional in Parquet.
func TestTags(t *testing.T) {
	for _, row := range []any{export.TrialRow{}, export.AttemptRow{}, export.CallRow{}, export.SubmissionRow{}, export.PredictionRow{}} {
		for _, f := range reflect.VisibleFields(reflect.TypeOf(row)) {
			if f.Anonymous {
				continue
			}
			name, options, _ := strings.Cut(f.Tag.Get("parquet"), ",")
			if name != f.Tag.Get("json") || strings.Contains(options, "optional") != (f.Type.Kind() == reflect.Pointer) {
				t.Errorf("%T.%s: json %q, parquet %q, %s", row, f.Name, f.Tag.Get("json"), f.Tag.Get("parquet"), f.Type)
			}
		}
	}
}

func outcomes() []results.Outcome {
	id := func(agent string) results.TrialID {
		return results.TrialID{Domain: results.Science, Workflow: results.Iterative, Setting: results.Scratch, Agent: agent, Run: 1}
	}
	scored := results.Outcome{
		TrialID: id("scored"), Kind: results.OfAgent, Experiment: "e\u202e,\"x\"\n=1+1", Valid: true, End: results.EndAttempts, Attempts: 3, ValidAttempts: 2,
		BasePublic: results.Score{Correct: 1, Total: 4}, BasePrivate: results.Score{Correct: 2, Total: 8}, Public: &results.Score{Correct: 3, Total: 4},
		Finals: []results.Score{{Correct: 4, Total: 8}, {Correct: 2, Total: 8}}, Simulated: true, Cost: results.Num(0.25, true),
	}
	running := results.Outcome{TrialID: id("running"), Kind: results.OfAgent, Experiment: "e"}
	return []results.Outcome{scored, running, scored.AsChanged("code.py was changed")}
}

// TestFormatsAgree writes trials with hostile names in all formats and reads them back.
func TestFormatsAgree(t *testing.T) {
	source := export.Source{Outcomes: outcomes()}
	written := map[export.Format][]byte{}
	for _, f := range export.Formats() {
		var b bytes.Buffer
		if n, err := export.Write(&b, f, export.Trials, source); n != 3 || err != nil {
			t.Fatal(n, err)
		}
		written[f] = b.Bytes()
	}
	var lines []export.TrialRow
	for in := json.NewDecoder(bytes.NewReader(written[export.JSONL])); in.More(); {
		var r export.TrialRow
		if err := in.Decode(&r); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, r)
	}
	data := written[export.Parquet]
	rows, err := parquet.Read[export.TrialRow](bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(lines, rows); diff != "" {
		t.Errorf("-jsonl +parquet:\n%s", diff)
	}
	first := lines[0]
	if first.Experiment != outcomes()[0].Experiment || *first.Accuracy != 0.375 || *first.BaseAccuracy != 0.25 || *first.Gain != 50 || *first.Points != 12.5 || *first.MATS != 1.5 || !first.Simulated {
		t.Errorf("%+v", first)
	}
	for _, r := range lines[1:] {
		if r.Accuracy != nil || r.Gain != nil || r.MATS != nil || r.Cost != nil {
			t.Errorf("a figure is there that is not known: %+v", r)
		}
	}
	records, err := csv.NewReader(bytes.NewReader(written[export.CSV])).ReadAll()
	if err != nil || len(records) != 4 {
		t.Fatal(len(records), err)
	}
	for i, c := range export.Columns(export.Trials) {
		if records[0][i] != c.Name {
			t.Errorf("column %d is %s in CSV, want %s", i, records[0][i], c.Name)
		}
		if c.Name == "gain" && (records[1][i] != "50" || records[2][i] != "") {
			t.Errorf("gains in CSV: %q and %q", records[1][i], records[2][i])
		}
	}
}

// TestMemory writes more than may be held: 160 MiB of rows with at most 64 MiB of live
// memory.
func TestMemory(t *testing.T) {
	noise := make([]byte, 1<<20)
	random := rand.New(rand.NewPCG(1, 1))
	for i := range noise {
		noise[i] = byte('0' + random.IntN(64)) // compresses little
	}
	megabyte := string(noise)
	list := make([]results.Outcome, 160)
	for i := range list {
		list[i] = outcomes()[0].AsChanged(megabyte)
	}
	most := &peak{}
	if _, err := export.Write(most, export.Parquet, export.Trials, export.Source{Outcomes: list}); err != nil {
		t.Fatal(err)
	}
	if most.writes < 10 || most.live > 64<<20 {
		t.Errorf("%d writes, at most %d MiB live", most.writes, most.live>>20)
	}
}

// peak is a writer that measures the live memory at each write.
type peak struct {
	writes int
	live   uint64
}

func (p *peak) Write(data []byte) (int, error) {
	if p.writes++; p.writes%16 == 1 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		p.live = max(p.live, m.HeapAlloc)
	}
	return len(data), nil
}

type full struct{}

var errFull = errors.New("disk full")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestFullDisk(t *testing.T) {
	for _, f := range export.Formats() {
		if _, err := export.Write(full{}, f, export.Trials, export.Source{Outcomes: outcomes()}); !errors.Is(err, errFull) {
			t.Errorf("%s: error is %v", f, err)
		}
	}
}
