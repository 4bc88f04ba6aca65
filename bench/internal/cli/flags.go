package cli

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/tasks/evaluators"
)

// This file has the flags that several commands share, and the functions that read
// them. Only an Action calls these functions: below it there is no [cli.Context].

// defaultOut is the folder of experiments unless --out names another.
const defaultOut = "runs"

func outFlag() cli.Flag {
	return &cli.StringFlag{Name: "out", Value: defaultOut, Usage: "`FOLDER` that holds the experiments", TakesFile: true}
}

func jsonFlag() cli.Flag { return &cli.BoolFlag{Name: "json", Usage: "print JSON"} }

func formatFlag() cli.Flag {
	return &cli.StringFlag{Name: "format", Value: "text", Usage: "`FORMAT`: text, markdown, csv or json"}
}

// formatOf is the format that --json or --format asks for.
func formatOf(c *cli.Context) report.Format {
	if c.Bool("json") {
		return report.JSON
	}
	return report.Format(c.String("format"))
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

// checkFlags refuses an unknown --format and what [checkPlaces] refuses.
func checkFlags(c *cli.Context) error {
	if err := checkFormat(c); err != nil {
		return err
	}
	return checkPlaces(c)
}

// checkPlaces refuses flags that contradict each other, and places that cannot be
// written to, before any work is done.
func checkPlaces(c *cli.Context) error {
	if c.IsSet("suite") && c.IsSet("task") {
		return usage("--suite and --task exclude each other")
	}
	if out := c.String("out"); out != "" {
		if err := checkFolder("--out", out); err != nil {
			return err
		}
	}
	to := c.String("to")
	if info, err := os.Stat(to); err == nil && !info.IsDir() { // it is replaced, or written to
		return nil
	}
	switch {
	case !c.IsSet("to") || to == toStdout:
		return nil
	case filepath.Ext(to) != "":
		return checkParent("--to", to)
	}
	return checkFolder("--to", to) // folders are made with those around them
}

// noArguments refuses arguments.
func noArguments(c *cli.Context) error {
	if c.Args().Present() {
		return usage("unexpected argument %q", c.Args().First())
	}
	return nil
}

// oneArgument returns the only argument.
func oneArgument(c *cli.Context, what string) (string, error) {
	if c.NArg() != 1 {
		return "", usage("want one argument: %s", what)
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

// optional is the value of a flag of one text; nil if the flag is not given.
func optional(c *cli.Context, name string) *string {
	if !c.IsSet(name) {
		return nil
	}
	return new(c.String(name))
}

// suiteFlags choose the tasks.
func suiteFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "suite", Value: experiment.MiniSuite, Usage: "`NAME`: mini or paper"},
		&cli.StringSliceFlag{Name: "task", Usage: "task `FOLDER`, in place of a suite", TakesFile: true},
	}
}

func suiteOf(c *cli.Context) experiment.Suite {
	if dirs := c.StringSlice("task"); len(dirs) > 0 {
		return experiment.Suite{Folders: dirs}
	}
	return experiment.Suite{Name: c.String("suite")}
}

// placeFlags say where the tasks lie.
func placeFlags() []cli.Flag { return []cli.Flag{privateRootFlag(), paperFlag()} }

func privateRootFlag() cli.Flag {
	return &cli.StringFlag{Name: "private-root", Value: "private", Usage: "`FOLDER` that holds the private sets of task folders", TakesFile: true}
}

func paperFlag() cli.Flag {
	return &cli.StringFlag{Name: "paper", Value: "paper", Usage: "`FOLDER` that holds the tasks of suite paper", TakesFile: true}
}

func placesOf(c *cli.Context) setup.Places {
	return setup.Places{Private: c.String("private-root"), Paper: c.String("paper")}
}

// boardFlags choose the outcomes that a page is about.
func boardFlags() []cli.Flag {
	return []cli.Flag{outFlag(), jsonFlag(), &cli.StringFlag{Name: "experiment", Usage: "only this `EXPERIMENT`", DefaultText: "all"}}
}

func eventsFlag() cli.Flag {
	return &cli.StringFlag{Name: "events", Usage: "add what happens to `FILE`, one JSON event a line (bench/doc/events.md); - is standard output, and the table goes to standard error", TakesFile: true}
}

// eventsOf is where events go; empty for nowhere.
func eventsOf(c *cli.Context) (string, error) {
	events := c.String("events")
	if events == toStdout && formatOf(c) == report.JSON {
		return "", usage("--events - and --json both want standard output; give --events a file")
	}
	return events, nil
}

// rowFlag chooses rows of a board.
func rowFlag() cli.Flag {
	return &cli.StringSliceFlag{Name: "row", Usage: "only this `ROW`, as experiment:agent/workflow/setting or a part of that; ranks stay", DefaultText: "all"}
}

// onlyFlag and failedFlag choose trials of an experiment.
func onlyFlag() cli.Flag {
	return &cli.StringSliceFlag{Name: "only", Usage: "run only the trials of these `WORDS`, as science/iterative/adaptive/1"}
}

func failedFlag() cli.Flag {
	return &cli.BoolFlag{Name: "failed", Usage: "run only the trials that have begun and have no score"}
}

// tableFlags choose the tables of a leaderboard.
func tableFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "table", Usage: "`NAME` of a table to show in place of " + report.Summary},
		&cli.BoolFlag{Name: "all", Usage: "show all tables, the ranking last"},
	}
}

