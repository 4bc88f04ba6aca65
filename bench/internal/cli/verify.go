package cli

import (
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/receipt"
	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/bundle"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/runner/verify"
)

func verifyCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "verify", Usage: "check bundles that somebody else made", ArgsUsage: "FILE...",
		Description: "Says what was verified, what is taken on trust and why, and ends with 6 if anything is false. Private answers\n" +
			"are judged again where the bundle holds them and their set is at hand, which that of suite mini always is.\n" +
			"With --retrain, students are trained and scored again. Examples:\n\n" +
			"  autodatabench verify bundle.adb\n  autodatabench verify --retrain --sample 2 bundle.adb\n" +
			"  autodatabench verify results/submissions/*/bundle.adb\n" +
			"  autodatabench verify --task my/task --private-root private bundle.adb",
		Flags: append(verifyFlags(),
			&cli.StringFlag{Name: "receipt", Usage: "check this receipt `FILE` on the bundle, too", TakesFile: true},
			trustFlag()),
		Action: func(c *cli.Context) error {
			if c.NArg() == 0 {
				return usage("verify takes at least one bundle")
			}
			o := verifyOptionsOf(c, "")
			o.receipt, o.trust = c.String("receipt"), c.String("trust")
			if o.sample < 0 || o.sample > 0 && !o.retrain {
				return usage("--sample goes with --retrain, and counts from 1")
			}
			if o.receipt != "" && c.NArg() > 1 {
				return usage("--receipt is of one bundle, got %d", c.NArg())
			}
			return runVerify(c.Context, env.World, o, c.Args().Slice())
		},
	}
}

type verifyOptions struct {
	format  report.Format
	file    string
	places  setup.Places
	retrain bool
	sample  int    // 0 for all
	nonce   string // draws the sample, beside the bundle's digest
	tasks   []string
	receipt string // empty for none
	trust   string
}

// verification is a report with what a receipt on it needs.
type verification struct {
	verify.Report
	Receipt *receipt.Checked `json:"receipt,omitempty"`

	bundle      *bundle.Bundle    // whose unpacked files are gone
	definitions map[string][]byte // of agents, as the bundle has them
	arithmetic  string            // with which trainings were made again
}

// runVerify prints what the verification of each bundle came to. A false claim does not
// keep the others from being checked.
func runVerify(ctx context.Context, w setup.World, o verifyOptions, files []string) (err error) {
	for _, o.file = range files {
		if err = errors.Join(err, verifyOne(ctx, w, o)); context.Cause(ctx) != nil {
			return err
		}
	}
	return err
}

func verifyOne(ctx context.Context, w setup.World, o verifyOptions) error {
	done, err := verified(ctx, w, o)
	if err != nil {
		return err
	}
	var doubt error
	if o.receipt != "" {
		done.Receipt, doubt = receiptOn(o, done.bundle)
	}
	return errors.Join(printData(w, o.format, done, verifiedTable(done)), falseClaims(o.file, done.Report), doubt)
}

// receiptOn checks the receipt on the bundle.
func receiptOn(o verifyOptions, b *bundle.Bundle) (*receipt.Checked, error) {
	trust, err := receipt.ReadTrust(o.trust)
	if err != nil {
		return nil, err
	}
	c, err := trust.Check(o.receipt, receipt.About(b.Path, b))
	if err != nil {
		return nil, err
	}
	return &c, nil
}

