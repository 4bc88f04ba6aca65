package importers

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/autodatabench/autodatabench/results"
)

// servedRows are the rows of an answer of the dataset server. It says of a large
// set that it knows only a part, and cuts long cells.
func servedRows(r row, served json.RawMessage, keep columns) ([]row, error) {
	var list []struct {
		Index     *int                       `json:"row_idx"`
		Row       map[string]json.RawMessage `json:"row"`
		Truncated []string                   `json:"truncated_cells"`
	}
	if json.Unmarshal(served, &list) != nil {
		return nil, r.fault(`field "rows" is not what the dataset server sends`)
	}
	var total int
	var partial bool
	if raw, ok := r.fields["num_rows_total"]; ok && json.Unmarshal(raw, &total) != nil {
		return nil, r.fault(`field "num_rows_total" is no whole number`)
	}
	if raw, ok := r.fields["partial"]; ok && json.Unmarshal(raw, &partial) == nil && partial {
		return nil, r.fault("the dataset server knows only the first part of this set of %d rows or more; take the Parquet files", total)
	}
	rows := make([]row, len(list))
	for i, one := range list {
		if len(one.Truncated) > 0 || one.Row == nil {
			return nil, r.fault("row %d is cut or missing; take the Parquet file", i)
		}
		if i > 0 && one.Index != nil && list[i-1].Index != nil && *one.Index != *list[i-1].Index+1 {
			return nil, r.fault("row_idx %d follows %d: rows are missing", *one.Index, *list[i-1].Index)
		}
		rows[i] = row{file: r.file, line: r.line, number: i + 1, fields: one.Row, total: total}
		if err := rows[i].keep(keep); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// wrappedRows are the rows of {"data": [...]}.
func wrappedRows(r row, wrapped json.RawMessage, keep columns) ([]row, error) {
	var list []map[string]json.RawMessage
	if json.Unmarshal(wrapped, &list) != nil {
		return nil, r.fault(`field "data" is no list of records`)
	}
	rows := make([]row, len(list))
	for i, fields := range list {
		rows[i] = row{file: r.file, line: r.line, number: i + 1, fields: fields}
		if fields == nil {
			return nil, rows[i].fault("%v", errNoObject)
		}
		if err := rows[i].keep(keep); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// allPages refuses pages of sets of which others are missing. Sets of one size are
// not told apart: of them, all rows together must be whole sets.
func allPages(path string, tables []table) error {
	read := map[int]int{}
	for _, t := range tables {
		for _, r := range t.rows {
			if r.total > 0 {
				read[r.total]++
			}
		}
	}
	for _, total := range slices.Sorted(maps.Keys(read)) {
		if read[total]%total != 0 {
			return results.Bad(fmt.Errorf("import: %s: pages of the dataset server hold %d rows of a set of %d", path, read[total]%total, total),
				"get the other pages, or the Parquet files")
		}
	}
	return nil
}
