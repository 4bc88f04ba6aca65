package cli

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/report/table"
)

// This file writes the help. The library's own would sort the groups of commands by
// their names, show a default of 0 for a flag that has none, and fill no lines.

const (
	helpWidth  = 100 // columns where the terminal does not say
	flagColumn = 28  // where the text of a flag begins
)

// commandGroups are the groups of commands in the order of a first evening.
var commandGroups = []struct{ name, what string }{
	{"run", "run agents"},
	{"look", "look at what came out"},
	{"compare", "decide what it means"},
	{"make", "bring your own"},
	{"maintain", "look after the program and its folders"},
}

// setHelp gives the program and all its commands their help.
func setHelp(app *cli.App, width int) {
	app.CustomAppHelpTemplate = literal(appHelp(app, cmp.Or(width, helpWidth)))
	eachCommand(app, func(path string, c *cli.Command) {
		c.CustomHelpTemplate = literal(commandHelp(path, c, cmp.Or(width, helpWidth)))
	})
}

// eachCommand visits all commands with their names, those above first.
func eachCommand(app *cli.App, visit func(path string, c *cli.Command)) {
	var walk func(path string, list []*cli.Command)
	walk = func(path string, list []*cli.Command) {
		for _, c := range list {
			visit(path+" "+c.Name, c)
			walk(path+" "+c.Name, c.Subcommands)
		}
	}
	walk(app.Name, app.Commands)
}

// literal is a template that prints the text.
func literal(text string) string { return strings.ReplaceAll(text, "{{", `{{"{{"}}`) }

func appHelp(app *cli.App, width int) string {
	var b strings.Builder
	b.WriteString(filled(app.Name+": "+app.Usage, width, 0) + "\n\n" + filled(app.Description, width, 0) + "\n")
	for _, g := range commandGroups {
		fmt.Fprintf(&b, "\n%s: %s\n", g.name, g.what)
		for _, c := range app.Commands {
			if c.Category == g.name && !c.Hidden {
				b.WriteString(entry(c.Name, c.Usage, width, 15))
			}
		}
	}
	b.WriteString("\n" + filled("help COMMAND, or COMMAND --help, has each command's flags and examples. Flags may stand anywhere.", width, 0) + "\n")
	return b.String()
}

// commandHelp starts with what the command is for and how it is called; its flags
// come last.
func commandHelp(path string, c *cli.Command, width int) string {
	var b strings.Builder
	b.WriteString(filled(path+": "+c.Usage, width, 0) + "\n\nUsage: " + path)
	if len(c.Subcommands) > 0 {
		b.WriteString(" COMMAND")
	}
	flags := visibleFlags(c)
	if len(flags) > 0 {
		b.WriteString(" [flags]")
	}
	if c.ArgsUsage != "" {
		b.WriteString(" " + c.ArgsUsage)
	}
	b.WriteString("\n")
	if c.Description != "" {
		b.WriteString("\n" + filled(c.Description, width, 0) + "\n")
	}
	if len(c.Subcommands) > 0 {
		b.WriteString("\nCommands:\n")
		for _, sub := range c.Subcommands {
			b.WriteString(entry(sub.Name, sub.Usage, width, 18))
		}
	}
	if len(flags) > 0 {
		b.WriteString("\nFlags:\n")
		for _, f := range flags {
			b.WriteString(entry(f.name, f.text, width, flagColumn))
		}
	}
	return b.String()
}

// shownFlag is a flag as help and completion show it.
type shownFlag struct {
	name string // --name VALUE
	text string // with its default
}

func visibleFlags(c *cli.Command) []shownFlag {
	var list []shownFlag
	for _, f := range c.Flags {
		documented, ok := f.(cli.DocGenerationFlag)
		if visible, may := f.(cli.VisibleFlag); !ok || may && !visible.IsVisible() || f.Names()[0] == cli.HelpFlag.Names()[0] {
			continue
		}
		value, usage := placeholder(documented)
		s := shownFlag{"--" + f.Names()[0], usage}
		if documented.TakesValue() {
			s.name += " " + value
		}
		if d := defaultOf(f); d != "" {
			s.text += " (default: " + d + ")"
		}
		list = append(list, s)
	}
	return list
}

