package setup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/folder"
	"github.com/autodatabench/autodatabench/tasks/mini"
)

// openTasks loads the experiment's tasks and lists their domains in order. Where the
// student cannot answer in as many tokens as a task allows, the task allows it fewer;
// the record of a score holds the sampling as it was.
func openTasks(w World, r Request, plan studentPlan) ([]results.Domain, map[results.Domain]tasks.Task, error) {
	list, err := LoadTasks(r.File.Suite, r.File.Domains, r.Places)
	if err != nil {
		return nil, nil, err
	}
	var domains []results.Domain
	byDomain := map[results.Domain]tasks.Task{}
	for _, task := range list {
		if slices.Contains(r.File.Settings, results.Seed) && len(task.Seed) == 0 {
			return nil, nil, results.Bad(fmt.Errorf("task %s has no seed pool", task.Name), "leave setting seed out")
		}
		if allowed := &task.Brief.Sampling.MaxTokens; *allowed > plan.most {
			fmt.Fprintf(w.Stderr, "note: task %s allows answers of %d tokens; the student %s stops at %d\n", task.Name, *allowed, plan.identity.Name, plan.most)
			*allowed = plan.most
		}
		domains = append(domains, task.Brief.Domain)
		byDomain[task.Brief.Domain] = task
	}
	return domains, byDomain, nil
}

// LoadTasks loads the suite's tasks of the domains in their order; without
// domains, all tasks of a list of folders in its order.
func LoadTasks(s experiment.Suite, domains []results.Domain, at Places) ([]tasks.Task, error) {
	find, all, err := finder(s, at)
	if err != nil {
		return nil, err
	}
	if domains == nil {
		domains = all
	}
	var list []tasks.Task
	for _, d := range domains {
		task, err := find(d)
		if err != nil {
			return nil, err
		}
		list = append(list, task)
	}
	return list, nil
}

// finder says how the suite's task of a domain is found. A list of folders is loaded
// at once, and names all of its domains.
func finder(s experiment.Suite, at Places) (find func(results.Domain) (tasks.Task, error), all []results.Domain, err error) {
	switch s.Name {
	case experiment.MiniSuite:
		return mini.Load, nil, nil
	case experiment.PaperSuite:
		return func(d results.Domain) (tasks.Task, error) {
			name, ok := experiment.PaperTasks()[d]
			if !ok {
				return tasks.Task{}, results.Bad(fmt.Errorf("suite paper has no domain %q", string(d)), "its domains are science, code and finance")
			}
			dir := filepath.Join(at.Paper, name)
			if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
				return tasks.Task{}, results.Bad(fmt.Errorf("suite paper: task %s is not in %s", name, at.Paper),
					"make it from its published files: autodatabench tasks import "+name+" --from FOLDER (bench/doc/tasks.md); --paper names another folder")
			}
			return loadFolder(dir, at)
		}, nil, nil
	}
	byDomain := map[results.Domain]tasks.Task{}
	for _, dir := range s.Folders {
		task, err := loadFolder(dir, at)
		if err != nil {
			return nil, nil, err
		}
		d := task.Brief.Domain
		if other, ok := byDomain[d]; ok {
			return nil, nil, results.Bad(fmt.Errorf("tasks %s and %s have the same domain %q", other.Name, task.Name, string(d)), "one experiment has one task a domain")
		}
		byDomain[d], all = task, append(all, d)
	}
	return func(d results.Domain) (tasks.Task, error) {
		task, ok := byDomain[d]
		if !ok {
			return task, results.Bad(fmt.Errorf("no task folder has the domain %q", string(d)))
		}
		return task, nil
	}, all, nil
}

// loadFolder loads a task folder and sees to it that its private set is there,
// without opening it: only what scores does that.
func loadFolder(dir string, at Places) (tasks.Task, error) {
	task, err := folder.Load(dir)
	if err != nil || at.Visible {
		return task, err
	}
	path := folder.PrivateFile(at.Private, task.Name)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return task, results.Bad(fmt.Errorf("task %s: its private set %s is not there", task.Name, path),
			"--private-root names the folder that holds <task>/private.jsonl")
	}
	return task, nil
}
