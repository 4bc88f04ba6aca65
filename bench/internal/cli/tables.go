package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/report/markdown"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/catalog"
	"github.com/autodatabench/autodatabench/results/disk"
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
			&cli.StringFlag{Name: "update", TakesFile: true, Usage: "write Markdown into `FILE`, between the lines " + markdown.Begin + " and " + markdown.End}),
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			board, left := indexedBoard(c, env)
			if board == nil {
				return left
			}
			if path := c.String("update"); path != "" {
				return errors.Join(left, updatePage(path, *board))
			}
			return errors.Join(left, write(c, env, board))
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

// indexedBoard is the leaderboard of the index that the flags name. The error says
// what is left out of the board, if there is one.
func indexedBoard(c *cli.Context, env Env) (*report.Board, error) {
	outcomes, opts, err := indexed(c, env, c.String("experiment"))
	if outcomes == nil {
		return nil, err
	}
	board := report.Leaderboard(outcomes, opts)
	return &board, err
}

// indexed reads the outcomes of an experiment, or of all, from the index. With
// outcomes, the error says what is left out of them.
func indexed(c *cli.Context, env Env, name string) (outcomes []results.Outcome, opts report.Options, err error) {
	out := c.String("out")
	r, err := readCatalog(c.Context, out, name)
	if err != nil {
		return nil, opts, err
	}
	if name != "" && len(r.Outcomes) == 0 {
		err := results.Bad(fmt.Errorf("%s: holds no outcome of experiment %q", record.Index(out), name), "see which there are with: autodatabench leaderboard")
		return nil, opts, errors.Join(err, sayReading(env.World, r))
	}
	opts = recordedOptions(out, r.Outcomes)
	opts.Heads = r.Heads
	return append([]results.Outcome{}, r.Outcomes...), opts, sayReading(env.World, r)
}

// readCatalog reads the outcomes of the experiment of the name, or of all.
func readCatalog(ctx context.Context, out, name string) (r catalog.Reading, err error) {
	c, err := catalog.Existing(ctx, out)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	return c.Read(ctx, name)
}

// recordedOptions reads which domains the experiments of the outcomes are to have
// and how their agents are shown, as far as their folders say; a lock that cannot be
// read is named where the outcomes are read.
func recordedOptions(out string, outcomes []results.Outcome) report.Options {
	opts := report.Options{Expected: map[string][]results.Domain{}, Names: map[string]string{}}
	for _, o := range outcomes {
		if _, done := opts.Expected[o.Experiment]; done || o.Kind != results.OfAgent {
			continue
		}
		root := record.Experiment(filepath.Join(out, o.Experiment))
		domains, err := experiment.Domains(root)
		if opts.Expected[o.Experiment] = domains; err != nil {
			continue
		}
		if titles, err := root.Titles(); err == nil {
			addNames(opts.Names, titles)
		}
	}
	return opts
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
			outcomes, opts, left := indexed(c, env, c.String("experiment"))
			if outcomes == nil {
				return left
			}
			tables, err := report.PaperTable(n, outcomes, opts)
			if err != nil {
				return errors.Join(left, err)
			}
			return errors.Join(left, write(c, env, tables))
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
				outcomes, opts, left := indexed(c, env, name)
				if outcomes == nil {
					return left
				}
				side, err := report.CompareWithPaper(paper, outcomes, opts)
				if err != nil {
					return errors.Join(left, err)
				}
				return errors.Join(left, write(c, env, side))
			}
			return write(c, env, report.Reproduce(paper, report.Options{}))
		},
	}
}
