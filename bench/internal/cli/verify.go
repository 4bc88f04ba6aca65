package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

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
		Name: "verify", Usage: "check a bundle that somebody else made", ArgsUsage: "FILE",
		Description: "Says what was verified, what is taken on trust and why, and ends with 6 if anything is false. Private answers\n" +
			"are judged again where the bundle holds them and their set is at hand, which that of suite mini always is.\n" +
			"With --retrain, students are trained and scored again. Examples:\n\n" +
			"  autodatabench verify bundle.adb\n  autodatabench verify --retrain --sample 2 bundle.adb\n" +
			"  autodatabench verify --task my/task --private-root private bundle.adb",
		Flags: append(placeFlags(), jsonFlag(), formatFlag(),
			&cli.BoolFlag{Name: "retrain", Usage: "train and score again"},
			&cli.IntFlag{Name: "sample", Usage: "with --retrain: so many trials, drawn by the bundle's digest (default: all)", DefaultText: "all"},
			&cli.StringSliceFlag{Name: "task", Usage: "task `FOLDER`, of a bundle with tasks of its own", TakesFile: true}),
		Action: func(c *cli.Context) error {
			name, err := oneArgument(c, "a bundle")
			if err != nil {
				return err
			}
			o := verifyOptions{format: formatOf(c), file: name, places: placesOf(c), retrain: c.Bool("retrain"), sample: c.Int("sample"), tasks: c.StringSlice("task")}
			if o.sample < 0 || o.sample > 0 && !o.retrain {
				return usage("--sample goes with --retrain, and counts from 1")
			}
			return runVerify(c.Context, env.World, o)
		},
	}
}

type verifyOptions struct {
	format  report.Format
	file    string
	places  setup.Places
	retrain bool
	sample  int // 0 for all
	tasks   []string
}

// runVerify prints what the verification of the bundle came to.
func runVerify(ctx context.Context, w setup.World, o verifyOptions) error {
	done, err := verified(ctx, w, o)
	if err != nil {
		return err
	}
	return errors.Join(printData(w, o.format, done, verifiedTable(done)), falseClaims(o.file, done))
}

// verified checks the bundle.
func verified(ctx context.Context, w setup.World, o verifyOptions) (done verify.Report, err error) {
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
	v := verify.Verifier{Bundle: b, PrivateRoot: o.places.Private}
	f, err := setup.RecordedFile(b.Root)
	if err != nil { // the verification names what is wrong with the lock
		return v.Verify(ctx)
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
		v.Again = &verify.Again{Student: s.Student, Identity: s.Identity, Tasks: s.Tasks, Sample: o.sample}
		v.Progress = func(text string) { fmt.Fprintf(w.Stderr, "%s\n", text) }
	}
	return v.Verify(ctx)
}

func verifiedTable(done verify.Report) *table.Table {
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
