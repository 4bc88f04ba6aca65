package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/agents/prompt"
	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/folder"
	"github.com/autodatabench/autodatabench/tasks/mini"
)

func tasksCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "tasks", Usage: "list, show, make, import and check tasks, judge responses",
		Subcommands: []*cli.Command{
			{Name: "list", Usage: "list the tasks", Flags: []cli.Flag{jsonFlag(), formatFlag()},
				Description: "Example:\n\n  autodatabench tasks list --format markdown",
				Action: func(c *cli.Context) error {
					if err := noArguments(c); err != nil {
						return err
					}
					return runTaskList(env.World, formatOf(c))
				}},
			{Name: "show", Usage: "show a task in the words of an agent's prompt (prompt show has the rest)", ArgsUsage: "DOMAIN|FOLDER", Flags: []cli.Flag{jsonFlag()},
				Description: "Examples:\n\n  autodatabench tasks show science\n  autodatabench tasks show ./my-domain",
				Action: func(c *cli.Context) error {
					name, err := oneArgument(c, "a domain or a task folder")
					if err != nil {
						return err
					}
					return runTaskShow(env.World, name, c.Bool("json"))
				}},
			newTaskCommand(env), importCommand(env), lintCommand(env), judgeCommand(env),
		},
	}
}

// runTaskList prints the tasks of suite mini.
func runTaskList(w setup.World, format report.Format) error {
	t := table.New("Tasks of suite mini", 1, "!domain", "title", ">public", ">private", ">seed pool", "digest")
	var briefs []results.Brief
	for _, d := range results.Domains() {
		task, err := mini.Load(d)
		if err != nil {
			return err
		}
		b := task.Brief
		briefs = append(briefs, b)
		t.Add(string(d), b.Title, fmt.Sprint(b.PublicItems), fmt.Sprint(b.PrivateItems), fmt.Sprint(b.SeedItems), task.Digest[:12])
	}
	return printData(w, format, briefs, t)
}

// runTaskShow prints a task as an agent's prompt does.
func runTaskShow(w setup.World, name string, asJSON bool) error {
	task, err := taskNamed(name)
	if err != nil {
		return err
	}
	b := task.Brief
	if asJSON {
		return printJSON(w, struct {
			results.Brief
			Public []tasks.Item `json:"public"`
		}{b, task.Public})
	}
	text, err := prompt.Task(b)
	if err != nil {
		return err
	}
	fmt.Fprint(w.Stdout, text)
	return nil
}

// taskNamed is a domain of suite mini or a task folder.
func taskNamed(arg string) (tasks.Task, error) {
	if _, err := os.Stat(filepath.Join(arg, folder.ConfigFile)); err == nil || strings.ContainsRune(arg, filepath.Separator) {
		return folder.Load(arg)
	}
	return mini.Load(results.Domain(arg))
}
