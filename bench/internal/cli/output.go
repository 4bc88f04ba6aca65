package cli

import (
	"encoding/json"
	"io"

	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/report/table"
)

// shown is a view whose JSON is data of its own.
type shown struct {
	data   any
	tables []table.Table
}

// Tables returns the tables of the view.
func (s shown) Tables() []table.Table { return s.tables }

// MarshalJSON encodes the data.
func (s shown) MarshalJSON() ([]byte, error) { return json.Marshal(s.data) }

// printData prints data as JSON, or the tables, in the format.
func printData(w io.Writer, f report.Format, data any, tables ...*table.Table) error {
	v := shown{data: data}
	for _, t := range tables {
		v.tables = append(v.tables, *t)
	}
	return report.Write(w, f, v)
}

// printJSON prints data as JSON.
func printJSON(w io.Writer, data any) error { return printData(w, report.JSON, data) }
