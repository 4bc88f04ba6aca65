package recorded

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/catalog"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

// Logs are the trials of an experiment that have begun, for figures over time.
type Logs struct {
	Experiment string
	Trials     []report.TrialLog
	Names      map[string]string // how agents are shown
	Left       []error           // each of a trial that does not count
}

// ReadLogs reads the logs of the experiment of that name in out, or, if name is
// empty, of the only one there is. It reads the trials of the given agents; of all if
// none is given. With an error, Left is what is known of it.
func ReadLogs(ctx context.Context, out, name string, agents []string) (Logs, error) {
	root, err := oneExperiment(out, name)
	if err != nil {
		return Logs{}, err
	}
	names, err := root.Titles()
	if err != nil {
		return Logs{}, err
	}
	f, _, err := experiment.Recorded(root)
	if err != nil {
		return Logs{}, err
	}
	shelf, err := catalog.Beside(ctx, root)
	if err != nil {
		return Logs{}, err
	}
	logs := Logs{Experiment: f.Name, Names: names}
	for _, id := range f.Trials() {
		if len(agents) > 0 && !slices.Contains(agents, id.Agent) {
			continue
		}
		l, err := trialLog(shelf, root, id)
		if errors.Is(err, fs.ErrNotExist) {
			if err = shelf.Missing(root, id); err == nil {
				continue // it has not begun
			}
		}
		if err != nil {
			logs.Left = append(logs.Left, catalog.Fault(string(root.Trial(id)), err))
			continue
		}
		logs.Trials = append(logs.Trials, l)
	}
	if len(agents) > 0 && len(logs.Trials) == 0 {
		return Logs{Left: logs.Left}, results.Bad(fmt.Errorf("%s: no trial of %s has begun", root, strings.Join(agents, ", ")))
	}
	return logs, nil
}

// oneExperiment is the folder of an experiment.
func oneExperiment(out, name string) (record.Experiment, error) {
	if name != "" {
		return record.Find(out, name)
	}
	list, err := record.Experiments(out)
	if err != nil {
		return "", err
	}
	if len(list) != 1 {
		return "", results.Bad(fmt.Errorf("%s: there are %d experiments", out, len(list)), "choose one with --experiment")
	}
	return list[0], nil
}

func trialLog(shelf *catalog.Catalog, root record.Experiment, id results.TrialID) (l report.TrialLog, err error) {
	dir := root.Trial(id)
	if l.State, err = dir.Follow(func(_ results.Event, s *results.Trial) {
		l.Used = append(l.Used, report.Used{Elapsed: s.Elapsed, Calls: s.Usage.TeacherCalls})
	}); err != nil {
		return l, err
	}
	o, err := shelf.Trial(root, id)
	if err != nil {
		return l, err
	}
	l.Base, l.Finals, l.Outcome = o.BasePrivate, o.Finals, o
	l.Private, err = shelf.Rounds(root, l.State)
	return l, err
}
