package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/recorded"
	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/bench/internal/submissions"
	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/report/markdown"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/published"
)

func leaderboardCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "leaderboard", Usage: "rank the agents of all experiments in the index",
		Description: "Prints one table. The others: " + strings.Join(report.BoardTables()[1:], ", ") + ".\nJSON and CSV are always whole. Examples:\n\n" +
			"  autodatabench leaderboard\n  autodatabench leaderboard --experiment demo --table domains --table failures\n" +
			"  autodatabench leaderboard --format markdown --all\n  autodatabench leaderboard --update README.md --table summary\n" +
			"  autodatabench leaderboard --submissions results/submissions --format markdown",
		Flags: append(append(boardFlags(), tableFlags()...), rowFlag(), formatFlag(),
			&cli.StringFlag{Name: "submissions", Usage: "the board of the submissions in this `FOLDER`, such as results/submissions", TakesFile: true},
			trustFlag(), bundlesFlag(), privateRootFlag(), paperFlag(),
			&cli.BoolFlag{Name: "averages", Usage: "as --table " + report.OtherRanksTable + ": ranks and ties by points, headroom and geometric mean"},
			&cli.StringFlag{Name: "update", TakesFile: true, Usage: "write Markdown into `FILE`, between the lines " + markdown.Begin + " and " + markdown.End}),
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			tables, err := tablesOf(c)
			if err != nil {
				return err
			}
			if c.Bool("averages") && !slices.Contains(tables, report.OtherRanksTable) {
				tables = append(tables, report.OtherRanksTable)
			}
			return runLeaderboard(c.Context, env.World, leaderboardOptions{
				submissions: optional(c, "submissions"), trust: c.String("trust"), verify: verifyOptions{places: placesOf(c)}, bundles: c.String("bundles"),
				format: formatOf(c), out: c.String("out"), experiment: c.String("experiment"), tables: tables, rows: c.StringSlice("row"), update: c.String("update"),
			})
		},
	}
}

type leaderboardOptions struct {
	format         report.Format
	out            string
	experiment     string   // empty for all
	tables         []string // to show
	rows           []string // to show; none for all
	submissions    *string  // folder of submissions that make the board; nil for the experiments of out
	trust, bundles string
	verify         verifyOptions
	update         string // page to write into; empty to print
}

// runLeaderboard prints the leaderboard, or writes it into a page.
func runLeaderboard(ctx context.Context, w setup.World, o leaderboardOptions) error {
	outcomes, opts, left := boardOutcomes(ctx, w, o)
	if outcomes == nil {
		return left
	}
	opts.Averages = slices.Contains(o.tables, report.OtherRanksTable)
	whole, err := report.Leaderboard(outcomes, opts).Showing(o.rows...)
	if err != nil {
		return errors.Join(left, err)
	}
	board := whole.Only(o.tables...)
	if o.update != "" {
		return errors.Join(left, updatePage(o.update, board))
	}
	return errors.Join(left, show(w, o.format, board))
}

// boardOutcomes are the outcomes of submissions, or of the experiments of out.
func boardOutcomes(ctx context.Context, w setup.World, o leaderboardOptions) ([]results.Outcome, report.Options, error) {
	if o.submissions == nil {
		return recorded.Outcomes(ctx, o.out, o.experiment, warnings(w))
	}
	opts := report.Options{Standing: true, Expected: map[string][]results.Domain{}, Titles: map[string]map[string]string{}}
	folders, err := submissions.List(*o.submissions)
	if err != nil {
		return nil, opts, err
	}
	var list []submissions.Checked
	for _, dir := range folders {
		c, err := checkSubmission(ctx, w, submitCheckOptions{verify: o.verify, folder: dir, trust: o.trust, bundles: o.bundles})
		if err != nil {
			return nil, opts, fmt.Errorf("submission %s: %w", filepath.Base(dir), err)
		}
		list = append(list, c)
		if len(c.Problems) == 0 { // what else is in it is nobody's word
			opts.Expected[c.Name], opts.Titles[c.Name] = c.Report.Domains, c.Titles
		}
	}
	outcomes, said := submissions.Outcomes(list)
	warn := warnings(w)
	for _, text := range said {
		warn(errors.New(text))
	}
	paper, err := published.Load()
	if err != nil {
		return nil, opts, err
	}
	opts.Names = paper.Names()
	return append(outcomes, paper.Outcomes()...), opts, nil
}

// readBoard is the leaderboard of an experiment, or of all, from the index of out. The
// error says what is left out of the board, if there is one.
func readBoard(ctx context.Context, w setup.World, out, experiment string) (*report.Board, error) {
	outcomes, opts, err := recorded.Outcomes(ctx, out, experiment, warnings(w))
	if outcomes == nil {
		return nil, err
	}
	board := report.Leaderboard(outcomes, opts)
	return &board, err
}

// warnings prints on standard error.
func warnings(w setup.World) recorded.Warn {
	return func(err error) { fmt.Fprintln(w.Stderr, "warning:", err) }
}

// updatePage rewrites the leaderboard in a Markdown page.
func updatePage(path string, board report.View) error {
	page, err := disk.ReadInput(path, 256<<20)
	if err != nil {
		return err
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