// verified checks the bundle.
func verified(ctx context.Context, w setup.World, o verifyOptions) (done verification, err error) {
	disk.SweepScratch(func(string) {})
	dir, remove, err := disk.Scratch("verify-")
	if err != nil {
		return done, err
	}
	defer remove()
	b, err := bundle.Open(o.file, dir)
	if err != nil {
		return done, err
	}
	done.bundle = b
	if done.definitions, err = definitionsIn(b); err != nil {
		return done, err
	}
	v := verify.Verifier{Bundle: b, PrivateRoot: o.places.Private}
	f, err := setup.RecordedFile(b.Root)
	if err != nil { // the verification names what is wrong with the lock
		done.Report, err = v.Verify(ctx)
		return done, err
	}
	if v.Tasks, err = setup.TasksFor(f, o.tasks, o.places); err != nil {
		return done, err
	}
	if o.retrain {
		s, err := setup.OpenScorer(ctx, w, f, b.Root, o.tasks, o.places)
		if err != nil {
			return done, fmt.Errorf("--retrain: %w", err)
		}
		defer func() { err = errors.Join(err, s.Close()) }()
		v.Again = &verify.Again{Student: s.Student, Identity: s.Identity, Tasks: s.Tasks, Sample: o.sample, Nonce: o.nonce}
		v.Progress = func(text string) { fmt.Fprintf(w.Stderr, "%s\n", text) }
	}
	if v.Again != nil {
		done.arithmetic = v.Again.Identity.Arithmetic
	}
	done.Report, err = v.Verify(ctx)
	return done, err
}

// maxDefinition bounds the definition of an agent, and maxDefinitions all of a bundle, in
// bytes.
const (
	maxDefinition  = 1 << 20
	maxDefinitions = 16 << 20
)

// definitionsIn reads the public definitions of agents that the bundle holds. A larger one
// is none.
func definitionsIn(b *bundle.Bundle) (map[string][]byte, error) {
	list, total := map[string][]byte{}, int64(0)
	for _, f := range b.Files {
		name := strings.TrimSuffix(path.Base(f.Path), ".json")
		at := string(b.Root.Definition(name))
		if f.Size > maxDefinition || at != filepath.Join(string(b.Root), filepath.FromSlash(f.Path)) {
			continue
		}
		if total += f.Size; total > maxDefinitions {
			return nil, results.Bad(fmt.Errorf("%s: its definitions of agents have more than %d bytes", b.Path, maxDefinitions))
		}
		data, err := disk.ReadInput(at, maxDefinition)
		if err != nil {
			return nil, err
		}
		list[name] = data
	}
	return list, nil
}

func verifiedTable(done verification) *table.Table {
	t := table.New("Verification of "+done.Experiment, 1, "!check", ">verified", ">on trust", ">failed")
	counts := map[verify.Name]map[verify.Status]int{}
	var order []verify.Name
	for _, c := range done.Checks {
		if counts[c.Name] == nil {
			counts[c.Name], order = map[verify.Status]int{}, append(order, c.Name)
		}
		counts[c.Name][c.Status]++
	}
	for _, name := range order {
		n := counts[name]
		t.Add(string(name), fmt.Sprint(n[verify.Verified]), fmt.Sprint(n[verify.Trusted]), fmt.Sprint(n[verify.Failed]))
	}
	t.Notes = append(t.Notes, fmt.Sprintf("Bundle %s, %d trials. Trained again: %d of them, %d with the same score. Private answers judged again: %d.",
		results.ShortDigest(done.Digest), len(done.Outcomes), done.Retrained, done.Reproduced, done.Judged))
	if r := done.Receipt; r != nil {
		t.Notes = append(t.Notes, fmt.Sprintf("The receipt counts: %s, by %s on %s.", r.Level, r.Signer, r.Time.Format(time.DateOnly)))
	}
	for _, s := range done.Trusts() {
		t.Notes = append(t.Notes, fmt.Sprintf("On trust, %s: %s (%d, such as %s)", s.Name, s.Text, s.Number, s.Place))
	}
	return t
}

// falseClaims is an error with one line for each claim that is false.
func falseClaims(file string, done verify.Report) (err error) {
	for _, c := range done.Failures() {
		err = errors.Join(err, &results.Error{
			Kind: results.Verification, Hint: "ask whoever gave you the bundle; --json has every check",
			Err: fmt.Errorf("%s: %s: %s: %s", file, c.Name, c.Place, c.Text),
		})
	}
	return err
}