// tablesOf names the tables to show. The ranking comes last, where a terminal's reader
// finds it.
func tablesOf(c *cli.Context) ([]string, error) {
	known, named := report.BoardTables(), c.StringSlice("table")
	switch {
	case c.Bool("all") && len(named) > 0:
		return nil, usage("give --all or --table, not both")
	case c.Bool("all"):
		return append(slices.DeleteFunc(known, func(name string) bool { return name == report.Summary || name == report.OtherRanksTable }), report.Summary), nil
	case len(named) == 0:
		return []string{report.Summary}, nil
	}
	for _, name := range named {
		if !slices.Contains(known, name) {
			return nil, usage("--table %s: want one of %s", name, strings.Join(known, ", "))
		}
	}
	return named, nil
}

// evaluatorFlags set an evaluator's parameters.
func evaluatorFlags() []cli.Flag {
	return []cli.Flag{
		&cli.Float64Flag{Name: "absolute-tolerance", Usage: "of numeric: a `NUMBER`"},
		&cli.Float64Flag{Name: "relative-tolerance", Usage: "of numeric: a `SHARE` of the expected number, such as 0.01"},
		&cli.BoolFlag{Name: "tolerate-whole", Usage: "of numeric: the relative tolerance holds for whole numbers too"},
		&cli.BoolFlag{Name: "ignore-case", Usage: "of contains and exact"},
		&cli.StringSliceFlag{Name: "choice", Usage: "of choice: one `ANSWER` that may be given", DefaultText: "A to E"},
	}
}

func evaluatorOf(c *cli.Context, kind string) evaluators.Spec {
	s := evaluators.Spec{
		Kind: kind, IgnoreCase: c.Bool("ignore-case"), TolerateWhole: c.Bool("tolerate-whole"),
		AbsoluteTolerance: c.Float64("absolute-tolerance"), RelativeTolerance: c.Float64("relative-tolerance"),
	}
	if c.IsSet("choice") {
		s.Choices = c.StringSlice("choice")
	}
	return s
}

// modelFlag chooses the student of the student commands.
func modelFlag() cli.Flag {
	return &cli.StringFlag{Name: "model", Usage: "`FOLDER` of another Llama in Hugging Face form; none for the embedded student", TakesFile: true}
}

// targetFlag names the folder that a command makes.
func targetFlag(what string) cli.Flag {
	return &cli.StringFlag{Name: "to", Usage: "`FOLDER` to make for the " + what, TakesFile: true}
}

// targetOf is the folder that --to names.
func targetOf(c *cli.Context) (string, error) {
	to := c.String("to")
	if to == "" {
		return "", usage("--to FOLDER is missing")
	}
	return to, nil
}

// wordsOf reads the flags of run that make or change an experiment.
func wordsOf(c *cli.Context) (words, error) {
	w := words{
		name: c.String("experiment"), suite: suiteOf(c), domains: c.StringSlice("domain"), workflows: c.StringSlice("workflow"),
		settings: c.StringSlice("setting"), agents: c.StringSlice("agent"), sandbox: optional(c, "sandbox"),
	}
	for _, name := range []string{"experiment", "domain", "workflow", "setting", "agent", "suite", "task"} {
		w.whole = w.whole || c.IsSet(name)
	}
	if c.IsSet("runs") {
		w.runs = new(c.Int("runs"))
	}
	if c.IsSet("seed") {
		w.seed = new(c.Int64("seed"))
	}
	if c.IsSet("parallel") {
		w.parallel = new(c.Int("parallel"))
	}
	return w, w.untilDecided(c)
}

// untilDecided reads the flags that let a rule give runs.
func (w *words) untilDecided(c *cli.Context) error {
	if !c.Bool("until-decided") {
		for _, name := range []string{"pairs", "max-runs"} {
			if c.IsSet(name) {
				return usage("--%s goes with --until-decided", name)
			}
		}
		return nil
	}
	if w.runs != nil {
		return usage("--until-decided gives runs itself; --max-runs bounds them, in place of --runs")
	}
	w.until = cmp.Or(c.String("pairs"), experiment.Top)
	if c.IsSet("max-runs") {
		w.runs = new(c.Int("max-runs"))
	}
	return nil
}

// verifyFlags say how a bundle is verified.
func verifyFlags() []cli.Flag {
	return append(placeFlags(), jsonFlag(), formatFlag(),
		&cli.BoolFlag{Name: "retrain", Usage: "train and score again"},
		&cli.IntFlag{Name: "sample", Usage: "with --retrain: so many trials, drawn by the bundle's digest", DefaultText: "all"},
		&cli.StringSliceFlag{Name: "task", Usage: "task `FOLDER`, of a bundle with tasks of its own", TakesFile: true})
}

func verifyOptionsOf(c *cli.Context, bundle string) verifyOptions {
	return verifyOptions{format: formatOf(c), file: bundle, places: placesOf(c), retrain: c.Bool("retrain"), sample: c.Int("sample"), tasks: c.StringSlice("task")}
}

// bundlesFlag names where bundles lie that submissions give by address.
func bundlesFlag() cli.Flag {
	return &cli.StringFlag{Name: "bundles", Usage: "`FOLDER` of bundles that submissions give by address, each named by its digest and .adb", TakesFile: true}
}

// trustFlag names whose receipts count.
func trustFlag() cli.Flag {
	return &cli.StringFlag{Name: "trust", Value: "results/submissions/trust.yaml", Usage: "`FILE` that names whose receipts count", TakesFile: true}
}

// addedOf reads the flags with which an experiment grows.
func addedOf(c *cli.Context) added {
	a := added{domains: c.StringSlice("domain"), workflows: c.StringSlice("workflow"), settings: c.StringSlice("setting"), agents: c.StringSlice("agent")}
	if c.IsSet("runs") {
		a.runs = new(c.Int("runs"))
	}
	return a
}

// endpointOf reads the flags of a model behind an address.
func endpointOf(c *cli.Context, name string) setup.Endpoint {
	return setup.Endpoint{URL: c.String(name), Model: c.String(name + "-model"), KeyEnv: c.String(name + "-key-env")}
}
