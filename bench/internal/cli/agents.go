package cli

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/agents/definitions"
	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/report/table"
)

func agentsCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "agents", Usage: "list agents and check that one can be used",
		Subcommands: []*cli.Command{
			{Name: "list", Usage: "list the agents that come with the program", Flags: []cli.Flag{jsonFlag(), formatFlag()},
				Description: "Example:\n\n  autodatabench agents list --json",
				Action: func(c *cli.Context) error {
					if err := noArguments(c); err != nil {
						return err
					}
					return runAgentList(env.World, formatOf(c))
				}},
			agentCheckCommand(env),
		},
	}
}

// runAgentList prints the agents that come with the program.
func runAgentList(w setup.World, format report.Format) error {
	t := table.New("Agents", 1, "!name", "shown as", "provider", "model", "key in", ">USD in", ">out")
	var list []definitions.Definition
	for _, name := range definitions.List() {
		d, err := definitions.Load(name)
		if err != nil {
			return err
		}
		model, input, output := d.Model, table.Missing, table.Missing
		if d.Engineer != "" {
			model = d.Engineer + " (scripted)"
		}
		if d.Price != nil {
			input, output = fmt.Sprintf("%.2f", d.Price.Input), fmt.Sprintf("%.2f", d.Price.Output)
		}
		list = append(list, d)
		t.Add(d.Name, d.Title(), d.Provider, model, d.APIKeyEnv, input, output)
	}
	t.Note("USD: list prices per million tokens of input and output, as far as the definitions know them.")
	return printData(w.Stdout, format, list, t)
}
