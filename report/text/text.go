// Package text writes tables for a terminal.
//
// A table is fitted into a number of columns, 100 by default. Where it is too wide,
// columns that have the same text in all rows become a line below it, and then long
// texts are cut. If that is not enough, it is split into parts, each of which repeats
// the columns that identify a row. The output has no colours and does not depend on the locale
// or on the terminal. The package is not for output that programs read: CSV and
// JSON are.
package text

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"

	"github.com/autodatabench/autodatabench/report/table"
)

// Width is the default number of columns.
const Width = 100

// maxNotes is the width of notes where the table may be wider: longer lines are hard to
// read.
const maxNotes = 120

const (
	gap     = "  " // between columns
	minText = 12   // a text column is not cut below this
	maxText = 28   // a text column of a table that is split

	keyShare = 4 // one part of so many is left to the other columns of a table that is split
)

// Write writes the table into at most width columns, but never narrower than
// its key columns and one more.
func Write(w io.Writer, t table.Table, width int) error {
	t = t.Clean()
	var out bytes.Buffer
	if t.Title != "" {
		fmt.Fprintf(&out, "%s\n\n", strings.Join(wrap(t.Title, width), "\n"))
	}
	if len(t.Columns) == 0 && len(t.Notes) > 0 {
		return writeNotes(w, &out, t, width)
	}
	if total(natural(t)) > width {
		t = fold(t)
	}
	widths := fit(t, width)
	for i, part := range split(t, widths, width) {
		if i > 0 {
			out.WriteByte('\n')
		}
		if err := render(&out, t, widths, part); err != nil {
			return fmt.Errorf("render table %q: %w", t.Title, err)
		}
	}
	if len(t.Rows) == 0 {
		out.WriteString("(no rows)\n")
	}
	if len(t.Notes) > 0 {
		out.WriteByte('\n')
	}
	return writeNotes(w, &out, t, width)
}

// writeNotes writes the page with the table's notes, which are all of a table without
// columns.
func writeNotes(w io.Writer, page *bytes.Buffer, t table.Table, width int) error {
	for _, note := range t.Notes {
		page.WriteString(strings.Join(wrap(note, min(width, maxNotes)), "\n  ") + "\n")
	}
	_, err := w.Write(page.Bytes())
	return err
}

// fold takes the columns out of a table of several rows that have the same text in
// all of them, and says so in its first note. The first two columns stay.
func fold(t table.Table) table.Table {
	const stay = 2
	if len(t.Rows) < 2 {
		return t
	}
	folded := table.Table{Title: t.Title, Rows: make([][]string, len(t.Rows))}
	var same []string
	for i, c := range t.Columns {
		differs := slices.ContainsFunc(t.Rows, func(row []string) bool { return row[i] != t.Rows[0][i] })
		if !differs && i >= stay {
			same = append(same, strings.TrimSpace(c.Name+" "+t.Rows[0][i]))
			continue
		}
		if i < t.Keys {
			folded.Keys++
		}
		folded.Columns = append(folded.Columns, c)
		for j, row := range t.Rows {
			folded.Rows[j] = append(folded.Rows[j], row[i])
		}
	}
	if same == nil {
		return t
	}
	folded.Notes = append([]string{"In all rows: " + strings.Join(same, ", ") + "."}, t.Notes...)
	return folded
}

// fit returns the columns' widths. Where cutting long texts makes the table as
// narrow as width, the widest are cut. Where it does not, so that the table has
// to be split, they are bounded, and the key columns leave room for others.
func fit(t table.Table, width int) []int {
	widths := natural(t)
	var flexible []int
	wanted, spare := total(widths), 0
	for i, c := range t.Columns {
		if c.Align == table.Left && !c.Whole && widths[i] > minText {
			flexible = append(flexible, i)
			spare += widths[i] - minText
		}
	}
	if wanted-spare > width {
		keys := []int{}
		used := 0
		for _, i := range flexible {
			widths[i] = min(widths[i], maxText)
			if i < t.Keys {
				keys = append(keys, i)
			}
		}
		for _, w := range widths[:min(t.Keys, len(widths))] {
			used += w + len(gap)
		}
		shrink(widths, keys, used-(width-width/keyShare))
		return widths
	}
	shrink(widths, flexible, wanted-width)
	return widths
}

// natural are the columns' widths if nothing is cut.
func natural(t table.Table) []int {
	widths := make([]int, len(t.Columns))
	for i, c := range t.Columns {
		widths[i] = table.Width(c.Name)
		for _, row := range t.Rows {
			widths[i] = max(widths[i], table.Width(row[i]))
		}
	}
	return widths
}

