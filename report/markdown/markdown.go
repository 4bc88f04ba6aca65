// Package markdown writes tables in GitHub's Markdown, aligned so that the source
// is readable too.
//
// Cells appear as the text they are: nothing in a cell becomes markup, HTML or a
// link, and a pipe does not end a cell. The package is not for whole pages.
package markdown

import (
	"bytes"
	"io"
	"regexp"
	"strings"

	"github.com/autodatabench/autodatabench/report/table"
)

// Write writes the title as a heading, the table, and the notes as a list.
func Write(w io.Writer, t table.Table) error {
	t = t.Clean()
	var out bytes.Buffer
	if t.Title != "" {
		out.WriteString("### " + Escape(t.Title) + "\n\n")
	}
	if len(t.Columns) > 0 {
		grid(&out, t)
		if len(t.Notes) > 0 {
			out.WriteByte('\n')
		}
	}
	for _, n := range t.Notes {
		out.WriteString("- " + Escape(n) + "\n")
	}
	_, err := w.Write(out.Bytes())
	return err
}

func grid(out *bytes.Buffer, t table.Table) {
	head := make([]string, len(t.Columns))
	widths := make([]int, len(t.Columns))
	for i, c := range t.Columns {
		head[i] = Escape(c.Name)
		widths[i] = max(3, table.Width(head[i]))
	}
	rows := make([][]string, len(t.Rows))
	for i, row := range t.Rows {
		for j, cell := range row {
			cell = Escape(cell)
			rows[i] = append(rows[i], cell)
			widths[j] = max(widths[j], table.Width(cell))
		}
	}
	rule := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		rule[i] = strings.Repeat("-", widths[i])
		if c.Align == table.Right {
			rule[i] = rule[i][1:] + ":"
		}
	}
	for _, row := range append([][]string{head, rule}, rows...) {
		for i, cell := range row {
			blank := strings.Repeat(" ", widths[i]-table.Width(cell))
			if t.Columns[i].Align == table.Right {
				cell = blank + cell
			} else {
				cell += blank
			}
			out.WriteString("| " + cell + " ")
		}
		out.WriteString("|\n")
	}
}

var (
	special = strings.NewReplacer(
		`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "|", `\|`, "~", `\~`, "$", `\$`,
		"<", "&lt;", ">", "&gt;", "&", "&amp;",
		"://", `\://`, // else GitHub makes a link of it
	)
	www   = regexp.MustCompile(`(?i)\bwww\.`)
	start = regexp.MustCompile(`^(?:#{1,6}|[+=-]+|[0-9]{1,9}[.)])(?:\s|$)`) // would begin a heading or a list
)

// Escape makes Markdown that shows s as it is, within one line.
func Escape(s string) string {
	out := www.ReplaceAllStringFunc(special.Replace(s), func(m string) string { return m[:3] + `\.` })
	if start.MatchString(s) && s != table.Missing {
		i := strings.IndexAny(out, "#+=-.)")
		out = out[:i] + `\` + out[i:]
	}
	return out
}
