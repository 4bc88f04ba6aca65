package cli

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/urfave/cli/v2"
)

// withoutJSON are the commands that serve, or print text for people or shells alone.
var withoutJSON = []string{"student serve", "teacher serve", "serve", "help", "completion", "agents show"}

var update = flag.Bool("update", false, "rewrite golden files")

// Every command has an example in its help, and prints JSON unless it is for the program
// itself or one of those without.
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
			if !json && !slices.Contains(withoutJSON, strings.TrimPrefix(name, "autodatabench ")) && !c.Hidden {
				t.Errorf("%s: no --json", name)
			}
		}
	}
	check("autodatabench", newApp(Env{}).Commands)
}

// The help of the program and of every command is a golden file: a flag that comes, goes
// or changes its default shows there.
func TestHelpIsGolden(t *testing.T) {
	app := newApp(Env{})
	text := appHelp(app, helpWidth)
	eachCommand(app, func(path string, c *cli.Command) {
		text += "\n" + strings.Repeat("=", helpWidth) + "\n" + commandHelp(path, c, helpWidth)
	})
	const file = "testdata/help.golden"
	if *update {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	golden, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(strings.Split(string(golden), "\n"), strings.Split(text, "\n")); d != "" {
		t.Errorf("the help differs; -update rewrites it (-want +got):\n%s", d)
	}
	if strings.Contains(text, "(default: 0)") {
		t.Error("a flag's text has a default of 0")
	}
	eachCommand(app, func(path string, c *cli.Command) {
		for _, f := range c.Flags {
			if strings.Count(f.String(), "(default") > 1 {
				t.Errorf("%s: two defaults: %s", path, f)
			}
		}
	})
}

// Help fits the terminal, apart from examples, which stay whole.
func TestHelpFits(t *testing.T) {
	const width = 60
	app := newApp(Env{})
	texts := []string{appHelp(app, width)}
	eachCommand(app, func(path string, c *cli.Command) { texts = append(texts, commandHelp(path, c, width)) })
	for _, text := range texts {
		for line := range strings.Lines(text) {
			long := len([]rune(line)) > width+1
			if long && !strings.HasPrefix(line, "  ") && !strings.HasPrefix(line, "Usage: ") {
				t.Errorf("%d columns: %s", len(line), line)
			}
		}
	}
}
