package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/folder"
	"github.com/autodatabench/autodatabench/tasks/mini"
)

// places are the folders outside of an experiment that its tasks lie in.
type places struct {
	private string // of the private sets
	paper   string // of suite paper
}

// suiteFlags choose the tasks.
func suiteFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "suite", Value: experiment.MiniSuite, Usage: "mini or paper"},
		&cli.StringSliceFlag{Name: "task", Usage: "task `FOLDER`, in place of a suite", TakesFile: true},
	}
}

// placeFlags say where the tasks lie.
func placeFlags() []cli.Flag { return []cli.Flag{privateRootFlag(), paperFlag()} }

func privateRootFlag() cli.Flag {
	return &cli.StringFlag{Name: "private-root", Value: "private", Usage: "`FOLDER` that holds the private sets of task folders", TakesFile: true}
}

func paperFlag() cli.Flag {
	return &cli.StringFlag{Name: "paper", Value: "paper", Usage: "`FOLDER` that holds the tasks of suite paper", TakesFile: true}
}

func placesOf(c *cli.Context) places { return places{c.String("private-root"), c.String("paper")} }

func suiteOf(c *cli.Context) experiment.Suite {
	if dirs := c.StringSlice("task"); len(dirs) > 0 {
		return experiment.Suite{Folders: dirs}
	}
	return experiment.Suite{Name: c.String("suite")}
}

// loadTasks loads the suite's tasks of the domains in their order; without
// domains, all tasks of a list of folders in its order.
func loadTasks(s experiment.Suite, domains []results.Domain, at places) ([]tasks.Task, error) {
	if s.Name == experiment.MiniSuite {
		return inOrder(domains, mini.Load)
	}
	if s.Name == experiment.PaperSuite {
		return inOrder(domains, func(d results.Domain) (tasks.Task, error) {
			name, ok := experiment.PaperTasks()[d]
			if !ok {
				return tasks.Task{}, results.Bad("its domains are science, code and finance", fmt.Errorf("suite paper has no domain %q", string(d)))
			}
			return loadFolder(filepath.Join(at.paper, name), at)
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
			return nil, results.Bad("one experiment has one task a domain", fmt.Errorf("tasks %s and %s have the same domain %q", other.Name, task.Name, string(d)))
		}
		byDomain[d], all = task, append(all, d)
	}
	if domains == nil {
		domains = all
	}
	return inOrder(domains, func(d results.Domain) (tasks.Task, error) {
		task, ok := byDomain[d]
		if !ok {
			return task, results.Bad("", fmt.Errorf("no task folder has the domain %q", string(d)))
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
func loadFolder(dir string, at places) (tasks.Task, error) {
	task, err := folder.Load(dir)
	if err != nil {
		return task, err
	}
	path := folder.PrivateFile(at.private, task.Name)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return task, results.Bad("--private-root names the folder that holds <task>/private.jsonl",
			fmt.Errorf("task %s: its private set %s is not there", task.Name, path))
	}
	return task, nil
}

// fitStudent lets the student answer in fewer tokens than the task allows, where
// it cannot do more. The record of a score holds the sampling as it was.
func fitStudent(env Env, task tasks.Task, plan studentPlan) tasks.Task {
	if task.Brief.Sampling.MaxTokens > plan.most {
		fmt.Fprintf(env.Stderr, "note: task %s allows answers of %d tokens; the student %s stops at %d\n",
			task.Name, task.Brief.Sampling.MaxTokens, plan.identity.Name, plan.most)
		task.Brief.Sampling.MaxTokens = plan.most
	}
	return task
}

// hiddenPaths are folders that no agent's code may see, wherever they lie.
func hiddenPaths(root string, s experiment.Suite, at places) ([]string, error) {
	out, err := outOf(root)
	if err != nil {
		return nil, err
	}
	hidden := []string{out}
	for _, path := range slices.Concat(s.Folders, []string{at.private, at.paper}) {
		path, err := filepath.Abs(path)
		if err != nil {
			return nil, err
		}
		hidden = append(hidden, path)
	}
	return hidden, nil
}
