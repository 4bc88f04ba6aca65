// Package export writes the record as tables for other programs: trials, attempts,
// teacher calls, rows of submissions, and the student's answers to public sets, as
// Parquet, CSV or JSON lines.
//
// A table's rows are a Go type: its tags name the columns and say what they hold,
// and bench/doc/export.md is written from them. Packages below this one write the
// files of other programs from the same [Source]. Rows are written as they are read,
// so that memory is bounded whatever the size of the record. Texts are as an agent,
// its code or a model wrote them, and may be hostile. Nothing of a private set is
// in any table but counts of right answers.
//
// The package is not for ranking and draws nothing. It changes no folder.
package export

import (
	"fmt"
	"io"
	"slices"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
)

// Format is a form of a table.
type Format string

// The formats.
const (
	Parquet Format = "parquet"
	CSV     Format = "csv"
	JSONL   Format = "jsonl" // one JSON object a line
)

// Formats lists the formats.
func Formats() []Format { return []Format{Parquet, CSV, JSONL} }

// Table is a kind of row.
type Table string

// The tables.
const (
	Trials      Table = "trials"
	Attempts    Table = "attempts"
	Calls       Table = "calls"
	Rows        Table = "rows"
	Predictions Table = "predictions"
)

// Tables lists the tables.
func Tables() []Table { return []Table{Trials, Attempts, Calls, Rows, Predictions} }

// Validate reports an error unless t is a known table.
func (t Table) Validate() error {
	if !slices.Contains(Tables(), t) {
		return fmt.Errorf("no table %q; want one of %v", string(t), Tables())
	}
	return nil
}

// Trial is a trial to export.
type Trial struct {
	Root record.Experiment
	Dir  record.Trial
	// Outcome is what the record says of the trial; one that changed has no figures.
	Outcome results.Outcome
	Model   Model  // behind the agent
	Version string // of the program that ran the trial
}

// Question is a public item as its task has it.
type Question struct {
	Text, Answer string
}

// Put writes a file of other programs below the folder of the export; rows is how many
// trials or answers it has.
type Put func(name string, rows int, fill func(io.Writer) error) error

// Source is what is exported.
type Source struct {
	Outcomes []results.Outcome // of table trials
	Trials   []Trial           // of the other tables
	// Public is the public items, by id, of the task that the trial was run with; nil
	// where this machine does not have it.
	Public func(Trial) (map[string]Question, error)
}

// Write writes the table into w and returns how many rows it has.
func Write(w io.Writer, f Format, t Table, s Source) (rows int, err error) {
	switch t {
	case Trials:
		rows, err = write(w, f, t, s.trials)
	case Attempts:
		rows, err = write(w, f, t, s.attempts)
	case Calls:
		rows, err = write(w, f, t, s.calls)
	case Rows:
		rows, err = write(w, f, t, s.rows)
	case Predictions:
		rows, err = write(w, f, t, s.predictions)
	default:
		return 0, t.Validate()
	}
	if err != nil {
		return rows, fmt.Errorf("export %s: %w", t, err)
	}
	return rows, nil
}

// Column is a column of a table, as the documentation has it.
type Column struct {
	Name string
	Type string // text, whole, number, yes/no or time; ends in ? where a value may be missing
	Doc  string
}

// Columns describes the table.
func Columns(t Table) []Column {
	switch t {
	case Trials:
		return described[TrialRow]()
	case Attempts:
		return described[AttemptRow]()
	case Calls:
		return described[CallRow]()
	case Rows:
		return described[SubmissionRow]()
	case Predictions:
		return described[PredictionRow]()
	}
	return nil
}
