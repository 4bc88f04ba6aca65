package cli

import (
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
)

// Every command has an example in its help, and prints JSON unless it serves or is for the program itself.
func TestEveryCommandHasExampleAndJSON(t *testing.T) {
	var check func(path string, commands []*cli.Command)
	check = func(path string, commands []*cli.Command) {
		for _, c := range commands {
			name := path + " " + c.Name
			if len(c.Subcommands) > 0 {
				check(name, c.Subcommands)
				continue
			}
			if !strings.Contains(c.Description, "Example") || !strings.Contains(c.Description, name) {
				t.Errorf("%s: no example in its help", name)
			}
			json := slices.ContainsFunc(c.Flags, func(f cli.Flag) bool { return slices.Contains(f.Names(), "json") })
			if !json && c.Name != "serve" && !c.Hidden {
				t.Errorf("%s: no --json", name)
			}
		}
	}
	check("autodatabench", newApp(Env{}).Commands)
}