// total is the width of columns with gaps between them.
func total(widths []int) int {
	sum := -len(gap)
	for _, w := range widths {
		sum += w + len(gap)
	}
	return sum
}

// shrink makes the widest of the columns narrower, one by one, until they are
// narrower by so much in all or none is wider than minText.
func shrink(widths, columns []int, by int) {
	for ; by > 0 && len(columns) > 0; by-- {
		widest := slices.MaxFunc(columns, func(a, b int) int { return cmp.Compare(widths[a], widths[b]) })
		if widths[widest] <= minText {
			return
		}
		widths[widest]--
	}
}

// split spreads the columns over parts of the given width. Every part starts
// with the key columns and holds at least one other.
func split(t table.Table, widths []int, width int) [][]int {
	keys, used := []int{}, 0
	for i := range min(t.Keys, len(widths)) {
		keys = append(keys, i)
		used += widths[i] + len(gap)
	}
	var parts [][]int
	part, free := append([]int{}, keys...), width-used
	for i := len(keys); i < len(widths); i++ {
		if widths[i] > free && len(part) > len(keys) {
			parts = append(parts, part)
			part, free = append([]int{}, keys...), width-used
		}
		part, free = append(part, i), free-widths[i]-len(gap)
	}
	return append(parts, part)
}

func render(out *bytes.Buffer, t table.Table, widths, part []int) error {
	if len(part) == 0 {
		return nil
	}
	var block bytes.Buffer
	aligns := make([]tw.Align, len(part))
	head := make([]string, len(part))
	for i, col := range part {
		aligns[i] = tw.AlignLeft
		if t.Columns[col].Align == table.Right {
			aligns[i] = tw.AlignRight
		}
		head[i] = table.Cut(t.Columns[col].Name, widths[col])
	}
	grid := tablewriter.NewTable(&block, tablewriter.WithConfig(config(aligns)), tablewriter.WithRenderer(renderer.NewBlueprint(style())),
		tablewriter.WithEastAsian(tw.Off)) // else the library asks the locale
	grid.Header(head)
	for _, row := range t.Rows {
		cells := make([]string, len(part))
		for i, col := range part {
			cells[i] = table.Cut(row[col], widths[col])
		}
		if err := grid.Append(cells); err != nil {
			return err
		}
	}
	if err := grid.Render(); err != nil {
		return err
	}
	for line := range strings.Lines(block.String()) {
		out.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	return nil
}

func config(aligns []tw.Align) tablewriter.Config {
	padding := make([]tw.Padding, len(aligns))
	for i := range padding {
		padding[i] = tw.Padding{Left: tw.Empty, Right: gap, Overwrite: true}
	}
	padding[len(padding)-1].Right = tw.Empty
	cell := tw.CellConfig{
		Formatting: tw.CellFormatting{AutoWrap: tw.WrapNone, AutoFormat: tw.Off},
		Alignment:  tw.CellAlignment{PerColumn: aligns},
		Padding:    tw.CellPadding{PerColumn: padding},
	}
	return tablewriter.Config{Header: cell, Row: cell}
}

func style() tw.Rendition {
	return tw.Rendition{
		Borders: tw.BorderNone,
		Symbols: tw.NewSymbolCustom("line").WithRow("-").WithCenter("-").WithColumn(""),
		Settings: tw.Settings{
			Separators: tw.Separators{BetweenColumns: tw.Off, BetweenRows: tw.Off, ShowHeader: tw.On},
			Lines:      tw.Lines{ShowHeaderLine: tw.On},
		},
	}
}

// wrap breaks a text into lines of at most width columns, at spaces, and a word that is
// too long for a line, such as the name of a row, behind its slashes and colons.
func wrap(s string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		glue := " "
		for _, part := range parts(word, width-2) {
			if line != "" && table.Width(line)+len(glue)+table.Width(part) > width-2 {
				lines, line = append(lines, line), ""
			}
			if line != "" {
				line += glue
			}
			line += part
			glue = ""
		}
	}
	return append(lines, line)
}

// parts are a word's parts that may stand on lines of their own, as few as fit.
func parts(word string, width int) []string {
	at := strings.LastIndexAny(word, "/:")
	if table.Width(word) <= width || at < 0 {
		return []string{word}
	}
	if at == len(word)-1 {
		at = strings.LastIndexAny(word[:at], "/:")
	}
	if at < 0 {
		return []string{word}
	}
	return append(parts(word[:at+1], width), word[at+1:])
}
