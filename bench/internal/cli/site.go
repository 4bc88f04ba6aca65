package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/pages"
	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report/site"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

// siteMark is the file by which a folder of pages is known as one that may be replaced.
const siteMark = "assets/style.css"

func siteCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "site", Usage: "make web pages of the board and of the trials behind it", ArgsUsage: "DIR",
		Description: "Writes the board, a page for each agent, trial and attempt, comparisons, the paper's numbers and the\n" +
			"methods into DIR. The pages need no server and nothing from outside: open DIR/index.html, or put DIR where\n" +
			"your pages are. Private questions are in no page. Examples:\n\n" +
			"  autodatabench site pages\n  autodatabench site --experiment demo --title 'Our agents' pages",
		Flags: append(placeFlags(), outFlag(), jsonFlag(),
			&cli.StringFlag{Name: "experiment", Usage: "only this `EXPERIMENT`"},
			&cli.StringFlag{Name: "title", Value: "AutoDataBench", Usage: "`TITLE` of the pages"}),
		Action: func(c *cli.Context) error {
			dir, err := oneArgument(c, "a folder for the pages")
			if err != nil {
				return err
			}
			return runSite(c.Context, env.World, siteOptions{
				dir: dir, asJSON: c.Bool("json"),
				pages: pages.Options{Out: c.String("out"), Experiment: c.String("experiment"), Places: placesOf(c), Title: c.String("title")},
			})
		},
	}
}

type siteOptions struct {
	dir    string
	asJSON bool
	pages  pages.Options
}

// siteMade is what the command prints as JSON.
type siteMade struct {
	Folder string `json:"folder"`
	Pages  int64  `json:"pages"`
	Bytes  int64  `json:"bytes"`
}

// runSite writes the pages into a new folder, which takes the place of an older one
// when it is whole.
func runSite(ctx context.Context, w setup.World, o siteOptions) error {
	if err := replaceable(o.dir); err != nil {
		return err
	}
	o.pages.Program, o.pages.Getenv, o.pages.Warn = setup.Version(), w.Getenv, warnings(w)
	source, left := pages.Gather(ctx, o.pages)
	if source == nil {
		return left
	}
	made, err := writeSite(ctx, site.New(*source), o.dir)
	if err != nil {
		return err
	}
	if o.asJSON {
		return errors.Join(left, printJSON(w, made))
	}
	fmt.Fprintf(w.Stdout, "%s: %d pages and files, %.1f MB\nopen %s\n", made.Folder, made.Pages, float64(made.Bytes)/1e6, filepath.Join(made.Folder, "index.html"))
	return left
}

// replaceable refuses a folder that holds something else than pages.
func replaceable(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) || err == nil && (len(entries) == 0 || disk.Exists(filepath.Join(dir, siteMark))) {
		return nil
	}
	if err != nil {
		return results.Bad(err)
	}
	return results.Bad(fmt.Errorf("%s holds other files than pages of this program", dir), "name a new folder, or an empty one")
}

func writeSite(ctx context.Context, s *site.Site, dir string) (siteMade, error) {
	parent := filepath.Dir(filepath.Clean(dir))
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return siteMade{}, results.Bad(err)
	}
	fresh, err := os.MkdirTemp(parent, ".site-*")
	if err != nil {
		return siteMade{}, results.Bad(err)
	}
	defer os.RemoveAll(fresh)
	var n, bytes atomic.Int64
	err = s.Write(ctx, func(address string, page []byte) error {
		path := filepath.Join(fresh, filepath.FromSlash(address))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		n.Add(1)
		bytes.Add(int64(len(page)))
		return os.WriteFile(path, page, 0o644)
	})
	if err != nil {
		return siteMade{}, err
	}
	if err := os.Chmod(fresh, 0o755); err != nil {
		return siteMade{}, err
	}
	if err := os.RemoveAll(dir); err != nil {
		return siteMade{}, results.Bad(err)
	}
	return siteMade{dir, n.Load(), bytes.Load()}, os.Rename(fresh, dir)
}
