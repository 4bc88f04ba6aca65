package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/recorded"
	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/report/figure"
	"github.com/autodatabench/autodatabench/results/published"
)

func reproduceCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "reproduce", Usage: "recompute the paper's Table 1 from its raw scores and list what disagrees",
		Description: "The published raw scores go through the same scoring as measured trials. With --experiment, the paper's\n" +
			"Table 1 is set beside an experiment's results instead. Examples:\n\n" +
			"  autodatabench reproduce\n  autodatabench reproduce --format markdown\n  autodatabench reproduce --experiment demo\n" +
			"  autodatabench reproduce --tables corrected    # CSV files as in results/published/csv\n" +
			"  autodatabench reproduce --figures paper       # the paper's figures 3 and 5, as far as it has their numbers",
		Flags: []cli.Flag{outFlag(), jsonFlag(), formatFlag(), &cli.StringFlag{Name: "experiment", Aliases: []string{"measured"}, Usage: "set this `EXPERIMENT` beside the paper"},
			&cli.StringFlag{Name: "tables", Usage: "read the paper's tables from the CSV files in this `FOLDER`", DefaultText: "as published", TakesFile: true},
			&cli.StringFlag{Name: "figures", Usage: "draw figures 3 and 5 of the paper into this `FOLDER`, as SVG", TakesFile: true}},
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			return runReproduce(c.Context, env.World, reproduceOptions{
				format: formatOf(c), out: c.String("out"), measured: c.String("experiment"), tables: c.String("tables"), figures: c.String("figures"),
			})
		},
	}
}

type reproduceOptions struct {
	format   report.Format
	out      string
	measured string // experiment to set beside the paper; empty for none
	tables   string // folder of CSV files; empty for the published ones
	figures  string // folder to draw figures into; empty for none
}

// runReproduce prints the paper's Table 1 as recomputed, or beside measured results.
func runReproduce(ctx context.Context, w setup.World, o reproduceOptions) error {
	if o.figures != "" && o.measured != "" {
		return usage("--figures draws what the paper has: give it without --experiment")
	}
	paper, err := o.published()
	if err != nil {
		return err
	}
	if o.figures != "" {
		return drawPaper(w, o, paper)
	}
	if o.measured == "" {
		return show(w, o.format, report.Reproduce(paper, report.Options{}))
	}
	outcomes, opts, left := recorded.Outcomes(ctx, o.out, o.measured, warnings(w))
	if outcomes == nil {
		return left
	}
	side, err := report.CompareWithPaper(paper, outcomes, opts)
	if err != nil {
		return errors.Join(left, err)
	}
	return errors.Join(left, show(w, o.format, side))
}

// published are the paper's tables, as they are or as the user corrected them.
func (o reproduceOptions) published() (published.Tables, error) {
	if o.tables == "" {
		return published.Load()
	}
	paper, err := published.Read(os.DirFS(o.tables))
	if err != nil {
		return paper, fmt.Errorf("%s: %w", o.tables, err)
	}
	return paper, nil
}

// drawPaper draws the paper's figures as far as its tables have them.
func drawPaper(w setup.World, o reproduceOptions, paper published.Tables) error {
	var drawn []drawnFigure
	figures := report.PaperFigures(paper)
	for _, name := range slices.Sorted(maps.Keys(figures)) {
		path := filepath.Join(o.figures, "paper-figure-"+name+".svg")
		if err := writeFigure(path, figure.SVG, figures[name]); err != nil {
			return err
		}
		drawn = append(drawn, drawnFigure{name, path, figures[name]})
	}
	return sayFigures(w, o.format == report.JSON, true, drawn)
}
