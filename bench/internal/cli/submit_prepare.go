package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/bench/internal/submissions"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
)

func submitPrepareCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "prepare", Usage: "make a submission's folder of an experiment", ArgsUsage: "EXPERIMENT",
		Description: "Writes the bundle, the agent's definition and a disclosure to be filled in. What submit check then names has to\n" +
			"be mended by hand. Example:\n\n" +
			"  autodatabench submit prepare --to results/submissions/my-agent my-experiment",
		Flags: append(verifyFlags(), outFlag(), trustFlag(), targetFlag("submission"), lightFlag()),
		Action: func(c *cli.Context) error {
			name, err := oneArgument(c, experimentArgument)
			if err != nil {
				return err
			}
			to, err := targetOf(c)
			if err != nil {
				return err
			}
			return runSubmitPrepare(c.Context, env.World, submitPrepareOptions{
				check: submitCheckOptions{verify: verifyOptionsOf(c, ""), folder: to, trust: c.String("trust")}, out: c.String("out"), name: name, light: c.Bool("light"),
			})
		},
	}
}

type submitPrepareOptions struct {
	check     submitCheckOptions
	out, name string
	light     bool // the bundle
}

// runSubmitPrepare makes the folder and checks it.
func runSubmitPrepare(ctx context.Context, w setup.World, o submitPrepareOptions) error {
	dir := o.check.folder
	if disk.Exists(filepath.Join(dir, submissions.InfoFile)) {
		return results.Bad(fmt.Errorf("%s: holds a submission", dir), "choose another --to")
	}
	root, err := record.Find(o.out, o.name)
	if err != nil {
		return err
	}
	done, err := packTo(w, packOptions{out: o.out, name: o.name, light: o.light, to: filepath.Join(dir, submissions.BundleFile)})
	if err == nil {
		err = submissions.Prepare(dir, root, done.Digest, w.Now().UTC().Format(time.DateOnly))
	}
	if err != nil {
		return err
	}
	c, err := checkSubmission(ctx, w, o.check)
	if err != nil {
		return err
	}
	if o.check.verify.format == "json" {
		return printJSON(w, c)
	}
	for _, text := range c.Problems {
		_, failed := fmt.Fprintln(w.Stdout, "to do:", text)
		err = errors.Join(err, failed)
	}
	_, failed := fmt.Fprintf(w.Stdout, "submission  %s\nnext        autodatabench submit check %s\n", dir, dir)
	return errors.Join(err, failed)
}
