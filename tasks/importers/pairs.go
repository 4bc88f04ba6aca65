package importers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/tasks/folder"
)

// ReadPairs reads questions and answers for a task of one's own: from JSON, JSON
// lines or Parquet by the ending of the name, else from CSV. The error is for a file
// that cannot be read at all.
func ReadPairs(path string, c folder.Columns) ([]folder.Pair, []folder.Finding, error) {
	kind := filepath.Ext(strings.TrimSuffix(path, ".gz"))
	if !slices.Contains([]string{".json", ".jsonl", ".ndjson", ".parquet"}, kind) {
		pairs, findings := folder.ReadPairs(path, c)
		return pairs, findings, nil
	}
	f, err := disk.OpenInput(path, maxInput)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	rows, err := rowsOf(path, f, c.Wanted())
	if err == nil {
		err = allPages(path, []table{{rows: rows}})
	}
	if err != nil {
		return nil, nil, err
	}
	for _, name := range c.Wanted()[:2] {
		if len(rows) > 0 && !slices.ContainsFunc(rows, func(r row) bool { _, has := r.fields[name]; return has }) {
			return nil, nil, results.Bad(fmt.Errorf("%s: no record has the field %s", path, name), "--question and --answer name the fields that hold questions and answers")
		}
	}
	list := make([]folder.Placed[map[string]string], len(rows))
	for i, r := range rows {
		values := map[string]string{}
		for name := range r.fields {
			if values[name], err = r.cell(name); err != nil {
				return nil, nil, err
			}
		}
		list[i] = folder.Placed[map[string]string]{Value: values, Line: r.line}
	}
	pairs, findings := folder.PairsOf(path, c, list)
	return pairs, findings, nil
}

// cell is a text, a number as it is written, or true or false; null is empty.
func (r row) cell(name string) (string, error) {
	raw := bytes.TrimSpace(r.fields[name])
	if len(raw) == 0 || string(raw) == "null" {
		return "", nil
	}
	return r.scalar(name)
}

// has reports whether a column is kept.
func (c columns) has(name string) bool {
	if c == nil {
		return slices.Contains(used, name)
	}
	return slices.Contains(c, lowered(name))
}

func lowered(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

// keepNamed forgets other fields than the named ones, and names those in lower case.
func keepNamed(fields map[string]json.RawMessage, c columns) {
	kept := map[string]json.RawMessage{}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if c.has(name) {
			kept[lowered(name)] = fields[name]
		}
	}
	clear(fields)
	maps.Copy(fields, kept)
}
