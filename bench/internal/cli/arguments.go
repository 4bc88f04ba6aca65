package cli

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// flagsFirst puts the flags of a command line behind the names of its command and
// before its arguments, since the library takes a flag behind an argument for
// another argument. What follows "--" stays an argument.
func flagsFirst(app *cli.App, args []string) []string {
	if len(args) == 0 {
		return args
	}
	names, early, rest := args[:1:1], []string(nil), args[1:]
	var flags []cli.Flag
	for commands := app.Commands; len(rest) > 0 && len(commands) > 0; {
		if len(rest[0]) > 1 && rest[0][0] == '-' && len(names) > 1 { // a flag between the names, as --help
			early, rest = append(early, rest[0]), rest[1:]
			continue
		}
		i := slices.IndexFunc(commands, func(c *cli.Command) bool { return c.HasName(rest[0]) })
		if i < 0 {
			break
		}
		names, rest, flags, commands = append(names, rest[0]), rest[1:], commands[i].Flags, commands[i].Subcommands
	}
	if len(names) == 1 {
		return args // no command of ours
	}
	first, behind := divide(flags, slices.Concat(early, rest))
	return slices.Concat(names, first, behind)
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
