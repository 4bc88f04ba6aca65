package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/receipt"
	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

func receiptSignCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "sign", Usage: "verify a bundle and sign what that came to", ArgsUsage: "BUNDLE",
		Description: "A bundle with a false claim gets no receipt. The level follows from what was computed again: reproduced with\n" +
			"--retrain, third party where every private answer was judged, else self-attested. Without --key the statement is\n" +
			"written unsigned, for cosign attest-blob --statement. Examples:\n\n" +
			"  autodatabench receipt sign --key my-lab.key --by my-lab --retrain --sample 3 bundle.adb\n" +
			"  autodatabench receipt sign --self --key me.key --by me bundle.adb",
		Flags: append(verifyFlags(),
			&cli.StringFlag{Name: "key", Usage: "private key `FILE` of receipt keygen", TakesFile: true},
			&cli.StringFlag{Name: "by", Usage: "`NAME` of the signer"},
			&cli.BoolFlag{Name: "self", Usage: "the bundle is the signer's own"},
			&cli.StringFlag{Name: "to", Value: "receipt.json", Usage: "`FILE` to write", TakesFile: true}),
		Action: func(c *cli.Context) error {
			name, err := oneArgument(c, "a bundle")
			if err != nil {
				return err
			}
			o := receiptSignOptions{verify: verifyOptionsOf(c, name), key: c.String("key"), by: c.String("by"), self: c.Bool("self"), to: c.String("to")}
			if !results.ValidName(o.by) {
				return usage("--by: want the signer's name, of lower-case letters, digits, dots and dashes")
			}
			return runReceiptSign(c.Context, env.World, o)
		},
	}
}

type receiptSignOptions struct {
	verify      verifyOptions
	key, by, to string
	self        bool
}

// signedReceipt is what receipt sign prints.
type signedReceipt struct {
	File   string        `json:"file"`
	Bundle string        `json:"bundle"`
	Level  receipt.Level `json:"level"`
	Signed bool          `json:"signed"`
}

// runReceiptSign verifies the bundle and writes the receipt.
func runReceiptSign(ctx context.Context, w setup.World, o receiptSignOptions) error {
	o.verify.nonce = rand.Text()
	done, err := verified(ctx, w, o.verify)
	if err != nil {
		return err
	}
	if err := falseClaims(o.verify.file, done.Report); err != nil {
		return errors.Join(err, errors.New("a bundle with a false claim gets no receipt"))
	}
	p, err := receipt.Of(done.Report, o.by, setup.Version(), done.arithmetic, o.self, w.Now())
	if err != nil {
		return err
	}
	data, err := receipt.Statement(done.bundle, p)
	if err == nil && o.key != "" {
		data, err = receipt.Sign(ctx, o.key, data)
	}
	if err == nil {
		err = disk.WriteFile(o.to, append(data, '\n'))
	}
	if err != nil {
		return err
	}
	made := signedReceipt{o.to, p.Bundle, p.Level, o.key != ""}
	if o.verify.format == "json" {
		return printJSON(w, made)
	}
	what := "receipt"
	if !made.Signed {
		what = "statement without a signature"
	}
	_, err = fmt.Fprintf(w.Stdout, "%s  %s, %s\n", what, made.File, made.Level)
	return err
}
