package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/bundle"
	"github.com/autodatabench/autodatabench/results/record"
)

func packCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "pack", Usage: "write an experiment or a trial as one file that others can verify", ArgsUsage: "EXPERIMENT|TRIAL",
		Description: "The bundle holds all that figures are checked with, and no keys. It leaves out the student's answers to\n" +
			"the private sets, since their reasons tell what is right. The same folder gives the same bytes. Examples:\n\n" +
			"  autodatabench pack demo\n  autodatabench pack --to one.adb demo/science/iterative/adaptive/1\n" +
			"  autodatabench pack --teacher --secret-env MY_KEY demo",
		Flags: []cli.Flag{outFlag(), jsonFlag(), formatFlag(),
			&cli.StringFlag{Name: "to", Value: "bundle.adb", Usage: "`FILE` to write", TakesFile: true},
			&cli.BoolFlag{Name: "teacher", Usage: "the teacher's answers, too"},
			&cli.BoolFlag{Name: "adapters", Usage: "the students' weights, too"},
			lightFlag(),
			&cli.BoolFlag{Name: "predictions", Usage: "the answers to the private sets, too: only for whoever holds those sets"},
			&cli.StringSliceFlag{Name: "secret-env", Usage: "leave out files that hold the value of this environment `VARIABLE`, beside those that the experiment names"}},
		Action: func(c *cli.Context) error {
			name, err := oneArgument(c, "an experiment or a trial")
			if err != nil {
				return err
			}
			return runPack(c.Context, env.World, packOptions{
				format: formatOf(c), out: c.String("out"), name: name, to: c.String("to"), teacher: c.Bool("teacher"),
				adapters: c.Bool("adapters"), light: c.Bool("light"), predictions: c.Bool("predictions"), secrets: c.StringSlice("secret-env"),
			})
		},
	}
}

type packOptions struct {
	format                                report.Format
	out, name, to                         string
	teacher, adapters, predictions, light bool
	secrets                               []string // names of environment variables
}

func lightFlag() cli.Flag {
	return &cli.BoolFlag{Name: "light", Usage: "leave out ledgers and the rows of attempts that were not chosen: a twentieth of the size, with budgets taken on trust"}
}

// packed is what pack prints.
type packed struct {
	File    string         `json:"file"`
	Digest  string         `json:"bundle"`
	Size    int64          `json:"bytes"`
	Files   int            `json:"files"`
	Trials  int            `json:"trials"`
	LeftOut map[string]int `json:"left_out"` // files, by why
	Open    []string       `json:"unfinished,omitempty"`
}

// runPack writes the bundle and prints what is in it.
func runPack(_ context.Context, w setup.World, o packOptions) error {
	done, err := packTo(w, o)
	if err != nil {
		return err
	}
	return printData(w, o.format, done, packedTable(done))
}

// packTo writes the bundle.
func packTo(w setup.World, o packOptions) (done packed, err error) {
	root, only, err := packable(o.out, o.name)
	if err != nil {
		return done, err
	}
	trials, open, err := finished(root, only)
	if err != nil {
		return done, err
	}
	secrets, err := secretsOf(w, root, o.secrets)
	if err != nil {
		return done, err
	}
	f, err := setup.RecordedFile(root)
	if err != nil {
		return done, err
	}
	m, digest, err := bundle.Pack(o.to, root, bundle.Options{
		Program: setup.Version(), Name: f.Name, Trials: trials, Answers: o.teacher, Adapters: o.adapters, Predictions: o.predictions, Light: o.light,
		Secrets: secrets,
	})
	if err != nil {
		return done, err
	}
	done = packed{File: o.to, Digest: digest, Files: len(m.Files), Trials: len(trials), LeftOut: map[string]int{}, Open: open}
	for _, l := range m.LeftOut {
		done.LeftOut[string(record.PartOf(l.Path))+": "+l.Why]++
	}
	done.Size = bundle.Size(m)
	if o.predictions {
		fmt.Fprintln(w.Stderr, "warning: the bundle holds answers to private sets; give it to nobody but their holders")
	}
	return done, nil
}

// packable finds the experiment, and the trial if the name is one's.
func packable(out, name string) (record.Experiment, *results.TrialID, error) {
	root, err := record.Find(out, name)
	if err == nil {
		return root, nil, nil
	}
	root, trial, failed := record.FindTrial(out, name)
	if failed != nil {
		return "", nil, failed
	}
	state, err := trial.Load()
	return root, &state.Spec.TrialID, err
}

// finished lists the experiment's trials that are scored and unchanged, or cancelled, and
// names the others. One that changed is an error. Without a cancelled one its row would
// have a rank in the bundle.
func finished(root record.Experiment, only *results.TrialID) (list []results.TrialID, open []string, err error) {
	scores, err := root.OpenScores()
	if err == nil {
		err = scores.CheckLock()
	}
	if err != nil {
		return nil, nil, err
	}
	dirs, err := root.Trials()
	if err != nil {
		return nil, nil, err
	}
	for _, dir := range dirs {
		o, err := scores.Outcome(dir)
		if only != nil && o.TrialID != *only {
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		if (o.Final().Known || o.Cancelled()) && dir.SealFile().Exists() {
			list = append(list, o.TrialID)
		} else {
			open = append(open, o.TrialID.String())
		}
	}
	given, _ := root.Entries()
	if len(list) == 0 && !slices.ContainsFunc(given, record.Entry.Given) {
		return nil, nil, results.Bad(fmt.Errorf("%s: no trial of it is finished", root), "finish it with resume")
	}
	return list, open, nil
}

// secretsOf are the values of the variables that the experiment and the user name.
func secretsOf(w setup.World, root record.Experiment, named []string) (secrets []string, err error) {
	of, err := setup.KeysOf(root)
	if err != nil {
		return nil, err
	}
	for _, name := range append(of, named...) {
		value := w.Getenv(name)
		if value == "" && slices.Contains(named, name) {
			return nil, results.Bad(errors.New("--secret-env: the variable "+name+" is empty"), "export "+name+"=...")
		}
		if value == "" {
			fmt.Fprintf(w.Stderr, "note: %s is not set, so that the files are not searched for the key\n", name)
			continue
		}
		secrets = append(secrets, value)
	}
	return secrets, nil
}

func packedTable(done packed) *table.Table {
	t := table.New("Bundle "+filepath.Base(done.File), 1, "!left out", ">files")
	reasons := make([]string, 0, len(done.LeftOut))
	for why := range done.LeftOut {
		reasons = append(reasons, why)
	}
	slices.Sort(reasons)
	for _, why := range reasons {
		t.Add(why, fmt.Sprint(done.LeftOut[why]))
	}
	t.Notes = append(t.Notes, fmt.Sprintf("%s: %d trials, %d files, %d bytes. Its digest is %s.", done.File, done.Trials, done.Files, done.Size, done.Digest))
	for _, trial := range done.Open {
		t.Notes = append(t.Notes, "not finished, and not in the bundle: "+trial)
	}
	return t
}
