package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/recorded"
	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/report/figure"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

// figureNames lists the figures; everyFigure stands for all.
var figureNames = []string{"3", "4", "5", "gain", "cost", "budget"}

const everyFigure = "all"

func figureCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "figure", Usage: "draw a figure as SVG, PNG or PDF", ArgsUsage: "NAME",
		Description: "NAME is one of:\n\n" +
			"  3       public, private and final accuracy by submission round\n" +
			"  4       quality measures of data sets, from a file (--measures)\n" +
			"  5       what failed attempts failed of, by agent and domain\n" +
			"  gain    average gain with intervals\n" +
			"  cost    gain against cost, with the Pareto front\n" +
			"  budget  teacher calls over run time\n" +
			"  all     every one, into the folder --to; 4 with --measures alone\n\n" +
			"The file's ending says the format. 3 and budget read the folders of one experiment, the others the\n" +
			"index. In PNG and PDF, a name in characters that the built-in font lacks is shown as the agent's id. The file\n" +
			"of measures is JSON:\n\n" +
			"  {\"measures\": [{\"name\": \"instruction diversity\", \"low\": 0, \"high\": 1},\n" +
			"                {\"name\": \"response perplexity\", \"better\": \"lower\"}, ...],\n" +
			"   \"sets\": [{\"name\": \"pipeline\", \"simulated\": true, \"values\": [0.71, 12.5, ...]}, ...]}\n\n" +
			"Examples:\n\n  autodatabench figure --experiment demo gain\n  autodatabench figure --to rounds.png --experiment demo 3\n" +
			"  autodatabench figure --measures quality.json 4\n  autodatabench figure --experiment demo --format pdf --to figures all",
		Before: checkPlaces, // its formats are its own
		Flags: append(boardFlags(), rowFlag(),
			&cli.StringFlag{Name: "to", Aliases: []string{"output"}, Usage: "`FILE` to write, .svg, .png or .pdf; of all, a folder", DefaultText: "figure-NAME.FORMAT", TakesFile: true},
			&cli.StringFlag{Name: "format", Value: string(figure.SVG), Usage: "`FORMAT` where --to names no file: svg, png or pdf"},
			&cli.StringFlag{Name: "measures", Usage: "`FILE` of measures, for figure 4", TakesFile: true},
			&cli.StringSliceFlag{Name: "agent", Usage: "only this `AGENT`, for figures 3 and budget"}),
		Action: func(c *cli.Context) error {
			name, err := oneArgument(c, "a figure: "+strings.Join(figureNames, ", "))
			if err != nil {
				return err
			}
			return runFigure(c.Context, env.World, figureOptions{
				name: name, asJSON: c.Bool("json"), out: c.String("out"), experiment: c.String("experiment"),
				output: c.String("to"), format: figure.Format(c.String("format")), measures: optional(c, "measures"), agents: c.StringSlice("agent"), rows: c.StringSlice("row"),
			})
		},
	}
}

type figureOptions struct {
	name       string
	asJSON     bool
	out        string
	experiment string // empty for all, or for the only one
	output     string // file to write, folder of all figures; empty for the figure's own
	format     figure.Format
	measures   *string  // file of measures; nil for none
	agents     []string // of figures over time; none for all
	rows       []string // of the figures from the index; none for all
}

// runFigure draws the figure into its file, and refuses what it cannot draw before
// it reads any trial.
func runFigure(ctx context.Context, w setup.World, o figureOptions) error {
	switch {
	case o.name != everyFigure && !slices.Contains(figureNames, o.name):
		return usage("no figure %q; want one of %s, %s", o.name, strings.Join(figureNames, ", "), everyFigure)
	case o.name == "4" && o.measures == nil, o.name != "4" && o.name != everyFigure && o.measures != nil:
		return usage("figure 4, and no other, takes --measures")
	case !slices.Contains(figure.Formats(), o.format):
		return usage("--format %s: want svg, png or pdf", o.format)
	case o.name == everyFigure:
		return runFigures(ctx, w, o)
	}
	if len(o.rows) > 0 && slices.Contains([]string{"3", "4", "budget"}, o.name) {
		return usage("figure %s is not made of rows; --agent chooses for figures 3 and budget", o.name)
	}
	path := cmp.Or(o.output, "figure-"+o.name+"."+string(o.format))
	format := figure.Format(strings.TrimPrefix(filepath.Ext(path), "."))
	if !slices.Contains(figure.Formats(), format) {
		return usage("--to %s: want a file that ends in .svg, .png or .pdf", path)
	}
	fig, left := readFigure(ctx, w, o)
	if fig == nil {
		return left
	}
	if err := writeFigure(path, format, fig); err != nil {
		return errors.Join(left, err)
	}
	return errors.Join(left, sayFigures(w, o.asJSON, false, []drawnFigure{{o.name, path, fig}}))
}

