package published

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"

	"github.com/autodatabench/autodatabench/results"
)

// Read reads the tables from a folder of CSV files. An error names the file,
// the line and the field.
func Read(dir fs.FS) (Tables, error) {
	var t Tables
	for _, file := range []struct {
		name   string
		header []string
		row    func(*record) error
	}{
		{"table1_main.csv", []string{"workflow", "agent", "setting", "domain", "mats", "gain_pct"}, t.readMain},
		{"table2_human.csv", []string{"method", "source", "pipeline", "teacher", "gain_pct"}, t.readHuman},
		{"table3_base.csv", []string{"domain", "benchmark", "accuracy_pct"}, t.readBase},
		{"table4_raw.csv", []string{"workflow", "agent", "setting", "domain", "run", "mats", "accuracy_pct"}, t.readRaw},
		{"table5_generalization.csv", []string{"workflow", "teacher", "student", "domain", "agent", "gain_pct"}, t.readPair},
	} {
		if err := readFile(dir, file.name, file.header, file.row); err != nil {
			return Tables{}, results.Bad(err)
		}
	}
	return t, nil
}

func (t *Tables) readMain(r *record) error {
	c := MainCell{Row: r.row(), MATS: r.decimal("mats"), Gain: r.decimal("gain_pct")}
	if r.text("domain") == "avg" {
		t.Averages = append(t.Averages, c)
		return r.unique("workflow", "agent", "setting", "domain")
	}
	c.Domain = r.domain()
	t.Main = append(t.Main, c)
	return r.unique("workflow", "agent", "setting", "domain")
}

func (t *Tables) readRaw(r *record) error {
	t.Raw = append(t.Raw, RawRun{
		Row: r.row(), Domain: r.domain(), Run: r.count("run"), MATS: r.decimal("mats"), Accuracy: r.percentage("accuracy_pct"),
	})
	return r.unique("workflow", "agent", "setting", "domain", "run")
}

func (t *Tables) readHuman(r *record) error {
	t.Human = append(t.Human, HumanRow{
		Method: r.text("method"), Source: r.text("source"), Pipeline: r.text("pipeline"), Teacher: r.text("teacher"),
		Gain: r.decimal("gain_pct"),
	})
	return r.unique("method")
}

func (t *Tables) readBase(r *record) error {
	t.Base = append(t.Base, BaseRow{Domain: r.domain(), Benchmark: r.text("benchmark"), Accuracy: r.percentage("accuracy_pct")})
	return r.unique("domain")
}

func (t *Tables) readPair(r *record) error {
	t.Pairs = append(t.Pairs, PairRow{
		Workflow: r.workflow(), Teacher: r.text("teacher"), Student: r.text("student"),
		Domain: r.domain(), Agent: r.text("agent"), Gain: r.decimal("gain_pct"),
	})
	return r.unique("workflow", "teacher", "student", "domain", "agent")
}

// record is one line of a file. Its methods read a field each; the first
// failure is kept and returned by unique.
type record struct {
	header, values []string
	seen           map[string]bool // of the file
	field          string          // where err occurred
	err            error
}

func readFile(dir fs.FS, name string, header []string, row func(*record) error) error {
	f, err := dir.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	in := csv.NewReader(f)
	in.FieldsPerRecord = len(header)
	first, err := in.Read()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if !slices.Equal(first, header) {
		return fmt.Errorf("%s line 1: columns are %q, want %q", name, first, header)
	}
	seen := map[string]bool{}
	for {
		values, err := in.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		r := &record{header: header, values: values, seen: seen}
		if err := row(r); err != nil {
			line, _ := in.FieldPos(0)
			return fmt.Errorf("%s line %d, field %s: %w", name, line, r.field, err)
		}
	}
}

func (r *record) fail(field string, err error) {
	if r.err == nil && err != nil {
		r.field, r.err = field, err
	}
}

func (r *record) text(field string) string {
	value := r.values[slices.Index(r.header, field)]
	if value == "" {
		r.fail(field, errors.New("is empty"))
	}
	return value
}

func (r *record) decimal(field string) Decimal {
	d, err := ParseDecimal(r.text(field))
	r.fail(field, err)
	return d
}

func (r *record) percentage(field string) Decimal {
	d := r.decimal(field)
	if d.Value < 0 || d.Value > 100 {
		r.fail(field, fmt.Errorf("%s is not between 0 and 100", d.Text))
	}
	return d
}

func (r *record) count(field string) int {
	n, err := strconv.Atoi(r.text(field))
	if err == nil && n < 0 {
		err = fmt.Errorf("%d is negative", n)
	}
	r.fail(field, err)
	return n
}

func (r *record) domain() results.Domain {
	d := results.Domain(r.text("domain"))
	r.fail("domain", d.Validate())
	return d
}

func (r *record) workflow() results.Workflow {
	w := results.Workflow(r.text("workflow"))
	r.fail("workflow", w.Validate())
	return w
}

func (r *record) row() Row {
	s := results.Setting(r.text("setting"))
	r.fail("setting", s.Validate())
	return Row{Workflow: r.workflow(), Agent: r.text("agent"), Setting: s}
}

// unique ends the reading of a line: it reports the first field that failed, or
// that an earlier line has the same values in the fields.
func (r *record) unique(fields ...string) error {
	if r.err != nil {
		return r.err
	}
	key := ""
	for _, f := range fields {
		key += strconv.Quote(r.text(f))
	}
	if r.seen[key] {
		r.fail(fields[0], errors.New("the row is there twice"))
	}
	r.seen[key] = true
	return r.err
}
