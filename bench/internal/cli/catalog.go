package cli

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"autodatabench/agents"
	"autodatabench/agents/definitions"
	"autodatabench/report/table"
	"autodatabench/results"
	"autodatabench/tasks"
	"autodatabench/tasks/mini"
)

func tasksCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "tasks", Usage: "list and show tasks, judge responses",
		Subcommands: []*cli.Command{
			{Name: "list", Usage: "list the tasks", Flags: []cli.Flag{jsonFlag(), formatFlag()},
				Description: "Example:\n\n  autodatabench tasks list --format markdown",
				Action:      func(c *cli.Context) error { return listTasks(c, env) }},
			{Name: "show", Usage: "show a task as an agent sees it", ArgsUsage: "DOMAIN", Flags: []cli.Flag{jsonFlag()},
				Description: "Example:\n\n  autodatabench tasks show science",
				Action:      func(c *cli.Context) error { return showTask(c, env) }},
			judgeCommand(env),
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
	name, err := oneArgument(c, "a domain")
	if err != nil {
		return err
	}
	task, err := mini.Load(results.Domain(name))
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
	fmt.Fprintf(env.Stdout, "# %s\n\n%s\n\n## Evaluation\n\n%s\n", b.Title, strings.TrimSpace(b.Description), strings.TrimSpace(b.EvaluationRule))
	for i, shot := range b.FewShot {
		fmt.Fprintf(env.Stdout, "\n## Example %d\n\n%s\n\n%s\n", i+1, shot.Question, shot.Solution)
	}
	return nil
}

func agentsCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "agents", Usage: "list agents and check that one can be used",
		Subcommands: []*cli.Command{
			{Name: "list", Usage: "list the agents that come with the program", Flags: []cli.Flag{jsonFlag(), formatFlag()},
				Description: "Example:\n\n  autodatabench agents list --json",
				Action:      func(c *cli.Context) error { return listAgents(c, env) }},
			{Name: "check", Usage: "ask an agent one tiny question", ArgsUsage: "NAME",
				Flags:       []cli.Flag{jsonFlag(), &cli.StringFlag{Name: "agent-file", Usage: "definition `FILE`", TakesFile: true}},
				Description: "Example:\n\n  autodatabench agents check --agent-file my-model.yaml my-model",
				Action:      func(c *cli.Context) error { return checkAgent(c, env) }},
		},
	}
}

// listedAgent is an agent as the list prints it.
type listedAgent struct {
	Name      string `json:"name"`
	Title     string `json:"title"`
	Provider  string `json:"provider"`
	Model     string `json:"model,omitempty"`
	Engineer  string `json:"engineer,omitempty"` // of a scripted reference engineer
	Simulated bool   `json:"simulated"`
}

func listAgents(c *cli.Context, env Env) error {
	if err := noArguments(c); err != nil {
		return err
	}
	t := table.New("Agents", 1, "!name", "shown as", "provider", "model")
	list := []listedAgent{}
	for _, name := range definitions.List() {
		d, err := definitions.Load(name)
		if err != nil {
			return err
		}
		model := d.Model
		if d.Simulated() {
			model = d.Engineer + " (scripted)"
		}
		list = append(list, listedAgent{d.Name, d.Title(), d.Provider, d.Model, d.Engineer, d.Simulated()})
		t.Add(d.Name, d.Title(), d.Provider, model)
	}
	return show(c, env, list, t)
}

func checkAgent(c *cli.Context, env Env) error {
	name, err := oneArgument(c, "an agent's name")
	if err != nil {
		return err
	}
	d, err := definition(name, c.String("agent-file"))
	if err != nil {
		return err
	}
	a, err := buildAgent(env, d)
	if err != nil {
		return err
	}
	checked := struct {
		Name    string  `json:"name"`
		Model   string  `json:"model,omitempty"`
		Seconds float64 `json:"seconds"`
		Input   int64   `json:"input_tokens"`
		Output  int64   `json:"output_tokens"`
	}{Name: d.Name, Model: d.Model}
	if d.Provider != definitions.Reference {
		begin := env.Now()
		reply, err := a.Reply(c.Context, agents.Request{Messages: []agents.Message{{Role: agents.User, Content: "Answer with the word ready."}}})
		if err != nil {
			return err
		}
		checked.Seconds, checked.Input, checked.Output = env.Now().Sub(begin).Seconds(), reply.InputTokens, reply.OutputTokens
	}
	t := table.New("", 1, "!name", "model", ">seconds", ">input tokens", ">output tokens")
	t.Add(checked.Name, checked.Model, fmt.Sprintf("%.1f", checked.Seconds), fmt.Sprint(checked.Input), fmt.Sprint(checked.Output))
	return show(c, env, checked, t)
}

func definition(name, file string) (definitions.Definition, error) {
	if file == "" {
		return definitions.Load(name)
	}
	d, err := definitions.LoadFile(file)
	if err == nil && d.Name != name {
		return d, results.Bad("", fmt.Errorf("%s: defines agent %q, not %q", file, d.Name, name))
	}
	return d, err
}
