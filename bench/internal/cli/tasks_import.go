package cli

import (
	"cmp"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/tasks/importers"
)

func importCommand(env Env) *cli.Command {
	var kinds []*cli.Command
	for _, kind := range importers.Kinds() {
		kinds = append(kinds, &cli.Command{
			Name: kind, Usage: "make the task " + kind + " from its published files",
			Description: "Example:\n\n  autodatabench tasks import " + kind + " --from FOLDER",
			Flags:       importFlags(),
			Action: func(c *cli.Context) error {
				if err := noArguments(c); err != nil {
					return err
				}
				return runImport(env.World, importOptions{
					format: formatOf(c), dir: c.String("to"), privateRoot: c.String("private-root"),
					source: importers.Options{Kind: kind, From: c.String("from"), SeedFrom: c.StringSlice("seed-from"), Seed: c.Uint64("seed")},
				})
			},
		})
	}
	return &cli.Command{
		Name: "import", Usage: "make a task of suite paper from its published files", Subcommands: kinds,
		Description: "Reads JSON, JSON lines, Parquet, or what the Hugging Face dataset server sends; downloads nothing.\n" +
			"bench/doc/tasks.md says where to get the files and under which licence. Examples:\n\n" +
			"  autodatabench tasks import scibench --from scibench/original --seed-from SciInstruct.json\n" +
			"  autodatabench tasks import lcb-top --from test_generation.parquet --seed-from code_generation_lite --seed-from TACO\n" +
			"  autodatabench tasks import financereasoning --from FinanceReasoning --to paper/financereasoning",
	}
}

func importFlags() []cli.Flag {
	return []cli.Flag{
		privateRootFlag(), jsonFlag(), formatFlag(),
		&cli.StringFlag{Name: "from", Usage: "file or `FOLDER` of the evaluation data", TakesFile: true},
		&cli.StringSliceFlag{Name: "seed-from", Usage: "file or `FOLDER` that the seed pool is drawn from", TakesFile: true},
		&cli.StringFlag{Name: "to", Aliases: []string{"out"}, Usage: "task `FOLDER` to make", DefaultText: "paper/NAME", TakesFile: true},
		&cli.Uint64Flag{Name: "seed", Value: 1, Usage: "seed of the split and of the draw"},
	}
}

type importOptions struct {
	format      report.Format
	dir         string // task folder to make; empty for paper/KIND
	privateRoot string
	source      importers.Options
}

// runImport makes a task of suite paper from its published files.
func runImport(w setup.World, o importOptions) error {
	if o.source.From == "" {
		return usage("tasks import needs --from: a file or folder of the published data")
	}
	dir := cmp.Or(o.dir, filepath.Join("paper", o.source.Kind))
	if err := roomFor(o.privateRoot, dir); err != nil {
		return err
	}
	made, err := importers.Import(o.source)
	if err != nil {
		return err
	}
	if _, err := writeFolder(o.privateRoot, dir, made.Content, made.Private); err != nil {
		return err
	}
	return printData(w, o.format, made.Manifest, importTables(dir, made.Manifest)...)
}

// importTables are the manifest: what came out, and what was left out and why.
func importTables(dir string, m *importers.Manifest) []*table.Table {
	sets := table.New(dir, 1, "!set", ">size", "digest")
	for _, s := range []struct {
		name string
		set  importers.Set
	}{{"public", m.Public}, {"private", m.Private}, {"seed pool", m.Pool}} {
		sets.Add(s.name, fmt.Sprint(s.set.Size), s.set.SHA256[:12])
	}
	sets.Note("%d records read, %d left out; seed %d; all of it in %s", m.Read, len(m.LeftOut), m.Seed, filepath.Join(dir, "manifest.json"))
	if m.Pool.Size == 0 {
		sets.Note("no seed pool: only setting scratch can be run (--seed-from adds one)")
	}
	left := table.New("Left out", 1, "!item", "where", "reason")
	reasons := map[string]int{}
	for _, l := range m.LeftOut {
		reasons[l.Reason]++
		if reasons[l.Reason] <= 5 {
			left.Add(l.ID, l.At, l.Reason)
		}
	}
	for _, reason := range slices.Sorted(maps.Keys(m.PoolLeftOut)) {
		sets.Note("seed questions left out, %s: %d", reason, m.PoolLeftOut[reason])
	}
	if len(m.LeftOut) == 0 {
		return []*table.Table{sets}
	}
	left.Note("at most five items a reason; manifest.json lists all")
	return []*table.Table{sets, left}
}
