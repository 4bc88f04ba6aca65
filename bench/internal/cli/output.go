package cli

import (
	"encoding/json"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
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

// show prints a view in the format, text as wide as the terminal.
func show(w setup.World, f report.Format, v report.View) error {
	return report.WriteIn(w.Stdout, f, v, w.Width)
}

// printData prints data as JSON, or the tables, in the format.
func printData(w setup.World, f report.Format, data any, tables ...*table.Table) error {
	v := shown{data: data}
	for _, t := range tables {
		v.tables = append(v.tables, *t)
	}
	return show(w, f, v)
}

// printJSON prints data as JSON.
func printJSON(w setup.World, data any) error { return printData(w, report.JSON, data) }
