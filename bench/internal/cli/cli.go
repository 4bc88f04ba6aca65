// Package cli is the command line: commands, flags and output, one command a file.
//
// It is the only package that reads the clock, the environment, the arguments
// and the terminal; all others are handed what they need in a [setup.World]. It is
// not for logic that somebody may want without a command line: package setup opens
// what an experiment works with, package doctor looks whether it is there.
//
// # Exit codes
//
//	0    ok
//	2    wrong usage
//	3    bad input: a file or a value
//	4    budget spent
//	5    infrastructure: something outside the program is missing or broke
//	6    verification failed
//	7    gate: NO-GO
//	8    gate: INCONCLUSIVE
//	130  interrupted
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

// Env is the world as a command sees it, and the command.
type Env struct {
	setup.World
	Args []string
}

// errInterrupted is why a command ended on SIGINT or SIGTERM.
var errInterrupted = errors.New("interrupted")

// errUsage marks an error as wrong usage.
var errUsage = errors.New("usage")

// Main runs the program in the real world and returns its exit code. The first
// SIGINT ends the work cleanly, the second at once.
func Main() int {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() { // lives as long as the process
		<-signals
		fmt.Fprintln(os.Stderr, "\ninterrupted: ending cleanly; once more to stop at once")
		cancel(errInterrupted)
		<-signals
		os.Exit(130)
	}()
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		boot = []byte("unknown")
	}
	program, err := os.Executable()
	if err != nil {
		program = os.Args[0]
	}
	width, height, err := term.GetSize(int(os.Stdout.Fd()))
	if err != nil || width == 0 || height == 0 { // some terminals do not know theirs
		width, height = 100, 24
	}
	return Run(ctx, Env{Args: os.Args, World: setup.World{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Getenv: os.Getenv, Environ: os.Environ(), Program: program, Now: time.Now,
		Holder:   disk.Holder{Host: host, PID: os.Getpid(), BootID: strings.TrimSpace(string(boot))},
		Terminal: term.IsTerminal(int(os.Stderr.Fd())), Screen: term.IsTerminal(int(os.Stdout.Fd())), Width: width, Height: height,
	}})
}

// Run runs the command that env.Args name and returns the exit code.
func Run(ctx context.Context, env Env) int {
	app := newApp(env)
	err := app.RunContext(ctx, env.Args)
	if err == nil {
		return 0
	}
	if errors.Is(err, errInterrupted) || errors.Is(context.Cause(ctx), errInterrupted) {
		fmt.Fprintln(env.Stderr, "autodatabench: interrupted; what was finished is kept; go on with resume, or with the same command")
		return 130
	}
	say(env.Stderr, err)
	return codeOf(err)
}

// say prints each joined error as one line, with its hint below. A join that is
// wrapped is one error, and so is fmt.Errorf of several: their parts alone would
// lack what the wrapping says.
func say(w io.Writer, err error) {
	if joined, ok := err.(interface{ Unwrap() []error }); ok && err.Error() == errors.Join(joined.Unwrap()...).Error() {
		for _, e := range joined.Unwrap() {
			say(w, e)
		}
		return
	}
	fmt.Fprintf(w, "autodatabench: %s\n", strings.TrimPrefix(strings.ReplaceAll(err.Error(), "\n", "; "), "usage: "))
	var known *results.Error
	if errors.As(err, &known) && known.Hint != "" {
		fmt.Fprintf(w, "hint: %s\n", known.Hint)
	}
}

// codeOf is the table of exit codes.
func codeOf(err error) int {
	var known *results.Error
	var library cli.ExitCoder // such as --help with an argument
	var gate gateError
	switch {
	case errors.Is(err, errUsage), errors.As(err, &library):
		return 2
	case errors.As(err, &gate):
		return gate.code()
	case !errors.As(err, &known):
		return 5
	}
	switch known.Kind {
	case results.BadInput:
		return 3
	case results.BudgetSpent:
		return 4
	case results.Verification:
		return 6
	default:
		return 5
	}
}

func usage(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errUsage, fmt.Sprintf(format, args...))
}

func newApp(env Env) *cli.App {
	app := &cli.App{
		Name:      "autodatabench",
		Usage:     "which LLM is the best autonomous data engineer?",
		UsageText: "autodatabench command [flags] [arguments]",
		Description: "Runs agents through plan, code, synthesis, training and feedback under fixed budgets,\n" +
			"scores the student they trained on a hidden set, and ranks them.\n" +
			"With no GPU and no key everything runs on an embedded, simulated default.",
		Reader: env.Stdin, Writer: env.Stdout, ErrWriter: env.Stderr,
		HideVersion: true, HideHelpCommand: true, EnableBashCompletion: true,
		ExitErrHandler: func(*cli.Context, error) {},
		OnUsageError:   func(_ *cli.Context, err error, _ bool) error { return usage("%s", err) },
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return usage("no command %q; see autodatabench --help", c.Args().First())
			}
			return cli.ShowAppHelp(c)
		},
		Commands: []*cli.Command{
			runCommand(env), resumeCommand(env), scoreCommand(env), statusCommand(env), evaluateCommand(env),
			leaderboardCommand(env), compareCommand(env), powerCommand(env), gateCommand(env), tableCommand(env), figureCommand(env), reproduceCommand(env), reindexCommand(env),
			tasksCommand(env), agentsCommand(env), promptCommand(env), studentCommand(env), teacherCommand(env), doctorCommand(env), jobCommand(env),
		},
	}
	for _, c := range app.Commands {
		prepare(c)
	}
	return app
}

// prepare gives a command and its subcommands the program's way with errors.
func prepare(c *cli.Command) {
	c.OnUsageError = func(_ *cli.Context, err error, _ bool) error { return usage("%s", err) }
	c.HideHelpCommand = true
	c.Before = checkFormat
	for _, sub := range c.Subcommands {
		prepare(sub)
	}
	if len(c.Subcommands) > 0 {
		c.Action = func(ctx *cli.Context) error {
			if ctx.Args().Present() {
				return usage("no command %q; see autodatabench %s --help", ctx.Args().First(), c.Name)
			}
			return cli.ShowSubcommandHelp(ctx)
		}
	}
}
