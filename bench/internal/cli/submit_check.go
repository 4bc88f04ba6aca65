package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/receipt"
	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/bench/internal/submissions"
	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

func submitCheckCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "check", Usage: "check a submission against the rules", ArgsUsage: "FOLDER",
		Description: "Ends with 3 if anything keeps the submission from a board. results/submissions/README.md has the rules. Example:\n\n" +
			"  autodatabench submit check results/submissions/my-agent",
		Flags: append(verifyFlags(), trustFlag(), bundlesFlag()),
		Action: func(c *cli.Context) error {
			name, err := oneArgument(c, "a submission's folder")
			if err != nil {
				return err
			}
			return runSubmitCheck(c.Context, env.World, submitCheckOptions{verify: verifyOptionsOf(c, ""), folder: name, trust: c.String("trust"), bundles: c.String("bundles")})
		},
	}
}

type submitCheckOptions struct {
	verify  verifyOptions
	folder  string
	trust   string
	bundles string // folder of bundles that lie elsewhere, by digest
}

// runSubmitCheck prints what is wrong with the submission.
func runSubmitCheck(ctx context.Context, w setup.World, o submitCheckOptions) error {
	c, err := checkSubmission(ctx, w, o)
	if err != nil {
		return err
	}
	t := table.New("Submission "+c.Name, 1, "!", "what")
	for _, text := range c.Problems {
		t.Add("problem", text)
	}
	for _, text := range c.Warnings {
		t.Add("note", text)
	}
	t.Note("%d trials, %s", c.Trials, c.Assurance)
	if len(c.Problems) > 0 {
		err = results.Bad(fmt.Errorf("%s: %d problems keep it from a board", o.folder, len(c.Problems)), "results/submissions/README.md has the rules")
	}
	return errors.Join(printData(w, o.verify.format, c, t), err)
}

// checkSubmission checks the submission in the folder.
func checkSubmission(ctx context.Context, w setup.World, o submitCheckOptions) (c submissions.Checked, err error) {
	trust, err := trusted(o.trust)
	if err != nil {
		return c, err
	}
	return submissions.Check(filepath.Clean(o.folder), o.bundles, trust, func(file string) (submissions.Verification, error) {
		v := o.verify
		v.file = file
		done, err := verified(ctx, w, v)
		return submissions.Verification{Report: done.Report, Bundle: done.bundle, Definitions: done.definitions}, err
	})
}

// trusted reads a trust file; without one nobody's receipts count.
func trusted(path string) (receipt.Trust, error) {
	if !disk.Exists(path) {
		return receipt.Trust{}, nil
	}
	return receipt.ReadTrust(path)
}
