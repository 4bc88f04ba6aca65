package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"autodatabench/report"
	"autodatabench/results"
	"autodatabench/results/folder"
	"autodatabench/results/index"
	"autodatabench/results/published"
	"autodatabench/runner/experiment"
)

func leaderboardCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "leaderboard", Usage: "rank the agents of all experiments in the index",
		Description: "Examples:\n\n  autodatabench leaderboard\n  autodatabench leaderboard --format markdown --experiment demo",
		Flags: []cli.Flag{
			outFlag(), jsonFlag(), formatFlag(),
			&cli.StringFlag{Name: "experiment", Usage: "only this experiment"},
		},
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			path := indexPath(c.String("out"))
			if !folder.Exists(path) {
				return results.Bad("run an experiment first, give --out, or rebuild it with reindex", fmt.Errorf("%s: there is no index", path))
			}
			db, err := index.Open(path)
			if err != nil {
				return err
			}
			defer db.Close()
			outcomes, err := db.Outcomes(c.Context, index.Filter{Experiment: c.String("experiment")})
			if err != nil {
				return err
			}
			if name := c.String("experiment"); name != "" && len(outcomes) == 0 {
				return results.Bad("see which there are with: autodatabench leaderboard", fmt.Errorf("%s: holds no outcome of experiment %q", path, name))
			}
			expected, err := expectedDomains(c.String("out"), outcomes)
			if err != nil {
				return err
			}
			return write(c, env, report.Leaderboard(outcomes, report.Options{Expected: expected}))
		},
	}
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