// placeholder is the word in backquotes of a flag's text, or one for its type, and the
// text without the quotes.
func placeholder(f cli.DocGenerationFlag) (value, usage string) {
	usage = f.GetUsage()
	before, rest, ok := strings.Cut(usage, "`")
	if !ok {
		switch f.(type) {
		case *cli.IntFlag, *cli.Int64Flag, *cli.Uint64Flag, *cli.Float64Flag:
			return "N", usage
		}
		return "VALUE", usage
	}
	value, after, _ := strings.Cut(rest, "`")
	return value, before + value + after
}

// defaultOf is the default of a flag; empty for a flag that has none, as for a number
// whose 0 stands for nothing.
func defaultOf(f cli.Flag) string {
	switch f := f.(type) {
	case *cli.StringFlag:
		return cmp.Or(f.DefaultText, f.Value)
	case *cli.StringSliceFlag:
		return f.DefaultText
	case *cli.IntFlag:
		return cmp.Or(f.DefaultText, number(f.Value))
	case *cli.Int64Flag:
		return cmp.Or(f.DefaultText, number(f.Value))
	case *cli.Uint64Flag:
		return cmp.Or(f.DefaultText, number(f.Value))
	case *cli.Float64Flag:
		return cmp.Or(f.DefaultText, number(f.Value))
	}
	return ""
}

func number[T int | int64 | uint64 | float64](n T) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

// entry is a name with its text beside it, or below it if the name is long.
func entry(name, text string, width, column int) string {
	head := "  " + name
	lines := strings.Split(filled(text, width, column), "\n")
	if table.Width(head)+2 > column {
		return head + "\n" + strings.Join(lines, "\n") + "\n"
	}
	lines[0] = head + strings.Repeat(" ", column-table.Width(head)) + strings.TrimLeft(lines[0], " ")
	return strings.Join(lines, "\n") + "\n"
}

// filled fills lines up to the width, each behind so many blanks. A line that begins
// with a blank, as an example does, stays as it is, and empty lines part paragraphs.
func filled(text string, width, indent int) string {
	var out []string
	blanks, line := strings.Repeat(" ", indent), ""
	flush := func() {
		if line != "" {
			out, line = append(out, blanks+line), ""
		}
	}
	for l := range strings.Lines(text) {
		l = strings.TrimRight(l, "\n")
		if l == "" || l[0] == ' ' {
			flush()
			out = append(out, strings.TrimRight(blanks+l, " "))
			continue
		}
		for _, word := range strings.Fields(l) {
			if line != "" && table.Width(line)+1+table.Width(word) > max(width-indent, 20) {
				flush()
			}
			line = strings.TrimLeft(line+" "+word, " ")
		}
	}
	flush()
	return strings.Join(out, "\n")
}

// helpCommand prints the help of the program, or of a command.
func helpCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "help", Usage: "show the help of a command", ArgsUsage: "[COMMAND...]",
		Description: "Examples:\n\n  autodatabench help\n  autodatabench help run\n  autodatabench help tasks new",
		Action: func(c *cli.Context) error {
			return runHelp(env, c.Args().Slice())
		},
	}
}

// runHelp prints the help of the command with the words, or of the program.
func runHelp(env Env, words []string) error {
	app, width := newApp(env), cmp.Or(env.Width, helpWidth)
	at := locate(app, append([]string{app.Name}, words...))
	switch {
	case len(words) == 0:
		_, err := io.WriteString(env.Stdout, appHelp(app, width))
		return err
	case len(at.behind) > 0:
		return usage("no command %q; see autodatabench help", strings.Join(words, " "))
	}
	_, err := io.WriteString(env.Stdout, commandHelp(strings.Join(at.names, " "), at.command, width))
	return err
}
