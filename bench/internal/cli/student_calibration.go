package cli

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/runner/student/embedded/pretrain"
)

func calibrationCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "calibration", Usage: "write the training sets of the calibration", ArgsUsage: "FOLDER",
		Description: "Sets of known quality, to be scored with evaluate (make calibrate does both). Example:\n\n  autodatabench student calibration --rows 500 sets",
		Flags:       []cli.Flag{jsonFlag(), &cli.Uint64Flag{Name: "seed", Value: 1, Usage: "seed of the rows"}, &cli.IntFlag{Name: "rows", Value: 500, Usage: "rows a set"}},
		Action: func(c *cli.Context) error {
			dir, err := oneArgument(c, "a folder")
			if err != nil {
				return err
			}
			return runCalibration(env.World, calibrationOptions{asJSON: c.Bool("json"), dir: dir, seed: c.Uint64("seed"), rows: c.Int("rows")})
		},
	}
}

type calibrationOptions struct {
	asJSON bool
	dir    string // folder to make
	seed   uint64
	rows   int // a set
}

// mostCalibrationRows is far more than a student here is trained on.
const mostCalibrationRows = 100_000

// runCalibration writes the training sets of every domain.
func runCalibration(w setup.World, o calibrationOptions) error {
	if o.rows < 1 || o.rows > mostCalibrationRows {
		return usage("--rows must be 1 to %d, got %d", mostCalibrationRows, o.rows)
	}
	paths := []string{}
	for _, d := range results.Domains() {
		for _, set := range pretrain.TrainingSets(d, o.rows, o.seed) {
			path := filepath.Join(o.dir, string(d), slug(set.Name)+".json")
			if err := disk.WriteJSON(path, set.Rows); err != nil {
				return err
			}
			paths = append(paths, path)
		}
	}
	if o.asJSON {
		return printJSON(w, paths)
	}
	fmt.Fprintln(w.Stdout, strings.Join(paths, "\n"))
	return nil
}

var notSlug = regexp.MustCompile(`[^a-z0-9]+`)

// slug makes a name of a set's title.
func slug(title string) string {
	return strings.Trim(notSlug.ReplaceAllString(strings.ToLower(title), "-"), "-")
}
