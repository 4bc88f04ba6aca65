package record

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

// Load folds the trial's events, which may be in use by their writer.
func (t Trial) Load() (*results.Trial, error) {
	state, _, err := t.load()
	return state, err
}

// load is Load that returns the digest of the last event's line.
func (t Trial) load() (state *results.Trial, head string, err error) {
	return t.follow(func(results.Event, *results.Trial) {})
}

// Follow is Load that shows every event with the state after it.
func (t Trial) Follow(after func(e results.Event, state *results.Trial)) (*results.Trial, error) {
	state, _, err := t.follow(after)
	return state, err
}

// follow is Follow that returns the digest of the last event's line.
func (t Trial) follow(after func(e results.Event, state *results.Trial)) (state *results.Trial, head string, err error) {
	state = &results.Trial{}
	head, err = t.eachEvent(func(e results.Event) error {
		if err := Apply(state, t.Events(), e); err != nil {
			return err
		}
		after(e, state)
		return nil
	})
	if err != nil {
		return nil, "", err
	}
	return state, head, nil
}

// EachEvent hands every event of the trial to visit, in order.
func (t Trial) EachEvent(visit func(e results.Event) error) error {
	_, err := t.eachEvent(visit)
	return err
}

func (t Trial) eachEvent(visit func(e results.Event) error) (head string, err error) {
	return disk.ReadTo(t.Events(), func(line []byte) error {
		var e results.Event
		if err := json.Unmarshal(line, &e); err != nil {
			return err
		}
		return visit(e)
	})
}

// Apply folds an event of the log at path into the state, and refuses a trial of a
// format that this program does not know.
func Apply(state *results.Trial, path string, e results.Event) error {
	if err := state.Apply(e); err != nil {
		return err
	}
	if e.Kind == results.TrialStarted {
		return CheckFormat(path, state.Spec.Format)
	}
	return nil
}

// ReadLock reads the experiment's resolved terms, the latest where it grew. Errors:
// fs.ErrNotExist where no experiment was begun.
func (e Experiment) ReadLock() (Lock, error) {
	all, err := e.Locks()
	if err != nil {
		return Lock{}, err
	}
	return all[len(all)-1], nil
}

// Locks reads the terms with which the experiment began, and those of each time that it
// grew, in order. Errors: as of [Experiment.ReadLock].
func (e Experiment) Locks() ([]Lock, error) {
	var all []Lock
	for file := e.Lock(); len(all) == 0 || file.Exists(); file = e.Grown(len(all) + 1) {
		l, err := file.Read()
		if err == nil {
			err = CheckFormat(string(file), l.Format)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, l)
	}
	return all, nil
}

// Titles are the names under which pages show the experiment's agents.
func (e Experiment) Titles() (map[string]string, error) {
	l, err := e.ReadLock()
	return l.Titles, err
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// Find takes an experiment's name below the folder out, or its folder.
func Find(out, name string) (Experiment, error) {
	for _, dir := range []string{name, filepath.Join(out, name)} {
		if e := Experiment(dir); e.Lock().Exists() {
			return e, nil
		}
	}
	for _, dir := range []string{name, filepath.Join(out, name)} {
		if name != "" && isDir(dir) && isDir(filepath.Join(dir, trialsFolder)) {
			return "", results.Bad(fmt.Errorf("%s: has trials and no %s, without which it is no experiment", dir, lockFile), "restore the file from a copy")
		}
	}
	return "", results.Bad(fmt.Errorf("%s: there is no experiment, neither here nor below %s", name, out),
		"autodatabench status lists the experiments that there are; --out names another folder of experiments")
}

// Gone is the error of an experiment whose folder is not there any more. A folder
// beside it that holds the experiment under another name is named instead.
func (e Experiment) Gone() error {
	name := filepath.Base(string(e))
	others, _ := Experiments(filepath.Dir(string(e))) // what cannot be listed cannot be named
	for _, other := range others {
		var file struct {
			Name string `json:"name"`
		}
		if l, err := other.ReadLock(); err == nil && json.Unmarshal(l.File, &file) == nil && file.Name == name {
			return other.CheckName(name)
		}
	}
	return &results.Error{
		Kind: results.Verification, Hint: "put the folder back from a copy, or let reindex forget it",
		Err: fmt.Errorf("%s: the experiment that was recorded here is gone", e),
	}
}

// CheckName refuses a folder that does not have its experiment's name: where a trial
// lies is a part of which trial it is, or a copy would be another result.
func (e Experiment) CheckName(name string) error {
	at, err := filepath.Abs(string(e)) // it may be "."
	if err != nil || filepath.Base(at) == name {
		return err
	}
	return &results.Error{
		Kind: results.Verification, Hint: "call the folder " + name + " again, or put it below another --out; a copy does not count",
		Err: fmt.Errorf("%s: it is the experiment %s, in a folder of another name", e, name),
	}
}

// NoExperiment is the error of a folder that was asked for experiments and has none.
func NoExperiment(out string) error {
	return results.Bad(fmt.Errorf("%s: there is no experiment", out),
		"run one: autodatabench run --domain science --agent pipeline --experiment first-try; or name another folder with --out")
}

// Experiments lists the folders below out that hold an experiment.
func Experiments(out string) ([]Experiment, error) { return holding(out, lockFile) }

// holding lists the folders below out that hold one of the names, sorted.
func holding(out string, names ...string) ([]Experiment, error) {
	entries, err := os.ReadDir(out)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var list []Experiment
	for _, entry := range entries {
		e := Experiment(filepath.Join(out, entry.Name()))
		if slices.ContainsFunc(names, func(name string) bool { return disk.Exists(e.join(name)) }) {
			list = append(list, e)
		}
	}
	return list, nil
}

// Of is the experiment in whose folder the trial of the id lies.
func (t Trial) Of(id results.TrialID) (Experiment, error) {
	at, err := filepath.Abs(string(t))
	if err != nil {
		return "", err
	}
	root, ok := strings.CutSuffix(at, string(filepath.Separator)+filepath.FromSlash(id.Path()))
	if !ok {
		return "", results.Bad(fmt.Errorf("%s: is not the folder %s of an experiment", t, id.Path()), "use a trial where its experiment lies")
	}
	return Experiment(root), nil
}
