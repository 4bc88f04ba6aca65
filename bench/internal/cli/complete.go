package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/agents/definitions"
	"github.com/autodatabench/autodatabench/bench/internal/recorded"
	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/sandbox"
)

// completeCommand is what the scripts of completion ask. Each line that it prints is a
// word, with a tab and a text where there is one; the line ":files" asks the shell
// for files.
func completeCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "complete", Hidden: true, Usage: "print what may follow the words of a command line", ArgsUsage: "-- WORD...",
		Description: "The scripts of autodatabench completion use it. Example:\n\n  autodatabench complete -- status de",
		Action: func(c *cli.Context) error {
			return runComplete(c.Context, env, c.Args().Slice())
		},
	}
}

// candidate is a word that may stand at the end of a command line.
type candidate struct{ word, text string }

// files asks the shell for names of files.
var files = []candidate{{word: ":files"}}

// runComplete prints what may stand in the place of the last word.
func runComplete(ctx context.Context, env Env, words []string) error {
	if len(words) == 0 {
		words = []string{""}
	}
	last := words[len(words)-1]
	for _, c := range candidates(ctx, env, words[:len(words)-1], last) {
		switch {
		case c.word == files[0].word:
			fmt.Fprintln(env.Stdout, c.word)
		case !strings.HasPrefix(c.word, last):
		case c.text != "":
			fmt.Fprintf(env.Stdout, "%s\t%s\n", c.word, c.text)
		default:
			fmt.Fprintln(env.Stdout, c.word)
		}
	}
	return nil
}

// candidates are what may follow the words before.
func candidates(ctx context.Context, env Env, before []string, last string) []candidate {
	app := newApp(env)
	at := locate(app, append([]string{app.Name}, before...))
	if len(at.names) > 1 && at.names[1] == "help" {
		at = locate(app, append([]string{app.Name}, at.behind...))
	}
	look := looker{ctx, "runs"}
	if at.command == nil {
		return commandCandidates(app.Commands)
	}
	given, arguments := divide(at.command.Flags, at.behind)
	if i := slices.Index(given, "--out"); i >= 0 && i+1 < len(given) {
		look.out = given[i+1]
	}
	if n := len(before); n > 0 && takesValue(at.command.Flags, before[n-1]) && strings.HasPrefix(before[n-1], "-") {
		return look.value(at.command, strings.TrimLeft(before[n-1], "-"))
	}
	switch {
	case strings.HasPrefix(last, "-"):
		var list []candidate
		for _, f := range visibleFlags(at.command) {
			name, _, _ := strings.Cut(f.name, " ")
			list = append(list, candidate{name, f.text})
		}
		return append(list, candidate{"--help", "show the help of this command"})
	case len(at.command.Subcommands) > 0:
		return commandCandidates(at.command.Subcommands)
	}
	return look.argument(strings.Join(at.names[1:], " "), len(arguments))
}

func commandCandidates(list []*cli.Command) (all []candidate) {
	for _, c := range list {
		if !c.Hidden {
			all = append(all, candidate{c.Name, c.Usage})
		}
	}
	return all
}

// looker looks for names. What it cannot read has none: a shell shows no errors.
type looker struct {
	ctx context.Context
	out string
}

// value are the values of a flag.
func (l looker) value(c *cli.Command, flag string) []candidate {
	switch flag {
	case "experiment":
		return l.experiments()
	case "row":
		return l.rows()
	case "agent":
		return plain(definitions.List()...)
	case "domain":
		return typed(results.Domains())
	case "workflow":
		return typed(results.Workflows())
	case "setting":
		return typed(results.Settings())
	case "suite":
		return plain("mini", "paper")
	case "protocol":
		return plain("mini", "paper")
	case "sandbox":
		return plain(sandbox.Bubblewrap, sandbox.None)
	case "format":
		return plain(string(report.Text), string(report.Markdown), string(report.CSV), string(report.JSON))
	}
	for _, f := range c.Flags {
		if slices.Contains(f.Names(), flag) && takesFile(f) {
			return files
		}
	}
	return nil
}

func takesFile(f cli.Flag) bool {
	switch f := f.(type) {
	case *cli.StringFlag:
		return f.TakesFile
	case *cli.StringSliceFlag:
		return f.TakesFile
	}
	return false
}

// argument are the arguments that a command may have behind n others.
func (l looker) argument(command string, n int) []candidate {
	switch command {
	case "status", "resume", "score":
		return l.experiments()
	case "show":
		return append(l.trials(), files...)
	case "compare":
		return l.rows()
	case "figure":
		return plain(figureNames...)
	case "table":
		return plain("1", "2", "3", "4", "5")
	case "completion":
		return plain(shells...)
	case "agents show", "agents check", "prompt show":
		return append(plain(definitions.List()...), files...)
	case "tasks show":
		return append(typed(results.Domains()), files...)
	case "leaderboard", "power", "reproduce", "reindex", "version":
		return nil
	}
	return files
}

func (l looker) experiments() (list []candidate) {
	all, _ := record.Experiments(l.out)
	for _, e := range all {
		list = append(list, candidate{word: filepath.Base(string(e))})
	}
	return list
}

// trials are the trials that show takes.
func (l looker) trials() (list []candidate) {
	all, _ := record.Experiments(l.out)
	for _, e := range all {
		trials, _ := e.Trials()
		for _, t := range trials {
			list = append(list, candidate{word: e.Called(t)})
		}
	}
	return list
}

// rows are the rows of the leaderboard.
func (l looker) rows() []candidate {
	outcomes, opts, _ := recorded.Outcomes(l.ctx, l.out, "", func(error) {})
	if outcomes == nil {
		return nil
	}
	return plain(report.Leaderboard(outcomes, opts).RowNames()...)
}

func plain(list ...string) (all []candidate) {
	for _, word := range list {
		all = append(all, candidate{word: word})
	}
	return all
}

func typed[T ~string](list []T) (all []candidate) {
	for _, word := range list {
		all = append(all, candidate{word: string(word)})
	}
	return all
}
