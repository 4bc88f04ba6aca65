package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/report/markdown"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/index"
	"github.com/autodatabench/autodatabench/results/published"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

func leaderboardCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "leaderboard", Usage: "rank the agents of all experiments in the index",
		Description: "Examples:\n\n  autodatabench leaderboard\n  autodatabench leaderboard --format markdown --experiment demo\n" +
			"  autodatabench leaderboard --update README.md",
		Flags: append(boardFlags(), formatFlag(),
			&cli.BoolFlag{Name: "averages", Usage: "ranks and ties by points, headroom and geometric mean, too"},
			&cli.StringFlag{Name: "update", TakesFile: true, Usage: "write Markdown into `FILE`, between the lines " + markdown.Begin + " and " + markdown.End}),
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			board, err := indexedBoard(c, env)
			if err != nil {
				return err
			}
			if path := c.String("update"); path != "" {
				return updatePage(path, board)
			}
			return write(c, env, board)
		},
	}
}

// updatePage rewrites the leaderboard in a Markdown page.
func updatePage(path string, board report.Board) error {
	page, err := os.ReadFile(path)
	if err != nil {
		return results.Bad(err)
	}
	var block bytes.Buffer
	if err := report.Write(&block, report.Markdown, board); err != nil {
		return err
	}
	page, err = markdown.Replace(page, block.Bytes())
	if err != nil {
		return results.Bad(fmt.Errorf("%s: %w", path, err), "put both marker lines where the leaderboard is to stand")
	}
	return disk.WriteFile(path, page)
}

func boardFlags() []cli.Flag {
	return []cli.Flag{outFlag(), jsonFlag(), &cli.StringFlag{Name: "experiment", Usage: "only this experiment"}}
}

// indexedBoard is the leaderboard of the index that the flags name.
func indexedBoard(c *cli.Context, env Env) (report.Board, error) {
	outcomes, opts, err := indexed(c, env, c.String("experiment"))
	opts.Averages = c.Bool("averages")
	return report.Leaderboard(outcomes, opts), err
}

// indexed reads the outcomes of an experiment, or of all, from the index.
func indexed(c *cli.Context, env Env, name string) ([]results.Outcome, report.Options, error) {
	out := c.String("out")
	path := record.Index(out)
	if !disk.Exists(path) {
		return nil, report.Options{}, results.Bad(fmt.Errorf("%s: there is no index", path), "run an experiment first, give --out, or rebuild it with reindex")
	}
	db, err := openIndex(c.Context, env.World, out)
	if err != nil {
		return nil, report.Options{}, err
	}
	defer db.Close()
	outcomes, err := db.Outcomes(c.Context, index.Filter{Experiment: name})
	if err != nil {
		return nil, report.Options{}, err
	}
	if name != "" && len(outcomes) == 0 {
		return nil, report.Options{}, results.Bad(fmt.Errorf("%s: holds no outcome of experiment %q", path, name), "see which there are with: autodatabench leaderboard")
	}
	opts, err := recordedOptions(out, outcomes)
	return outcomes, opts, err
}

// recordedOptions reads which domains the experiments of the outcomes are to have
// and how their agents are shown, as far as their folders are there.
func recordedOptions(out string, outcomes []results.Outcome) (report.Options, error) {
	opts := report.Options{Expected: map[string][]results.Domain{}, Names: map[string]string{}}
	for _, o := range outcomes {
		if _, done := opts.Expected[o.Experiment]; done || o.Kind != results.OfAgent {
			continue
		}
		root := record.Experiment(filepath.Join(out, o.Experiment))
		domains, err := experiment.Domains(root)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return opts, err
		}
		opts.Expected[o.Experiment] = domains
		titles, err := root.Titles()
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return opts, err
		}
		addNames(opts.Names, titles)
	}
	return opts, nil
}

// addNames adds an experiment's titles to the names of agents. An agent that two
// experiments show differently keeps its own name.
func addNames(names, titles map[string]string) {
	for agent, title := range titles {
		if was, found := names[agent]; found && was != title {
			title = agent
		}
		names[agent] = title
	}
}

func tableCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "table", Usage: "print measured trials in the layout of the paper's tables", ArgsUsage: "1..5",
		Description: "1 gain and MATS by domain, 2 given data beside agents', 3 the student before training, 4 each run,\n" +
			"5 other teachers and students. Example:\n\n  autodatabench table --experiment demo 1",
		Flags: append(boardFlags(), formatFlag()),
		Action: func(c *cli.Context) error {
			arg, err := oneArgument(c, "a number from 1 to 5")
			if err != nil {
				return err
			}
			n, err := strconv.Atoi(arg)
			if err != nil || n < 1 || n > report.PaperTables {
				return usage("no table %q; want a number from 1 to %d", arg, report.PaperTables)
			}
			outcomes, opts, err := indexed(c, env, c.String("experiment"))
			if err != nil {
				return err
			}
			tables, err := report.PaperTable(n, outcomes, opts)
			if err != nil {
				return err
			}
			return write(c, env, tables)
		},
	}
}

func reproduceCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "reproduce", Usage: "recompute the paper's Table 1 from its raw scores and list what disagrees",
		Description: "The published raw scores go through the same scoring as measured trials. With --measured, the paper's\n" +
			"Table 1 is set beside an experiment's results instead. Examples:\n\n" +
			"  autodatabench reproduce\n  autodatabench reproduce --format markdown\n  autodatabench reproduce --measured demo",
		Flags: []cli.Flag{outFlag(), jsonFlag(), formatFlag(), &cli.StringFlag{Name: "measured", Usage: "set this `EXPERIMENT` beside the paper"}},
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			paper, err := published.Load()
			if err != nil {
				return err
			}
			if name := c.String("measured"); name != "" {
				outcomes, opts, err := indexed(c, env, name)
				if err != nil {
					return err
				}
				side, err := report.CompareWithPaper(paper, outcomes, opts)
				if err != nil {
					return err
				}
				return write(c, env, side)
			}
			return write(c, env, report.Reproduce(paper, report.Options{}))
		},
	}
}
