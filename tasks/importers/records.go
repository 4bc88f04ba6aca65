package importers

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

// row is a record of a published file.
type row struct {
	file   string
	name   string // of the file, as the manifest has it
	line   int    // of its beginning; the number of the row in a Parquet file
	number int    // of the record in its file, from 1
	total  int    // of the rows of the set that the file is a page of, if it says so
	fields map[string]json.RawMessage
}

// table is a published file.
type table struct {
	name string // relative to the path given
	path string
	rows []row
}

// used are the fields that any importer reads. The others may be large: LiveCodeBench
// has gigabytes of tests.
var used = []string{
	"problem_text", "answer_number", "unit", "source", "problemid", "solution", "content", "summary",
	"question_id", "question_content", "function_name", "test_id", "starter_code", "difficulty", "test", "input", "answer", "platform",
	"question", "input_output", "context", "ground_truth", "level",
}

// keepUsed forgets what is not used, and of TACO's tests all but that they are
// there.
func keepUsed(fields map[string]json.RawMessage) {
	for name := range fields {
		if !slices.Contains(used, name) {
			delete(fields, name)
		} else if name == "input_output" {
			fields[name] = nil
		}
	}
}

// at is where the row stands, in the words of the manifest.
func (r row) at() string { return fmt.Sprintf("%s:%d", r.name, r.line) }

// fault is an error at a row.
func (r row) fault(format string, args ...any) error {
	reason := fmt.Sprintf(format, args...)
	if r.number > 0 && r.number != r.line {
		reason += fmt.Sprintf(" (record %d)", r.number)
	}
	return results.Bad(fmt.Errorf("%s:%d: %s", r.file, r.line, reason))
}

// finite refuses a text that is a number, but no finite one.
func (r row) finite(name, text string) error {
	x, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if errors.Is(err, strconv.ErrRange) || err == nil && (math.IsNaN(x) || math.IsInf(x, 0)) {
		return r.fault("field %q: %q is no finite number", name, text)
	}
	return nil
}

// text is a field that must be a string.
func (r row) text(name string) (string, error) {
	raw, ok := r.fields[name]
	if !ok {
		return "", r.fault("field %q is missing", name)
	}
	var s *string
	if err := json.Unmarshal(raw, &s); err != nil || s == nil {
		return "", r.fault("field %q must be a text", name)
	}
	return *s, nil
}

// optional is a text field that may be missing or null.
func (r row) optional(name string) string {
	var s string
	if json.Unmarshal(r.fields[name], &s) != nil {
		return ""
	}
	return s
}

// scalar is a field that is a text, a number or true or false, as text.
func (r row) scalar(name string) (string, error) {
	raw, ok := r.fields[name]
	var v any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if !ok || d.Decode(&v) != nil || v == nil {
		return "", r.fault("field %q is missing", name)
	}
	switch v.(type) {
	case string, json.Number, bool:
		return fmt.Sprint(v), nil
	}
	return "", r.fault("field %q must be a text or a number", name)
}

// readTables reads the files at path that hold records with the needed fields:
// a file, or all of a folder in the order of their names. Of a folder, files
// with other records, or with none, are named in others.
func readTables(path string, needs ...string) (tables []table, others []string, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, results.Bad(fmt.Errorf("import: %w", err))
	}
	names := []string{"."}
	if info.IsDir() {
		if names, err = dataFiles(path); err != nil {
			return nil, nil, results.Bad(fmt.Errorf("import: %w", err))
		}
	}
	for _, name := range names {
		t := table{name: filepath.ToSlash(name), path: filepath.Join(path, name)}
		if !info.IsDir() {
			t.name = filepath.Base(path)
		}
		t.rows, err = readRows(t.path, needs)
		switch {
		case info.IsDir() && unrelated(err):
			others = append(others, t.name)
		case err != nil:
			return nil, nil, err
		default:
			for i := range t.rows {
				t.rows[i].name = t.name
			}
			tables = append(tables, t)
		}
	}
	if len(tables) == 0 {
		return nil, nil, results.Bad(fmt.Errorf("import: %s holds no file whose records have the fields %s", path, strings.Join(needs, ", ")),
			"bench/doc/tasks.md says which files these are")
	}
	return tables, others, nil
}

// dataFiles lists the files of a folder, without those in hidden folders, which
// are no data. The folder itself may be a link.
func dataFiles(dir string) (names []string, err error) {
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return nil, err
	}
	err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && path != dir && strings.HasPrefix(e.Name(), "."):
			return fs.SkipDir
		case e.IsDir():
			return nil
		}
		if slices.Contains([]string{".json", ".jsonl", ".parquet"}, filepath.Ext(strings.TrimSuffix(path, ".gz"))) {
			name, err := filepath.Rel(dir, path)
			names = append(names, name)
			return err
		}
		return nil
	})
	slices.Sort(names)
	return names, err
}

// What a file of another kind has: a first record that lacks fields, or none.
var (
	errOther = errors.New("the first record lacks")
	errEmpty = errors.New("it holds no records")
)

// unrelated tells that a file is of another kind from one that is broken.
func unrelated(err error) bool {
	return errors.Is(err, errOther) || errors.Is(err, errEmpty) || errors.Is(err, errNoObject)
}

// maxInput is the most bytes of a published file.
const maxInput = 64 << 30

func readRows(path string, needs []string) ([]row, error) {
	f, err := disk.OpenInput(path, maxInput)
	if err != nil {
		return nil, results.Bad(fmt.Errorf("import: %w", err))
	}
	defer f.Close()
	rows, err := rowsOf(path, f, nil)
	if err != nil {
		return nil, err
	}
	for _, name := range needs {
		if len(rows) == 0 {
			return nil, results.Bad(fmt.Errorf("%s: %w", path, errEmpty))
		}
		if _, ok := rows[0].fields[name]; !ok {
			return nil, results.Bad(fmt.Errorf("%s: %w field %q", path, errOther, name))
		}
	}
	return rows, nil
}

// rowsOf reads a file by the ending of its name.
func rowsOf(path string, f *os.File, keep columns) ([]row, error) {
	switch {
	case filepath.Ext(path) == ".parquet":
		return readParquet(path, f, keep)
	case filepath.Ext(path) == ".gz":
		plain, err := gzip.NewReader(f)
		if err != nil {
			return nil, results.Bad(fmt.Errorf("%s: gzip: %w", path, err))
		}
		return readJSON(path, plain, keep)
	}
	return readJSON(path, f, keep)
}

// digest is the sha256 of the table's file.
func (t table) digest() (string, error) { return disk.DigestFile(t.path) }
