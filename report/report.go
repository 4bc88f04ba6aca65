// Package report turns outcomes and published figures into rankings and tables.
//
// It is pure: the same rows give the same bytes, in any order of input, on any
// machine. It reads no clock, no file and no database. Measured and printed runs
// follow the same scoring rules, from package results. Package report/stats computes
// how much a figure varies. The packages report/text, report/markdown, report/table
// and report/figure decide how it looks.
//
// Invariants: outcomes that do not compare (another suite, protocol, teacher or
// student) are never ranked together. An average over fewer domains than the group
// has is missing. A simulated result says so wherever it is shown.
package report

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/autodatabench/autodatabench/report/markdown"
	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/report/text"
)

// Format is a form of output.
type Format string

// The formats.
const (
	Text     Format = "text"
	Markdown Format = "markdown"
	CSV      Format = "csv"
	JSON     Format = "json"
)

// Formats lists the formats.
func Formats() []Format { return []Format{Text, Markdown, CSV, JSON} }

// Validate reports an error unless f is a known format.
func (f Format) Validate() error {
	for _, known := range Formats() {
		if f == known {
			return nil
		}
	}
	return fmt.Errorf("unknown format %q: want text, markdown, csv or json", string(f))
}

// View is something that can be shown. Its JSON is its own encoding; a view
// that has a Flat table beside its tables has that one written as CSV.
type View interface {
	Tables() []table.Table
}

// List is a view of plain tables.
type List []table.Table

// Tables returns the list.
func (l List) Tables() []table.Table { return l }

// Write writes the view in the format, text in at most [text.Width] columns.
func Write(w io.Writer, f Format, v View) error { return WriteIn(w, f, v, text.Width) }

// WriteIn writes the view in the format, text in at most width columns.
func WriteIn(w io.Writer, f Format, v View, width int) error {
	switch f {
	case JSON:
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(v)
	case CSV:
		if flat, ok := v.(interface{ Flat() table.Table }); ok {
			return table.WriteCSV(w, flat.Flat())
		}
		return each(w, v.Tables(), table.WriteCSV)
	case Markdown:
		return each(w, v.Tables(), markdown.Write)
	case Text:
		return each(w, v.Tables(), func(w io.Writer, t table.Table) error { return text.Write(w, t, width) })
	}
	return f.Validate()
}

// each writes the tables with an empty line between them.
func each(w io.Writer, tables []table.Table, write func(io.Writer, table.Table) error) error {
	for i, t := range tables {
		if i > 0 {
			if _, err := io.WriteString(w, "\n"); err != nil {
				return err
			}
		}
		if err := write(w, t); err != nil {
			return err
		}
	}
	return nil
}
