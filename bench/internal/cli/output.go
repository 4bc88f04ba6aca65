package cli

import (
	"encoding/json"
	"io"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/report/table"
)

// Flags that several commands share.
func outFlag() cli.Flag {
	return &cli.StringFlag{Name: "out", Value: "runs", Usage: "`FOLDER` that holds the experiments", TakesFile: true}
}

func jsonFlag() cli.Flag { return &cli.BoolFlag{Name: "json", Usage: "print JSON"} }

func formatFlag() cli.Flag {
	return &cli.StringFlag{Name: "format", Value: "text", Usage: "text, markdown, csv or json"}
}

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

// formatOf is the format that --json or --format asks for.
func formatOf(c *cli.Context) report.Format {
	if c.Bool("json") {
		return report.JSON
	}
	return report.Format(c.String("format"))
}

// show prints data as JSON, or the tables, in the format asked for.
func show(c *cli.Context, env Env, data any, tables ...*table.Table) error {
	return printData(env.Stdout, formatOf(c), data, tables...)
}

// write prints the view in the format asked for.
func write(c *cli.Context, env Env, v report.View) error {
	return report.Write(env.Stdout, formatOf(c), v)
}

// checkFormat refuses an unknown --format before any work is done.
func checkFormat(c *cli.Context) error {
	if !c.IsSet("format") {
		return nil
	}
	if err := report.Format(c.String("format")).Validate(); err != nil {
		return usage("--format: %s", err)
	}
	return nil
}

// noArguments refuses what stands after the flags; flags behind an argument
// would be taken for arguments too.
func noArguments(c *cli.Context) error {
	if c.Args().Present() {
		return usage("unexpected argument %q (flags go before arguments)", c.Args().First())
	}
	return nil
}

// oneArgument returns the only argument.
func oneArgument(c *cli.Context, what string) (string, error) {
	if c.NArg() != 1 {
		return "", usage("want one argument: %s (flags go before it)", what)
	}
	return c.Args().First(), nil
}

// firstArgument is the first argument; nil if there is none.
func firstArgument(c *cli.Context) *string {
	if !c.Args().Present() {
		return nil
	}
	return new(c.Args().First())
}
