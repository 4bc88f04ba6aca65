package cli

import (
	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/agents/definitions"
	"github.com/autodatabench/autodatabench/bench/internal/setup"
)

func agentShowCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "show", Usage: "print a definition, to be copied and changed", ArgsUsage: "NAME",
		Description: "Prints the YAML of an agent, or of a service or server that agents list names. Examples:\n\n" +
			"  autodatabench agents show gpt-5.2\n  autodatabench agents show azure-classic > my-agent.yaml",
		Action: func(c *cli.Context) error {
			name, err := oneArgument(c, "the name of an agent or of a service")
			if err != nil {
				return err
			}
			return runAgentShow(env.World, name)
		},
	}
}

// runAgentShow prints the definition of the name.
func runAgentShow(w setup.World, name string) error {
	data, err := definitions.Source(name)
	if err != nil {
		return err
	}
	_, err = w.Stdout.Write(data)
	return err
}
