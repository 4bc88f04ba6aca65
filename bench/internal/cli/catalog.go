package cli

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/agents/prompt"
	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/mini"
)

func tasksCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "tasks", Usage: "list, show, make, import and check tasks, judge responses",
		Subcommands: []*cli.Command{
			{Name: "list", Usage: "list the tasks", Flags: []cli.Flag{jsonFlag(), formatFlag()},
				Description: "Example:\n\n  autodatabench tasks list --format markdown",
				Action:      func(c *cli.Context) error { return listTasks(c, env) }},
			{Name: "show", Usage: "show a task in the words of an agent's prompt (prompt show has the rest)", ArgsUsage: "DOMAIN|FOLDER", Flags: []cli.Flag{jsonFlag()},
				Description: "Examples:\n\n  autodatabench tasks show science\n  autodatabench tasks show ./my-domain",
				Action:      func(c *cli.Context) error { return showTask(c, env) }},
			newTaskCommand(env), importCommand(env), lintCommand(env), judgeCommand(env),
		},
	}
}

func listTasks(c *cli.Context, env Env) error {
	if err := noArguments(c); err != nil {
		return err
	}
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
	return show(c, env, briefs, t)
}

func showTask(c *cli.Context, env Env) error {
	name, err := oneArgument(c, "a domain or a task folder")
	if err != nil {
		return err
	}
	task, err := taskNamed(name)
	if err != nil {
		return err
	}
	b := task.Brief
	if c.Bool("json") {
		return show(c, env, struct {
			results.Brief
			Public []tasks.Item `json:"public"`
		}{b, task.Public})
	}
	text, err := prompt.Task(b)
	if err != nil {
		return err
	}
	fmt.Fprint(env.Stdout, text)
	return nil
}
