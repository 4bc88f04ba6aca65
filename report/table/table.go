// Package table is a table as data: columns, rows of text and notes. The renderers
// (report/text, report/markdown, [WriteCSV]) write it, each in its own form.
//
// Cells are plain text and may be hostile, for example an agent's name. A renderer
// starts from [Table.Clean] and escapes the characters that have a meaning in its
// format. The package is not for computing: the builder of a table has done that.
//
// Invariants: every row has one cell for each column; the same table gives the same
// bytes on every machine.
package table

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/olekukonko/tablewriter/pkg/twwidth"

	"github.com/autodatabench/autodatabench/results"
)

// Missing is the cell of a figure that there is none of.
const Missing = "-"

// Bounds on the characters of a cell, a title or a column's name, and of a note.
const (
	maxCell = 200
	maxNote = 2_000
)

// Align is how a column's cells are set.
type Align string

// The alignments.
const (
	Left  Align = "left"
	Right Align = "right"
)

// Column heads a column.
type Column struct {
	Name  string `json:"name"`
	Align Align  `json:"align"`
	Whole bool   `json:"-"` // its cells are never cut to fit
}

// Table is the data of a table.
type Table struct {
	Title   string     `json:"title"`
	Columns []Column   `json:"columns"`
	Keys    int        `json:"-"` // leading columns that identify a row; repeated where a wide table is split
	Rows    [][]string `json:"rows"`
	Notes   []string   `json:"notes,omitempty"` // printed below
}

// New starts a table whose columns are named by heads; a head that begins with
// ">" makes a column set to the right, one that begins with "!" a column whose
// cells are never cut.
func New(title string, keys int, heads ...string) *Table {
	t := &Table{Title: title, Keys: keys, Rows: [][]string{}}
	for _, head := range heads {
		name, right := strings.CutPrefix(head, ">")
		name, whole := strings.CutPrefix(name, "!")
		align := Left
		if right {
			align = Right
		}
		t.Columns = append(t.Columns, Column{Name: name, Align: align, Whole: whole})
	}
	return t
}

// Add appends a row. It panics unless there is one cell a column, which is a
// mistake in the caller's code.
func (t *Table) Add(cells ...string) {
	if len(cells) != len(t.Columns) {
		panic(fmt.Sprintf("table %q: %d cells for %d columns", t.Title, len(cells), len(t.Columns)))
	}
	t.Rows = append(t.Rows, cells)
}

// Note appends a note.
func (t *Table) Note(format string, args ...any) {
	t.Notes = append(t.Notes, fmt.Sprintf(format, args...))
}

// Clean returns a copy in which no text can break a line, move the cursor, turn
// the direction of writing or be longer than 200 characters, 2,000 in a note.
func (t Table) Clean() Table {
	c := Table{Title: Plain(t.Title), Keys: t.Keys, Rows: make([][]string, len(t.Rows))}
	for _, col := range t.Columns {
		c.Columns = append(c.Columns, Column{Name: Plain(col.Name), Align: col.Align, Whole: col.Whole})
	}
	for i, row := range t.Rows {
		c.Rows[i] = make([]string, len(row))
		for j, cell := range row {
			c.Rows[i][j] = Plain(cell)
		}
	}
	for _, n := range t.Notes {
		c.Notes = append(c.Notes, PlainNote(n))
	}
	return c
}

// Plain is s as a clean cell.
func Plain(s string) string { return clean(s, maxCell) }

// PlainNote is s as a clean note.
func PlainNote(s string) string { return clean(s, maxNote) }

func clean(s string, limit int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.In(r, unicode.Cc, unicode.Cf):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) > limit {
		s = string([]rune(s)[:limit-1]) + "…"
	}
	return s
}

// Cut shortens s to at most width columns of a terminal, with an ellipsis.
func Cut(s string, width int) string {
	if Width(s) <= width {
		return s
	}
	runes := []rune(s)
	for len(runes) > 0 && Width(string(runes))+1 > width {
		runes = runes[:len(runes)-1]
	}
	return string(runes) + "…"
}

// Width is the number of columns that s takes on a terminal; Chinese characters
// take two. It does not depend on the locale.
func Width(s string) int { return twwidth.WidthWithOptions(s, twwidth.Options{}) }

// Number is the cell of n with the given digits after the point. Half a unit is
// rounded away from 0, also where the binary number lies a hair below the half:
// 1.525 is 1.53.
func Number(n results.Number, places int) string {
	if !n.Known {
		return Missing
	}
	s := strconv.FormatFloat(n.Value*(1+1e-12), 'f', places, 64)
	if strings.Trim(s, "-0.") == "" {
		return strings.TrimPrefix(s, "-")
	}
	return s
}

// Count is the cell of n with its thousands set apart by commas.
func Count(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
