package table

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
)

// WriteCSV writes the table as comma-separated values (RFC 4180): the column
// names, then the rows; no title and no notes. A missing figure is an empty
// field. Text that a spreadsheet would run as a formula gets a leading quote.
func WriteCSV(w io.Writer, t Table) error {
	t = t.Clean()
	out := csv.NewWriter(w)
	head := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		head[i] = field(c.Name)
	}
	if err := out.Write(head); err != nil {
		return err
	}
	for _, row := range t.Rows {
		fields := make([]string, len(row))
		for i, cell := range row {
			fields[i] = field(cell)
		}
		if err := out.Write(fields); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func field(cell string) string {
	if cell == Missing {
		return ""
	}
	if strings.ContainsRune("=+-@", firstRune(cell)) {
		if _, err := strconv.ParseFloat(cell, 64); err != nil {
			return "'" + cell
		}
	}
	return cell
}

func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return ' '
}
