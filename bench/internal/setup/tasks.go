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

// openTasks loads the experiment's tasks, fitted to its student, and lists their
// domains in order.
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
		domains = append(domains, task.Brief.Domain)
		byDomain[task.Brief.Domain] = fitStudent(w, task, plan)
	}
	return domains, byDomain, nil
}

// fitStudent lets the student answer in fewer tokens than the task allows, where
// it cannot do more. The record of a score holds the sampling as it was.
func fitStudent(w World, task tasks.Task, plan studentPlan) tasks.Task {
	if task.Brief.Sampling.MaxTokens > plan.most {
		fmt.Fprintf(w.Stderr, "note: task %s allows answers of %d tokens; the student %s stops at %d\n",
			task.Name, task.Brief.Sampling.MaxTokens, plan.identity.Name, plan.most)
		task.Brief.Sampling.MaxTokens = plan.most
	}
	return task
}

// LoadTasks loads the suite's tasks of the domains in their order; without
// domains, all tasks of a list of folders in its order.
func LoadTasks(s experiment.Suite, domains []results.Domain, at Places) ([]tasks.Task, error) {
	if s.Name == experiment.MiniSuite {
		return inOrder(domains, mini.Load)
	}
	if s.Name == experiment.PaperSuite {
		return inOrder(domains, func(d results.Domain) (tasks.Task, error) {
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
		})
	}
	byDomain := map[results.Domain]tasks.Task{}
	var all []results.Domain
	for _, dir := range s.Folders {
		task, err := loadFolder(dir, at)
		if err != nil {
			return nil, err
		}
		d := task.Brief.Domain
		if other, ok := byDomain[d]; ok {
			return nil, results.Bad(fmt.Errorf("tasks %s and %s have the same domain %q", other.Name, task.Name, string(d)), "one experiment has one task a domain")
		}
		byDomain[d], all = task, append(all, d)
	}
	if domains == nil {
		domains = all
	}
	return inOrder(domains, func(d results.Domain) (tasks.Task, error) {
		task, ok := byDomain[d]
		if !ok {
			return task, results.Bad(fmt.Errorf("no task folder has the domain %q", string(d)))
		}
		return task, nil
	})
}

func inOrder(domains []results.Domain, find func(results.Domain) (tasks.Task, error)) ([]tasks.Task, error) {
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

// loadFolder loads a task folder and sees to it that its private set is there,
// without opening it: only what scores does that.
func loadFolder(dir string, at Places) (tasks.Task, error) {
	task, err := folder.Load(dir)
	if err != nil {
		return task, err
	}
	path := folder.PrivateFile(at.Private, task.Name)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return task, results.Bad(fmt.Errorf("task %s: its private set %s is not there", task.Name, path),
			"--private-root names the folder that holds <task>/private.jsonl")
	}
	return task, nil
}
