package importers

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sort"
	"strings"
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

// readJSON reads an array of objects, an object a line, or an answer of the
// Hugging Face dataset server ({"rows": [{"row": ...}]}).
func readJSON(path string, f io.Reader) ([]row, error) {
	buffered := bufio.NewReaderSize(f, 1<<16)
	switch begin, _ := buffered.Peek(3); {
	case bytes.HasPrefix(begin, []byte("\uFEFF")):
		return nil, results.Bad(fmt.Errorf("%s:1: it begins with a byte order mark; save it as UTF-8 without one", path))
	case bytes.HasPrefix(begin, []byte{0xff, 0xfe}), bytes.HasPrefix(begin, []byte{0xfe, 0xff}):
		return nil, results.Bad(fmt.Errorf("%s:1: it is UTF-16; save it as UTF-8", path))
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
		case errors.Is(err, errArray), errors.Is(err, errNoObject):
			if len(rows) == 0 {
				return nil, results.Bad(fmt.Errorf("%s:%d: %w", r.file, r.line, errNoObject))
			}
			return nil, r.fault("%v", errNoObject)
		case err != nil:
			return nil, err
		}
		if served, ok := r.fields["rows"]; ok && len(rows) == 0 && !array {
			return servedRows(r, served)
		}
		keepUsed(r.fields)
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
		if strings.Contains(reason, "'N'") || strings.Contains(reason, "'I'") {
			reason += " (NaN and Infinity are no JSON)"
		}
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		offset, reason = l.read, "the file ends too early"
	}
	return results.Bad(fmt.Errorf("%s:%d: %s", path, l.at(offset), reason))
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
		keepUsed(one.Row)
		rows[i] = row{file: r.file, line: r.line, fields: one.Row}
	}
	return rows, nil
}
