package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/report/figure"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/catalog"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

// figureNames lists the figures.
var figureNames = []string{"3", "4", "5", "gain", "cost", "budget"}

func figureCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "figure", Usage: "draw a figure as SVG or PNG", ArgsUsage: "NAME",
		Description: "NAME is one of:\n\n" +
			"  3       public, private and final accuracy by submission round\n" +
			"  4       quality measures of data sets, from a file (--measures)\n" +
			"  5       what failed attempts failed of, by agent and domain\n" +
			"  gain    average gain with intervals\n" +
			"  cost    gain against cost, with the Pareto front\n" +
			"  budget  teacher calls over run time\n\n" +
			"The file's ending says the format. 3 and budget read the folders of one experiment, the others the\n" +
			"index. In PNG, a name in characters that the built-in font lacks is shown as the agent's id. The file\n" +
			"of measures is JSON:\n\n" +
			"  {\"measures\": [{\"name\": \"instruction diversity\", \"low\": 0, \"high\": 1},\n" +
			"                {\"name\": \"response perplexity\", \"better\": \"lower\"}, ...],\n" +
			"   \"sets\": [{\"name\": \"pipeline\", \"simulated\": true, \"values\": [0.71, 12.5, ...]}, ...]}\n\n" +
			"Examples:\n\n  autodatabench figure --experiment demo gain\n  autodatabench figure --output rounds.png --experiment demo 3\n" +
			"  autodatabench figure --measures quality.json 4",
		Flags: append(boardFlags(),
			&cli.StringFlag{Name: "output", Usage: "`FILE` to write, .svg or .png; by default figure-NAME.svg", TakesFile: true},
			&cli.StringFlag{Name: "measures", Usage: "`FILE` of measures, for figure 4", TakesFile: true},
			&cli.StringSliceFlag{Name: "agent", Usage: "only this agent, for figures 3 and budget"}),
		Action: func(c *cli.Context) error { return drawFigure(c, env) },
	}
}

// drawFigure draws the figure into its file, and refuses what it cannot before it
// reads any trial.
func drawFigure(c *cli.Context, env Env) error {
	name, err := oneArgument(c, "a figure: "+strings.Join(figureNames, ", "))
	if err != nil {
		return err
	}
	if !slices.Contains(figureNames, name) {
		return usage("no figure %q; want one of %s", name, strings.Join(figureNames, ", "))
	}
	if (name == "4") != c.IsSet("measures") {
		return usage("figure 4, and no other, takes --measures")
	}
	path := c.String("output")
	if path == "" {
		path = "figure-" + name + ".svg"
	}
	format := figure.Format(strings.TrimPrefix(filepath.Ext(path), "."))
	if !slices.Contains(figure.Formats(), format) {
		return usage("--output %s: want a file that ends in .svg or .png", path)
	}
	fig, left := figureOf(c, env, name)
	if fig == nil {
		return left
	}
	return errors.Join(left, writeFigure(c, env, name, path, format, fig))
}

func writeFigure(c *cli.Context, env Env, name, path string, format figure.Format, fig figure.Figure) error {
	var page bytes.Buffer
	if err := figure.Write(&page, format, fig); err != nil {
		return err
	}
	if err := disk.WriteFile(path, page.Bytes()); err != nil {
		return results.Bad(err)
	}
	if c.Bool("json") {
		return show(c, env, struct {
			Name string        `json:"name"`
			File string        `json:"file"`
			Data figure.Figure `json:"data"`
		}{name, path, fig})
	}
	fmt.Fprintln(env.Stdout, path)
	return nil
}

// figureOf makes the figure. With one, the error says what is left out of it.
func figureOf(c *cli.Context, env Env, name string) (fig figure.Figure, err error) {
	switch name {
	case "4":
		return measuresFigure(c.String("measures"))
	case "3", "budget":
		experiment, logs, names, left, err := trialLogs(c)
		switch {
		case err != nil:
			return nil, errors.Join(append(left, err)...)
		case name == "3":
			return report.RoundsFigure(experiment, logs, names), errors.Join(left...)
		}
		return report.BudgetFigure(experiment, logs, names), errors.Join(left...)
	}
	board, left := indexedBoard(c, env)
	if board == nil {
		return nil, left
	}
	switch name {
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
	f, err := os.Open(path)
	if err != nil {
		return nil, results.Bad(err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, figure.MaxMeasuresFile+1))
	if err != nil {
		return nil, results.Bad(err)
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

// trialLogs reads the trials of the experiment that --experiment names, or of
// the only one there is, and how its agents are shown. left names the trials that do
// not count.
func trialLogs(c *cli.Context) (name string, logs []report.TrialLog, names map[string]string, left []error, err error) {
	root, err := oneExperiment(c)
	if err != nil {
		return "", nil, nil, nil, err
	}
	if names, err = root.Titles(); err != nil {
		return "", nil, nil, nil, err
	}
	f, _, err := experiment.Recorded(root)
	if err != nil {
		return "", nil, nil, nil, err
	}
	shelf, err := catalog.Beside(c.Context, root)
	if err != nil {
		return "", nil, nil, nil, err
	}
	for _, id := range f.Trials() {
		if agents := c.StringSlice("agent"); len(agents) > 0 && !slices.Contains(agents, id.Agent) {
			continue
		}
		l, err := trialLog(shelf, root, id)
		if errors.Is(err, fs.ErrNotExist) {
			if err = shelf.Missing(root, id); err == nil {
				continue // it has not begun
			}
		}
		if err != nil {
			left = append(left, catalog.Fault(string(root.Trial(id)), err))
			continue
		}
		logs = append(logs, l)
	}
	if agents := c.StringSlice("agent"); len(agents) > 0 && len(logs) == 0 {
		return "", nil, nil, left, results.Bad(fmt.Errorf("%s: no trial of %s has begun", root, strings.Join(agents, ", ")))
	}
	return f.Name, logs, names, left, nil
}

// oneExperiment is the folder of an experiment.
func oneExperiment(c *cli.Context) (record.Experiment, error) {
	if name := c.String("experiment"); name != "" {
		return record.Find(c.String("out"), name)
	}
	list, err := record.Experiments(c.String("out"))
	if err != nil {
		return "", err
	}
	if len(list) != 1 {
		return "", results.Bad(fmt.Errorf("%s: there are %d experiments", c.String("out"), len(list)), "choose one with --experiment")
	}
	return list[0], nil
}

func trialLog(shelf *catalog.Catalog, root record.Experiment, id results.TrialID) (l report.TrialLog, err error) {
	dir := root.Trial(id)
	if l.State, err = dir.Follow(func(_ results.Event, s *results.Trial) {
		l.Used = append(l.Used, report.Used{Elapsed: s.Elapsed, Calls: s.Usage.TeacherCalls})
	}); err != nil {
		return l, err
	}
	o, err := shelf.Trial(root, id)
	if err != nil {
		return l, err
	}
	l.Base, l.Finals = o.BasePrivate, o.Finals
	l.Private, err = dir.Rounds(l.State)
	return l, err
}
