package cli

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"github.com/autodatabench/autodatabench/report/export"
	"github.com/autodatabench/autodatabench/results/bundle"
	"github.com/autodatabench/autodatabench/results/record"
)

func unpacked(t *testing.T) (out string) {
	t.Helper()
	b, err := bundle.Open(absolute(t, bundled), filepath.Join(t.TempDir(), "runs"))
	if err != nil {
		t.Fatal(err)
	}
	out = filepath.Dir(string(b.Root))
	if code, _, said := in(t, out, "reindex", "--out", out); code != 0 {
		t.Fatal(said)
	}
	return out
}

// Every table comes out with the same rows in each format, from an experiment, from its
// trials one by one, and from a second call.
func TestExport(t *testing.T) {
	out := unpacked(t)
	want := map[export.Table]int{}
	for _, format := range export.Formats() {
		code, stdout, said := in(t, out, "export", "--out", out, "--json", "--format", string(format), "--to", "data", "all")
		var files []exportedFile
		if err := json.Unmarshal([]byte(stdout), &files); code != 0 || err != nil || len(files) != len(export.Tables()) {
			t.Fatal(code, err, said, stdout)
		}
		for _, f := range files {
			data, err := os.ReadFile(filepath.Join(out, f.File))
			if err != nil {
				t.Fatal(err)
			}
			if n := countRows(t, format, data); n != f.Rows || n == 0 {
				t.Errorf("%s has %d rows, %d were told", f.File, n, f.Rows)
			}
			if had, known := want[f.Table]; known && had != f.Rows {
				t.Errorf("%s as %s: %d rows, not %d", f.Table, format, f.Rows, had)
			}
			want[f.Table] = f.Rows
			_, again, said := in(t, out, "export", "--out", out, "--format", string(format), "--to", "-", string(f.Table), "fixture/pipeline", "fixture", "fixture/careless")
			if again != string(data) {
				t.Errorf("%s as %s: another export has other bytes: %s", f.Table, format, said)
			}
		}
	}
	if want[export.Trials] != 2 {
		t.Errorf("%d trials", want[export.Trials])
	}
	_, one, _ := in(t, out, "export", "--out", out, "--format", "jsonl", "--to", "-", "attempts", "fixture/pipeline")
	if strings.Contains(one, "careless") || !strings.Contains(one, `"agent":"pipeline"`) {
		t.Errorf("one trial's attempts:\n%s", one)
	}
}

func countRows(t *testing.T, f export.Format, data []byte) int {
	t.Helper()
	switch f {
	case export.CSV:
		records, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return len(records) - 1
	case export.JSONL:
		return bytes.Count(data, []byte("\n"))
	}
	file, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return int(file.NumRows())
}

func TestExportRefuses(t *testing.T) {
	out := unpacked(t)
	for _, c := range []struct {
		said string
		args []string
	}{
		{"want a table: trials", nil},
		{`no table "trial"`, []string{"trial"}},
		{"--format xml", []string{"--format", "xml", "trials"}},
		{"not to standard output", []string{"--to", "-", "all"}},
		{"give --to a file", []string{"--to", "-", "--json", "trials"}},
		{"neither here nor below", []string{"trials", "nobody"}},
		{"neither here nor below", []string{"trials", "nobody/science"}},
		{"there is no experiment", []string{"--out", "nowhere", "trials"}},
		{"format eee has no tables", []string{"--format", "eee", "trials"}},
		{"goes into a folder", []string{"--format", "inspect", "--to", "-"}},
		{"--relationship cousin", []string{"--format", "eee", "--relationship", "cousin"}},
	} {
		code, _, said := in(t, out, append([]string{"export", "--out", out}, c.args...)...)
		if code != 2 && code != 3 || !strings.Contains(said, c.said) {
			t.Errorf("%v: exit code %d: %s", c.args, code, said)
		}
	}
}

// A changed trial has a row without figures in table trials and no other.
func TestExportOfAChangedTrial(t *testing.T) {
	out := unpacked(t)
	changed := filepath.Join(out, "fixture", "trials/science/iterative-scratch/pipeline/run-1/attempts/1/code.py")
	edit(t, changed, func(data []byte) []byte { return append(data, '\n') })
	code, stdout, said := in(t, out, "export", "--out", out, "--format", "jsonl", "--to", "-", "trials")
	if code != 6 || !strings.Contains(said, "code.py") {
		t.Errorf("exit code %d: %s", code, said)
	}
	var rows []export.TrialRow
	for line := range strings.Lines(stdout) {
		var r export.TrialRow
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		if r.Agent == "pipeline" && (r.Changed == "" || r.Accuracy != nil || r.Gain != nil) {
			t.Errorf("%+v", r)
		}
		rows = append(rows, r)
	}
	if len(rows) != 2 {
		t.Errorf("%d rows", len(rows))
	}
	if _, stdout, _ = in(t, out, "export", "--out", out, "--format", "jsonl", "--to", "-", "calls"); strings.Contains(stdout, `"pipeline"`) || stdout == "" {
		t.Error("calls of a changed trial are exported, or none of the other")
	}
}

// Nothing is left of a file that cannot be finished.
func TestExportIsWhole(t *testing.T) {
	out := unpacked(t)
	if err := os.WriteFile(string(record.Experiment(filepath.Join(out, "fixture")).BasePublic("science")), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	code, _, said := in(t, out, "export", "--out", out, "--to", "p.parquet", "predictions")
	left, err := filepath.Glob(filepath.Join(out, "*p.parquet*"))
	if code == 0 || len(left) > 0 || err != nil {
		t.Errorf("exit code %d: %s; there is %v %v", code, said, left, err)
	}
}
