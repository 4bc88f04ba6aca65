package folder

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/results/disk"
)

// ReadPairs reads a CSV file of questions and answers, as spreadsheets write it: with
// or without a byte order mark, with commas, semicolons or tabs, with a line sep=, in
// any order of the columns.
func ReadPairs(path string, columns Columns) ([]Pair, []Finding) {
	data, err := disk.ReadInput(path, maxFile)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, []Finding{{path, 0, "the file is missing"}}
	case err != nil:
		return nil, []Finding{{path, 0, err.Error()}}
	}
	text, findings := utf8Text(path, bytes.TrimPrefix(data, byteOrderMark))
	if findings != nil {
		return nil, findings
	}
	return parsePairs(path, text, columns)
}

// parsePairs reads the lines of a CSV text.
func parsePairs(path, text string, columns Columns) (pairs []Pair, findings []Finding) {
	separator, text, skipped := separatorOf(text, columns)
	r := csv.NewReader(strings.NewReader(text))
	r.Comma = separator
	r.TrimLeadingSpace = separator != '\t' // which is a space, too
	var header []string
	reader := newPairReader(path, columns)
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if header != nil && blank(record) {
			continue
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			reader.fault(broken.StartLine+skipped, broken.Err.Error())
			return reader.pairs, reader.findings
		}
		line, _ := r.FieldPos(0)
		line += skipped
		if header == nil {
			header = record
			if finding := columns.find(header, separator); finding != "" {
				return nil, []Finding{{path, line, finding}}
			}
			continue
		}
		values := map[string]string{}
		for i, name := range header {
			values[folded(strings.TrimSpace(name))] = record[i]
		}
		if !reader.add(line, values) {
			break
		}
	}
	return reader.done()
}

// blank reports whether a record is one of those that spreadsheets write below a table:
// separators and nothing else.
func blank(record []string) bool {
	return len(record) > 0 && !slices.ContainsFunc(record, func(cell string) bool { return strings.TrimSpace(cell) != "" })
}

// separators are what stands between columns, the likeliest first.
var separators = []rune{',', ';', '\t', '|'}

// separatorOf is the separator of a CSV text: as given, as a first line sep=; says,
// or the one that makes the wanted columns of the first line. The line sep=, which
// spreadsheets write, is taken off the text.
func separatorOf(text string, columns Columns) (separator rune, rest string, skipped int) {
	first, rest, _ := strings.Cut(text, "\n")
	if said, ok := strings.CutPrefix(strings.TrimRight(first, "\r"), "sep="); ok && len([]rune(said)) == 1 {
		return []rune(said)[0], rest, 1
	}
	if columns.Separator != 0 {
		return columns.Separator, text, 0
	}
	for _, s := range separators {
		r := csv.NewReader(strings.NewReader(first))
		r.Comma = s
		if header, err := r.Read(); err == nil && columns.find(header, s) == "" {
			return s, text, 0
		}
	}
	return separators[0], text, 0
}

// find says why the wanted columns are not in a header.
func (c Columns) find(header []string, separator rune) string {
	var names []string
	for _, name := range header {
		names = append(names, folded(strings.TrimSpace(name)))
	}
	for _, wanted := range []string{c.question(), c.answer(), folded(c.Context), folded(c.Group)} {
		if wanted != "" && !slices.Contains(names, wanted) {
			return fmt.Sprintf("the first line must be: %s,%s; it has the columns %s (separated by %q); --question, --answer and --separator name others",
				c.question(), c.answer(), strings.Join(header, ", "), separator)
		}
	}
	for i, name := range names {
		if slices.Contains(names[:i], name) && (name == c.question() || name == c.answer()) {
			return fmt.Sprintf("the column %q stands twice", name)
		}
	}
	return ""
}
