package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report/export"
	"github.com/autodatabench/autodatabench/report/export/eee"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

// everyTable is the argument that stands for all tables.
const everyTable = "all"

// The formats of other programs, which have no tables.
const (
	formatEEE     export.Format = "eee"
	formatInspect export.Format = "inspect"
)

func exportCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "export", Usage: "write the record for other programs: tables, Every Eval Ever, Inspect", ArgsUsage: "[TABLE] [EXPERIMENT|TRIAL...]",
		Description: "TABLE is one of:\n\n" +
			"  trials       a row for each trial: terms, scores, gain, use, cost\n" +
			"  attempts     a row for each attempt: outcome, failure, rows, times\n" +
			"  calls        what the agents' code asked the teacher, and the answers\n" +
			"  rows         the submissions\n" +
			"  predictions  the students' answers to the public set, with verdicts\n" +
			"  all          every table, into the folder --to\n\n" +
			"The formats eee and inspect have no TABLE. They write scored trials as files of Every Eval Ever, or as logs\n" +
			"that `inspect view` opens.\n\n" +
			"Without EXPERIMENT or TRIAL: everything below --out. Nothing of a private set is exported but scores.\n" +
			"bench/doc/export.md describes the columns. Examples:\n\n" +
			"  autodatabench export trials\n  autodatabench export --format csv --to - attempts demo\n" +
			"  autodatabench export --to data all demo\n" +
			"  autodatabench export predictions demo/science/iterative/adaptive/1\n" +
			"  autodatabench export --format inspect demo",
		Before: checkPlaces, // its formats are its own
		Flags: append(placeFlags(), outFlag(), jsonFlag(),
			&cli.StringFlag{Name: "format", Value: string(export.Parquet), Usage: "`FORMAT`: parquet, csv or jsonl; eee or inspect"},
			&cli.StringFlag{Name: "to", Usage: "`FILE` to write, - for standard output; of all, eee and inspect a folder", DefaultText: "TABLE.FORMAT, or the folder FORMAT", TakesFile: true},
			&cli.StringFlag{Name: "organization", Usage: "for eee: the `NAME` of who evaluated", Value: "not stated"},
			&cli.StringFlag{Name: "relationship", Usage: "for eee: how the evaluator stands to the model, `WORD`: " + strings.Join(eee.Relationships(), ", "), Value: "other"}),
		Action: func(c *cli.Context) error {
			o := exportOptions{
				table: c.Args().First(), names: c.Args().Tail(), format: export.Format(c.String("format")), to: c.String("to"),
				asJSON: c.Bool("json"), out: c.String("out"), places: placesOf(c),
				by: eee.By{Organization: c.String("organization"), Relationship: c.String("relationship")},
			}
			if o.foreign() {
				o.names = c.Args().Slice()
				return runExportFiles(c.Context, env.World, o)
			}
			if !c.Args().Present() {
				return usage("want a table: %s", tableWords())
			}
			return runExport(c.Context, env.World, o)
		},
	}
}

type exportOptions struct {
	table  string
	names  []string // of experiments and trials; none for everything below out
	format export.Format
	to     string // empty for the table's own name
	asJSON bool
	out    string
	places setup.Places
	by     eee.By
}

// foreign reports whether the format is another program's, which has no tables.
func (o exportOptions) foreign() bool { return o.format == formatEEE || o.format == formatInspect }

// exportedFile is a file that export wrote.
type exportedFile struct {
	Table export.Table `json:"table"` // or the format, where that has no tables
	File  string       `json:"file"`
	Rows  int          `json:"rows"`
}

func tableWords() string {
	var names []string
	for _, t := range export.Tables() {
		names = append(names, string(t))
	}
	return strings.Join(append(names, everyTable), ", ")
}

// runExport writes tables. What cannot be exported is left out, and named at the end.
func runExport(ctx context.Context, w setup.World, o exportOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	source, left := exportSource(ctx, w, o)
	if source == nil {
		return left
	}
	tables, into := []export.Table{export.Table(o.table)}, ""
	if o.table == everyTable {
		tables, into = export.Tables(), cmp.Or(o.to, ".")
	}
	var files []exportedFile
	for _, t := range tables {
		path := cmp.Or(o.to, string(t)+"."+string(o.format))
		if into != "" {
			path = filepath.Join(into, string(t)+"."+string(o.format))
		}
		done, err := exportTable(w, o.format, t, *source, path)
		if err != nil {
			return errors.Join(left, err)
		}
		files = append(files, done)
	}
	if o.to == "-" {
		return left
	}
	return errors.Join(left, o.tell(w, files))
}

// tell says which files were written.
func (o exportOptions) tell(w setup.World, files []exportedFile) error {
	if o.asJSON {
		return printJSON(w, files)
	}
	for _, f := range files {
		fmt.Fprintf(w.Stdout, "%s  %d rows\n", f.File, f.Rows)
	}
	return nil
}

// check refuses what cannot be done before anything is read.
func (o exportOptions) check() error {
	switch {
	case o.table != everyTable && export.Table(o.table).Validate() != nil:
		return usage("no table %q; want one of %s", o.table, tableWords())
	case !slices.Contains(export.Formats(), o.format):
		return usage("--format %s: want parquet, csv, jsonl, eee or inspect", o.format)
	case o.to == "-" && o.table == everyTable:
		return usage("all tables go into a folder, not to standard output")
	case o.to == "-" && o.asJSON:
		return usage("--json says which file was written: give --to a file")
	}
	return nil
}

// exportTable writes the table into the file, whole or not at all, or to standard
// output.
func exportTable(w setup.World, f export.Format, t export.Table, s export.Source, path string) (exportedFile, error) {
	done := exportedFile{Table: t, File: path}
	fill := func(to io.Writer) (err error) {
		done.Rows, err = export.Write(to, f, t, s)
		return err
	}
	if path == "-" {
		if w.Screen && f != export.Parquet {
			return done, fill(w.Stdout)
		}
		return done, fill(raw(w.Stdout)) // data for a program
	}
	if err := disk.WriteStream(path, fill); err != nil {
		var known *results.Error
		if errors.As(err, &known) {
			return done, err
		}
		return done, results.Bad(err)
	}
	return done, nil
}
