package setup

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/autodatabench/autodatabench/agents/definitions"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/folder"
)

// RecordedFile is the experiment file that the lock of a folder holds, which may be
// somebody else's.
func RecordedFile(root record.Experiment) (f experiment.File, err error) {
	l, err := root.ReadLock()
	if err == nil {
		if err = json.Unmarshal(l.File, &f); err != nil {
			err = results.Bad(err)
		}
	}
	return f, err
}

// TasksFor loads the tasks that a recorded experiment may have been about, as far as
// this program has them: suite mini, suite paper where it was imported, and the task
// folders that the user names. No path of the record is followed.
func TasksFor(f experiment.File, folders []string, at Places) (map[results.Domain]tasks.Task, error) {
	found := map[results.Domain]tasks.Task{}
	if f.Suite.Folders != nil {
		for _, dir := range folders {
			task, err := folder.Load(dir)
			if err != nil {
				return nil, err
			}
			found[task.Brief.Domain] = task
		}
		return found, nil
	}
	at.Visible = true
	for _, d := range f.Domains {
		list, err := LoadTasks(experiment.Suite{Name: f.Suite.Name}, []results.Domain{d}, at)
		if err == nil { // else the verification says that it is not there
			found[d] = list[0]
		}
	}
	return found, nil
}

// OpenScorer opens what scores a recorded experiment again: student and tasks. Nothing
// that the record says chooses what runs on this machine, or where a key is sent.
func OpenScorer(ctx context.Context, w World, f experiment.File, root record.Experiment, folders []string, at Places) (*experiment.Setup, error) {
	if f.Suite.Folders != nil {
		f.Suite.Folders = folders
	}
	f.Sandbox, f.Launcher = experiment.Default().Sandbox, experiment.Default().Launcher
	f.Student.Python, f.Student.LlamaFactory = "", ""
	if f.Student.Serve != nil {
		f.Student.Serve = &experiment.Serve{}
	}
	f.Settings = slices.DeleteFunc(slices.Clone(f.Settings), func(s results.Setting) bool { return s == results.Seed }) // of agents alone
	return Open(ctx, w, Request{File: f, Root: root, Places: at}, Needs{})
}

// KeysOf lists the names of the environment variables that hold the keys of a recorded
// experiment, as far as its folder tells.
func KeysOf(root record.Experiment) ([]string, error) {
	f, err := RecordedFile(root)
	if err != nil {
		return nil, err
	}
	names := []string{f.Teacher.APIKeyEnv}
	if f.Student.Serve != nil {
		names = append(names, f.Student.Serve.APIKeyEnv)
	}
	for _, agent := range f.Agents {
		var d definitions.Definition
		if data, err := record.Text(root.Definition(agent)).Read(); err == nil && json.Unmarshal(data, &d) == nil {
			names = append(names, d.APIKeyEnv)
		}
	}
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(name string) bool { return name == "" }), nil
}