// runFigures draws every figure that can be drawn into a folder, and names the others.
func runFigures(ctx context.Context, w setup.World, o figureOptions) error {
	var drawn []drawnFigure
	said := map[string]bool{} // one fault leaves trials out of several figures
	var left []error
	for _, name := range figureNames {
		if name == "4" && o.measures == nil {
			continue
		}
		one := o
		one.name = name
		fig, err := readFigure(ctx, w, one)
		if err != nil && !said[err.Error()] {
			said[err.Error()] = true
			left = append(left, err)
		}
		if fig == nil {
			continue
		}
		path := filepath.Join(o.output, "figure-"+name+"."+string(o.format))
		if err := writeFigure(path, o.format, fig); err != nil {
			return errors.Join(append(left, err)...)
		}
		drawn = append(drawn, drawnFigure{name, path, fig})
	}
	return errors.Join(append(left, sayFigures(w, o.asJSON, true, drawn))...)
}

// drawnFigure is a figure that was written.
type drawnFigure struct {
	Name string        `json:"name"`
	File string        `json:"file"`
	Data figure.Figure `json:"data"`
}

// writeFigure writes the figure into the file path, whole or not at all.
func writeFigure(path string, format figure.Format, fig figure.Figure) error {
	var page bytes.Buffer
	if err := figure.Write(&page, format, fig); err != nil {
		return err
	}
	if err := disk.WriteFile(path, page.Bytes()); err != nil {
		return results.Bad(err)
	}
	return nil
}

// sayFigures prints where the figures are, as JSON a list if several could be asked for.
func sayFigures(w setup.World, asJSON, list bool, drawn []drawnFigure) error {
	switch {
	case asJSON && list:
		return printJSON(w, append([]drawnFigure{}, drawn...))
	case asJSON:
		return printJSON(w, drawn[0])
	}
	for _, d := range drawn {
		fmt.Fprintln(w.Stdout, d.File)
	}
	return nil
}

// readFigure reads what the figure shows. With a figure, the error says what is left
// out of it.
func readFigure(ctx context.Context, w setup.World, o figureOptions) (fig figure.Figure, err error) {
	switch o.name {
	case "4":
		return measuresFigure(*o.measures)
	case "3", "budget":
		logs, err := recorded.ReadLogs(ctx, o.out, o.experiment, o.agents)
		left := errors.Join(logs.Left...)
		switch {
		case err != nil:
			return nil, errors.Join(left, err)
		case o.name == "3":
			return report.RoundsFigure(logs.Experiment, logs.Trials, logs.Names), left
		}
		return report.BudgetFigure(logs.Experiment, logs.Trials, logs.Names), left
	}
	whole, left := readBoard(ctx, w, o.out, o.experiment)
	if whole == nil {
		return nil, left
	}
	board, err := whole.Showing(o.rows...)
	if err != nil {
		return nil, errors.Join(left, err)
	}
	switch o.name {
	case "5":
		fig, err = board.ErrorsFigure()
	case "cost":
		fig, err = board.CostFigure()
	default:
		fig, err = board.GainFigure()
	}
	if err != nil {
		return nil, errors.Join(left, err)
	}
	return fig, left
}

func measuresFigure(path string) (figure.Figure, error) {
	data, err := disk.ReadInput(path, figure.MaxMeasuresFile)
	if err != nil {
		return nil, err
	}
	radar, err := figure.ReadMeasures(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	radar.Title, radar.Subtitle = "Quality of the training sets", "From "+filepath.Base(path)+"."
	if slices.ContainsFunc(radar.Sets, func(s figure.Set) bool { return s.Simulated }) {
		radar.Subtitle += " Sets marked simulated were made without an LLM."
	}
	return radar, nil
}
