package cli

import (
	"cmp"
	"fmt"
	"strings"
	"time"

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
			agentShowCommand(env),
		},
	}
}

// runAgentList prints the agents that come with the program.
func runAgentList(w setup.World, format report.Format) error {
	t := table.New("Agents", 1, "!name", "shown as", "provider", "model", "key in", ">USD in", ">out", "facts of", "retires")
	var list []definitions.Definition
	var warnings []string
	for _, name := range definitions.List() {
		d, err := definitions.Builtin(name)
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
		t.Add(d.Name, d.Title(), d.Provider, model, d.APIKeyEnv, input, output, cmp.Or(d.Facts(), table.Missing), cmp.Or(d.Retires, table.Missing))
		warnings = append(warnings, ageWarnings(d, w.Now())...)
	}
	for _, line := range warnings {
		t.Note("%s", line)
	}
	t.Note("To copy for another model or server, with agents show NAME: %s.", strings.Join(definitions.Services(), ", "))
	t.Note("USD: list prices per million tokens of input and output, of short prompts where they have tiers, as far as the definitions know them.")
	return printData(w, format, list, t)
}

// ageWarnings says what is wrong with the age of an agent's definition.
func ageWarnings(d definitions.Definition, now time.Time) []string {
	list := d.Warnings(now)
	for i, line := range list {
		list[i] = fmt.Sprintf("agent %s: %s", d.Name, line)
	}
	return list
}
