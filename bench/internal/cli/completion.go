package cli

import (
	"embed"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
)

// completions are the scripts for shells. Each asks the command complete.
//
//go:embed completion
var completions embed.FS

var shells = []string{"bash", "zsh", "fish"}

func completionCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "completion", Usage: "print a script that completes commands in a shell", ArgsUsage: strings.Join(shells, "|"),
		Description: "It completes commands, flags, files, and the names of experiments, agents and rows. Examples:\n\n" +
			"  source <(autodatabench completion bash)     # in ~/.bashrc\n" +
			"  source <(autodatabench completion zsh)      # in ~/.zshrc, behind compinit\n" +
			"  autodatabench completion fish | source      # in ~/.config/fish/config.fish",
		Action: func(c *cli.Context) error {
			shell, err := oneArgument(c, "a shell: "+strings.Join(shells, ", "))
			if err != nil {
				return err
			}
			return runCompletion(env.World, shell)
		},
	}
}

// runCompletion prints the script for the shell.
func runCompletion(w setup.World, shell string) error {
	if !slices.Contains(shells, shell) {
		return usage("no script for %q; want one of %s", shell, strings.Join(shells, ", "))
	}
	script, err := completions.ReadFile("completion/" + shell)
	if err != nil {
		return err
	}
	_, err = w.Stdout.Write(script)
	return err
}
