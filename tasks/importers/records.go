package importers

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"autodatabench/results"
	record "autodatabench/results/folder"
)

// row is a record of a published file.
type row struct {
	file   string
	line   int // of its beginning; the number of the row in a Parquet file
	fields map[string]json.RawMessage
}

// table is a published file.
type table struct {
	name string // relative to the path given
	path string
	rows []row
}

// fault is an error at a row.
func (r row) fault(format string, args ...any) error {
	return results.Bad("", fmt.Errorf("%s:%d: %s", r.file, r.line, fmt.Sprintf(format, args...)))
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
// with other records are named in others.
func readTables(path string, needs ...string) (tables []table, others []string, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, results.Bad("", fmt.Errorf("import: %w", err))
	}
	names := []string{"."}
	if info.IsDir() {
		if names, err = dataFiles(path); err != nil {
			return nil, nil, results.Bad("", fmt.Errorf("import: %w", err))
		}
	}
	for _, name := range names {
		t := table{name: filepath.ToSlash(name), path: filepath.Join(path, name)}
		if !info.IsDir() {
			t.name = filepath.Base(path)
		}
		t.rows, err = readRows(t.path, needs)
		switch {
		case errors.Is(err, errOther) && info.IsDir():
			others = append(others, t.name)
		case err != nil:
			return nil, nil, err
		default:
			tables = append(tables, t)
		}
	}
	if len(tables) == 0 {
		return nil, nil, results.Bad("bench/doc/tasks.md says which files these are",
			fmt.Errorf("import: %s holds no file whose records have the fields %s", path, strings.Join(needs, ", ")))
	}
	return tables, others, nil
}

func dataFiles(dir string) (names []string, err error) {
	err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		if slices.Contains([]string{".json", ".jsonl", ".parquet"}, filepath.Ext(path)) {
			name, err := filepath.Rel(dir, path)
			names = append(names, name)
			return err
		}
		return nil
	})
	slices.Sort(names)
	return names, err
}

// errOther says that a file's first record lacks fields: it is of another kind.
var errOther = errors.New("the first record lacks")

func readRows(path string, needs []string) ([]row, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, results.Bad("", fmt.Errorf("import: %w", err))
	}
	defer f.Close()
	var rows []row
	if filepath.Ext(path) == ".parquet" {
		rows, err = readParquet(path, f)
	} else {
		rows, err = readJSON(path, f)
	}
	if err != nil {
		return nil, err
	}
	for _, name := range needs {
		if len(rows) == 0 {
			return nil, results.Bad("", fmt.Errorf("%s: it holds no records", path))
		}
		if _, ok := rows[0].fields[name]; !ok {
			return nil, results.Bad("", fmt.Errorf("%s: %w field %q", path, errOther, name))
		}
	}
	return rows, nil
}

// lines remembers where lines begin, for what is decoded behind it.
type lines struct {
	r      io.Reader
	read   int64
	breaks []int64
}

func (l *lines) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	for i, c := range p[:n] {
		if c == '\n' {
			l.breaks = append(l.breaks, l.read+int64(i))
		}
	}
	l.read += int64(n)
	return n, err
}

func (l *lines) at(offset int64) int {
	return 1 + sort.Search(len(l.breaks), func(i int) bool { return l.breaks[i] >= offset })
}

// readJSON reads an array of objects, an object a line, or an answer of the
// Hugging Face dataset server ({"rows": [{"row": ...}]}).
func readJSON(path string, f io.Reader) ([]row, error) {
	buffered := bufio.NewReaderSize(f, 1<<16)
	switch begin, _ := buffered.Peek(3); {
	case bytes.HasPrefix(begin, []byte("\uFEFF")):
		return nil, results.Bad("", fmt.Errorf("%s:1: it begins with a byte order mark; save it as UTF-8 without one", path))
	case bytes.HasPrefix(begin, []byte{0xff, 0xfe}), bytes.HasPrefix(begin, []byte{0xfe, 0xff}):
		return nil, results.Bad("", fmt.Errorf("%s:1: it is UTF-16; save it as UTF-8", path))
	}
	l := &lines{r: buffered}
	d := json.NewDecoder(l)
	var rows []row
	array := false
	for {
		r, err := next(path, d, l)
		switch {
		case errors.Is(err, io.EOF):
			return rows, nil
		case errors.Is(err, errArray) && len(rows) == 0 && !array:
			if array, err = true, begun(d); err != nil {
				return nil, broken(path, d, l, err)
			}
			if !d.More() {
				array = false
				if _, err := d.Token(); err != nil {
					return nil, broken(path, d, l, err)
				}
			}
			continue
		case errors.Is(err, errArray):
			return nil, r.fault("a record must be a JSON object")
		case err != nil:
			return nil, err
		}
		if served, ok := r.fields["rows"]; ok && len(rows) == 0 && !array {
			return servedRows(r, served)
		}
		rows = append(rows, r)
		if array && !d.More() {
			if _, err := d.Token(); err != nil {
				return nil, broken(path, d, l, err)
			}
			array = false
		}
	}
}

var errArray = errors.New("an array begins")

// begun steps into an array.
func begun(d *json.Decoder) error {
	_, err := d.Token()
	return err
}

// next decodes one object.
func next(path string, d *json.Decoder, l *lines) (row, error) {
	if !d.More() {
		if _, err := d.Token(); !errors.Is(err, io.EOF) {
			return row{}, broken(path, d, l, errors.New("a bracket closes that was not opened"))
		}
		return row{}, io.EOF
	}
	rest, err := io.ReadAll(io.LimitReader(d.Buffered(), 1<<10))
	if err != nil {
		return row{}, err
	}
	trimmed := bytes.TrimLeft(rest, ", \t\r\n")
	at := l.at(d.InputOffset() + int64(len(rest)-len(trimmed)))
	r := row{file: path, line: at}
	if bytes.HasPrefix(trimmed, []byte("[")) {
		return r, errArray
	}
	var raw json.RawMessage
	if err := d.Decode(&raw); err != nil {
		return r, broken(path, d, l, err)
	}
	if !utf8.Valid(raw) {
		return r, r.fault("it is not UTF-8")
	}
	if json.Unmarshal(raw, &r.fields) != nil || r.fields == nil {
		return r, r.fault("a record must be a JSON object")
	}
	return r, nil
}

func broken(path string, d *json.Decoder, l *lines, err error) error {
	reason := err.Error()
	offset := d.InputOffset()
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		offset = max(offset, syntax.Offset-1)
		if strings.Contains(reason, "'N'") || strings.Contains(reason, "'I'") {
			reason += " (NaN and Infinity are no JSON)"
		}
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		offset, reason = l.read, "the file ends too early"
	}
	return results.Bad("", fmt.Errorf("%s:%d: %s", path, l.at(offset), reason))
}

func servedRows(r row, served json.RawMessage) ([]row, error) {
	var list []struct {
		Row       map[string]json.RawMessage `json:"row"`
		Truncated []string                   `json:"truncated_cells"`
	}
	if json.Unmarshal(served, &list) != nil {
		return nil, r.fault(`field "rows" is not what the dataset server sends`)
	}
	rows := make([]row, len(list))
	for i, one := range list {
		if len(one.Truncated) > 0 || one.Row == nil {
			return nil, r.fault("row %d is cut or missing; take the Parquet file", i)
		}
		rows[i] = row{r.file, r.line, one.Row}
	}
	return rows, nil
}

// digest is the sha256 of the table's file.
func (t table) digest() (string, error) { return record.DigestFile(t.path) }
