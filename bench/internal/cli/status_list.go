package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results/catalog"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

// listed is an experiment in a list of them.
type listed struct {
	Experiment string                   `json:"experiment"`
	Folder     string                   `json:"folder"`
	Agents     []string                 `json:"agents"`
	Runs       int                      `json:"runs"` // of each trial
	Trials     int                      `json:"trials"`
	States     map[experiment.State]int `json:"states"` // trials by state
}

// listExperiments prints how far each experiment below a folder is. One that cannot be
// read is named, and the others are printed.
func listExperiments(ctx context.Context, w setup.World, o statusOptions) error {
	roots, err := record.Experiments(o.out)
	if err != nil {
		return err
	}
	list, faults := []listed{}, []error(nil)
	if len(roots) == 0 && o.format == report.Text {
		say(w.Stdout, record.NoExperiment(o.out))
		return nil
	}
	for _, root := range roots {
		one, err := listedOf(ctx, w, root)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		list = append(list, one)
	}
	t := table.New("Experiments in "+o.out, 1, "experiment", "agents", ">runs", ">trials", "!of them")
	for _, x := range list {
		t.Add(x.Experiment, strings.Join(x.Agents, ", "), fmt.Sprint(x.Runs), fmt.Sprint(x.Trials), stateWords(x.States))
	}
	t.Note("More of one: autodatabench status EXPERIMENT.")
	return errors.Join(printData(w, o.format, list, t), errors.Join(faults...))
}

func listedOf(ctx context.Context, w setup.World, root record.Experiment) (x listed, err error) {
	f, _, err := experiment.Recorded(root)
	if err != nil {
		return x, err
	}
	shelf, err := catalog.Beside(ctx, root)
	if err != nil {
		return x, err
	}
	defer func() { err = errors.Join(err, shelf.Close()) }()
	s, err := experiment.ReadStatus(root, f, w.Holder, shelf)
	return listed{f.Name, filepath.ToSlash(string(root)), f.Agents, f.Runs, len(s.Trials), s.States}, err
}
