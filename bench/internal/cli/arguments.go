package cli

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// located is a command line, taken apart at the command that it names.
type located struct {
	names   []string     // of the program, the command and its subcommand
	command *cli.Command // nil for no command of ours
	early   []string     // flags between the names, as --help
	behind  []string     // flags and arguments
}

// locate finds the command of a command line.
func locate(app *cli.App, args []string) located {
	l := located{names: args[:1:1], behind: args[1:]}
	for commands := app.Commands; len(l.behind) > 0 && len(commands) > 0; {
		word := l.behind[0]
		if len(word) > 1 && word[0] == '-' && l.command != nil {
			l.early, l.behind = append(l.early, word), l.behind[1:]
			continue
		}
		i := slices.IndexFunc(commands, func(c *cli.Command) bool { return c.HasName(word) })
		if i < 0 {
			break
		}
		l.command, l.names, l.behind = commands[i], append(l.names, word), l.behind[1:]
		commands = l.command.Subcommands
	}
	return l
}

// flagsFirst puts the flags of a command line behind the names of its command and
// before its arguments, since the library takes a flag behind an argument for
// another argument. What follows "--" stays an argument.
func flagsFirst(app *cli.App, args []string) []string {
	if len(args) == 0 {
		return args
	}
	at := locate(app, args)
	if at.command == nil {
		return args
	}
	first, behind := divide(at.command.Flags, slices.Concat(at.early, at.behind))
	if slices.ContainsFunc(first, func(word string) bool { return word == "--help" || word == "-h" }) {
		return append(at.names, "--help") // the library would look for help on the arguments
	}
	return slices.Concat(at.names, first, behind)
}

// oldNames lists the flags of a command line that are called by a name of before, with
// the names that they have now.
func oldNames(app *cli.App, args []string) (old, now []string) {
	if len(args) == 0 {
		return nil, nil
	}
	at := locate(app, args)
	if at.command == nil {
		return nil, nil
	}
	words, _ := divide(at.command.Flags, at.behind)
	for _, f := range at.command.Flags {
		names := f.Names()
		for _, word := range words {
			name, _, _ := strings.Cut(strings.TrimLeft(word, "-"), "=")
			if word[0] == '-' && slices.Contains(names[1:], name) {
				old, now = append(old, name), append(now, names[0])
			}
		}
	}
	return old, now
}

// divide parts words into flags with their values and arguments.
func divide(flags []cli.Flag, words []string) (first, behind []string) {
	for i := 0; i < len(words); i++ {
		word := words[i]
		switch {
		case word == "--":
			return append(first, "--"), append(behind, words[i+1:]...)
		case len(word) < 2 || word[0] != '-':
			behind = append(behind, word)
			continue
		}
		first = append(first, word)
		if takesValue(flags, word) && i+1 < len(words) {
			i++
			first = append(first, words[i])
		}
	}
	return first, behind
}

// takesValue reports whether the next word is the value of the flag.
func takesValue(flags []cli.Flag, word string) bool {
	name := strings.TrimLeft(word, "-")
	if strings.Contains(name, "=") {
		return false
	}
	for _, f := range flags {
		if slices.Contains(f.Names(), name) {
			documented, ok := f.(cli.DocGenerationFlag)
			return ok && documented.TakesValue()
		}
	}
	return false
}
