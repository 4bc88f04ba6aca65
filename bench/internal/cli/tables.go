package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"autodatabench/report"
	"autodatabench/report/markdown"
	"autodatabench/results"
	"autodatabench/results/folder"
	"autodatabench/results/index"
	"autodatabench/results/published"
	"autodatabench/runner/experiment"
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
			board, err := indexedBoard(c)
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
		return results.Bad("", err)
	}
	var block bytes.Buffer
	if err := report.Write(&block, report.Markdown, board); err != nil {
		return err
	}
	page, err = markdown.Replace(page, block.Bytes())
	if err != nil {
		return results.Bad("put both marker lines where the leaderboard is to stand", fmt.Errorf("%s: %w", path, err))
	}
	return folder.WriteFile(path, page)
}

func boardFlags() []cli.Flag {
	return []cli.Flag{outFlag(), jsonFlag(), &cli.StringFlag{Name: "experiment", Usage: "only this experiment"}}
}

// indexedBoard is the leaderboard of the index that the flags name.
func indexedBoard(c *cli.Context) (report.Board, error) {
	out, name := c.String("out"), c.String("experiment")
	path := indexPath(out)
	if !folder.Exists(path) {
		return report.Board{}, results.Bad("run an experiment first, give --out, or rebuild it with reindex", fmt.Errorf("%s: there is no index", path))
	}
	db, err := index.Open(path)
	if err != nil {
		return report.Board{}, err
	}
	defer db.Close()
	outcomes, err := db.Outcomes(c.Context, index.Filter{Experiment: name})
	if err != nil {
		return report.Board{}, err
	}
	if name != "" && len(outcomes) == 0 {
		return report.Board{}, results.Bad("see which there are with: autodatabench leaderboard", fmt.Errorf("%s: holds no outcome of experiment %q", path, name))
	}
	expected, err := expectedDomains(out, outcomes)
	if err != nil {
		return report.Board{}, err
	}
	return report.Leaderboard(outcomes, report.Options{Expected: expected}), nil
}

// expectedDomains reads which domains the experiments of the outcomes are to
// have, as far as their folders are there.
func expectedDomains(out string, outcomes []results.Outcome) (map[string][]results.Domain, error) {
	expected := map[string][]results.Domain{}
	for _, o := range outcomes {
		if _, done := expected[o.Experiment]; done || o.Kind != results.OfAgent {
			continue
		}
		domains, err := experiment.Domains(filepath.Join(out, o.Experiment))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		expected[o.Experiment] = domains
	}
	return expected, nil
}

func reproduceCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "reproduce", Usage: "recompute the paper's Table 1 from its raw scores and list what disagrees",
		Description: "The published raw scores go through the same scoring as measured trials. Examples:\n\n" +
			"  autodatabench reproduce\n  autodatabench reproduce --format markdown",
		Flags: []cli.Flag{jsonFlag(), formatFlag()},
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			paper, err := published.Load()
			if err != nil {
				return err
			}
			return write(c, env, report.Reproduce(paper))
		},
	}
}
