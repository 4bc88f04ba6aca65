package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/recorded"
	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/bundle"
	"github.com/autodatabench/autodatabench/results/disk"
)

func unpackCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "unpack", Usage: "look into bundles as into experiments of one's own", ArgsUsage: "FILE...",
		Description: "Makes an experiment's folder of each bundle. leaderboard, compare, power, figure, show, site and export then\n" +
			"work on it; run, resume and score do not. What a bundle left out stays out. Rows are marked as\n" +
			"unpacked and pool with no other; verify says what can be believed.\n" +
			"Examples:\n\n" +
			"  autodatabench unpack results/submissions/*/bundle.adb\n  autodatabench leaderboard --out others",
		Flags: []cli.Flag{&cli.StringFlag{Name: "out", Value: "others", Usage: "`FOLDER` that the experiments go into, apart from your own", TakesFile: true}, jsonFlag(), formatFlag()},
		Action: func(c *cli.Context) error {
			if c.NArg() == 0 {
				return usage("unpack takes at least one bundle")
			}
			return runUnpack(c.Context, env.World, unpackOptions{format: formatOf(c), out: c.String("out"), files: c.Args().Slice()})
		},
	}
}

type unpackOptions struct {
	format report.Format
	out    string
	files  []string
}

// unpackedBundle is what unpack prints of a bundle.
type unpackedBundle struct {
	File    string `json:"file"`
	Digest  string `json:"bundle"`
	Folder  string `json:"folder"`
	Trials  int    `json:"trials"`
	LeftOut int    `json:"left_out"` // files
}

// runUnpack unpacks the bundles, each whole or not at all, and puts them into the index. One
// that cannot be unpacked does not keep the others.
func runUnpack(ctx context.Context, w setup.World, o unpackOptions) error {
	if err := disk.MkdirAll(o.out); err != nil {
		return err
	}
	list := []unpackedBundle{}
	t := table.New("Unpacked", 2, "!folder", "!bundle", ">trials", ">files left out")
	var left error
	for _, file := range o.files {
		u, err := unpackTo(o.out, file)
		if err != nil {
			left = errors.Join(left, err)
			continue
		}
		list = append(list, u)
		t.Add(u.Folder, results.ShortDigest(u.Digest), fmt.Sprint(u.Trials), fmt.Sprint(u.LeftOut))
	}
	if left = errors.Join(left, indexed(ctx, w, o.out, len(list))); len(list) == 0 {
		return left
	}
	t.Note("autodatabench leaderboard --out %s ranks them.", o.out)
	return errors.Join(left, printData(w, o.format, list, t))
}

// unpackTo unpacks the bundle into a folder of its experiment's name below out.
func unpackTo(out, file string) (u unpackedBundle, err error) {
	dir, err := os.MkdirTemp(out, ".unpack-*")
	if err != nil {
		return u, results.Bad(err, "name a folder that can be written with --out")
	}
	defer func() { err = errors.Join(err, disk.RemoveAll(dir)) }()
	b, err := bundle.Open(file, dir)
	if err != nil {
		return u, err
	}
	u = unpackedBundle{File: file, Digest: b.Digest, Folder: filepath.Join(out, b.Experiment), Trials: len(b.Trials), LeftOut: len(b.LeftOut)}
	if disk.Exists(u.Folder) {
		return u, results.Bad(fmt.Errorf("%s: there is an experiment of this name", u.Folder), "name another folder with --out")
	}
	return u, disk.Rename(string(b.Root), u.Folder)
}

// indexed makes the index of the folder again after n bundles were unpacked there.
func indexed(ctx context.Context, w setup.World, out string, n int) error {
	if n == 0 {
		return nil
	}
	r, err := recorded.Rebuild(ctx, out)
	if err != nil {
		return err
	}
	return recorded.Left(r, warnings(w))
}
