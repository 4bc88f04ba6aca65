package importers

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sort"
	"unicode/utf8"

	"github.com/autodatabench/autodatabench/results"
)

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

// readJSON reads an array of objects, an object a line, an array in "data", or an
// answer of the Hugging Face dataset server ({"rows": [{"row": ...}]}). NaN and
// Infinity, which some tools write, pass in columns that are not kept.
func readJSON(path string, f io.Reader, keep columns) ([]row, error) {
	buffered := bufio.NewReaderSize(f, 1<<16)
	if err := begins(path, buffered); err != nil {
		return nil, err
	}
	l := &lines{r: &numberWords{r: buffered}}
	d := json.NewDecoder(l)
	var rows []row
	array := false
	for {
		r, err := next(path, d, l)
		r.number = len(rows) + 1
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
		case errors.Is(err, errArray), errors.Is(err, errNoObject):
			if len(rows) == 0 {
				return nil, results.Bad(fmt.Errorf("%s:%d: %w", r.file, r.line, errNoObject))
			}
			return nil, r.fault("%v", errNoObject)
		case err != nil:
			return nil, err
		}
		if len(rows) == 0 && !array {
			if served, ok := r.fields["rows"]; ok {
				return servedRows(r, served, keep)
			}
			if wrapped, ok := r.fields["data"]; ok {
				return wrappedRows(r, wrapped, keep)
			}
		}
		if err := r.keep(keep); err != nil {
			return nil, err
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

var (
	errArray    = errors.New("an array begins")
	errNoObject = errors.New("a record must be a JSON object")
)

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
		return r, errNoObject
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
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		offset, reason = l.read, "the file ends too early"
	}
	return results.Bad(fmt.Errorf("%s:%d: %s", path, l.at(offset), reason))
}
