// Package cli is the command line: commands, flags and output, one command a file.
//
// It is the only package that reads the clock, the environment, the arguments
// and the terminal; all others are handed what they need in a [setup.World]. It is
// not for logic that somebody may want without a command line: package setup opens
// what an experiment works with, package doctor looks whether it is there, package
// recorded reads what pages show, and package plan bounds what an experiment takes.
//
// The Action of a command reads flags and arguments once, into an options struct, and
// calls a function on plain values, which tests can call. Below an Action there is no
// [cli.Context].
//
// # Exit codes
//
//	0    ok
//	2    wrong usage
//	3    bad input: a file or a value
//	5    infrastructure: something outside the program is missing or broke
//	6    verification failed
//	7    gate: NO-GO
//	8    gate: INCONCLUSIVE
//	130  interrupted; go on with resume
package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"github.com/autodatabench/autodatabench/bench/internal/live"
	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/runner"
)

// Env is the world as a command sees it, and the command.
type Env struct {
	setup.World
	Args []string
}

// Main runs the program in the real world and returns its exit code. The first
// SIGINT, SIGTERM or SIGHUP ends the work cleanly, the second at once.
func Main() int {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // as nohup has it
		signal.Notify(signals, syscall.SIGHUP)
	}
	var sent atomic.Int64
	go func() { // lives as long as the process
		<-signals
		fmt.Fprintf(os.Stderr, "\ninterrupted: no call is sent any more; waits up to 10 s for the %d in flight; once more to stop at once\n", sent.Load())
		cancel(errInterrupted)
		<-signals
		fmt.Fprintf(os.Stderr, "stopped at once: %d calls in flight were cut off; they may be paid, and are sent again\n", sent.Load())
		os.Exit(exitInterrupted)
	}()
	clock := runner.NewAwake(time.Now, disk.Slept, continued())
	go clock.Watch(context.Background()) // as long
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
		Getenv: os.Getenv, Environ: os.Environ(), Program: program, Now: time.Now, Clock: clock, Sent: &sent,
		Holder:   disk.Self(),
		Terminal: term.IsTerminal(int(os.Stderr.Fd())), Screen: term.IsTerminal(int(os.Stdout.Fd())), Width: width, Height: height,
		Browse: func(address string) error { return live.Browse(os.Environ(), address) },
		StderrSize: func() (width, height int) { // 0 where it is not known
			width, height, _ = term.GetSize(int(os.Stderr.Fd()))
			return width, height
		},
	}})
}

// Run runs the command that env.Args name and returns the exit code.
func Run(ctx context.Context, env Env) int {
	env.Stdout, env.Stderr = &cleaned{to: env.Stdout}, &cleaned{to: env.Stderr}
	app := newApp(env)
	old, now := oldNames(app, env.Args)
	for i := range old {
		fmt.Fprintf(env.Stderr, "note: --%s is called --%s now; the old name goes with the next release\n", old[i], now[i])
	}
	err := app.RunContext(ctx, flagsFirst(app, env.Args))
	if err == nil {
		return exitOK
	}
	if errors.Is(err, errInterrupted) || errors.Is(context.Cause(ctx), errInterrupted) {
		goOn := "the same command, or resume"
		if run := (*interruptedRun)(nil); errors.As(err, &run) {
			goOn = run.resume
		}
		fmt.Fprintln(env.Stderr, "autodatabench: interrupted; what was finished is kept; go on with: "+goOn)
		return exitInterrupted
	}
	say(env.Stderr, err)
	return codeOf(err)
}

func newApp(env Env) *cli.App {
	app := &cli.App{
		Name:  "autodatabench",
		Usage: "which LLM is the best autonomous data engineer?",
		Description: "Runs agents through plan, code, synthesis, training and feedback under fixed budgets,\n" +
			"scores the student they trained on a hidden set, and ranks them.\n" +
			"With no GPU and no key everything runs on an embedded, simulated default. The first evening:\n\n" +
			"  autodatabench doctor                                  # is everything there?\n" +
			"  autodatabench run --agent pipeline --domain science   # a trial, scored\n" +
			"  autodatabench leaderboard                             # what came out\n" +
			"  autodatabench reproduce                               # the paper's numbers, without running anything",
		Reader: env.Stdin, Writer: env.Stdout, ErrWriter: env.Stderr,
		HideVersion: true, HideHelpCommand: true,
		Flags:          []cli.Flag{&cli.BoolFlag{Name: "version", Usage: "print what this program is"}, cli.HelpFlag}, // a command help keeps the library from adding it
		ExitErrHandler: func(*cli.Context, error) {},
		OnUsageError:   func(_ *cli.Context, err error, _ bool) error { return usage("%s", err) },
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return usage("no command %q; see autodatabench --help", c.Args().First())
			}
			if c.Bool("version") {
				return runVersion(env.World, report.Text)
			}
			return cli.ShowAppHelp(c)
		},
		Commands: slices.Concat(
			group("run", runCommand(env), resumeCommand(env), cancelCommand(env), scoreCommand(env), evaluateCommand(env)),
			group("look", statusCommand(env), showCommand(env), auditCommand(env), qualityCommand(env), leaderboardCommand(env), tableCommand(env), figureCommand(env), exportCommand(env), siteCommand(env), servePagesCommand(env), promptCommand(env)),
			group("compare", compareCommand(env), powerCommand(env), gateCommand(env), reproduceCommand(env)),
			group("share", packCommand(env), unpackCommand(env), verifyCommand(env), receiptCommand(env), submitCommand(env)),
			group("make", tasksCommand(env), agentsCommand(env), studentCommand(env), teacherCommand(env)),
			group("maintain", doctorCommand(env), reindexCommand(env), versionCommand(env), helpCommand(env), completionCommand(env), completeCommand(env), jobCommand(env)),
		),
	}
	for _, c := range app.Commands {
		prepare(c)
	}
	setHelp(app, env.Width)
	return app
}

// group puts commands under a heading of the help.
func group(name string, commands ...*cli.Command) []*cli.Command {
	for _, c := range commands {
		c.Category = name
	}
	return commands
}

// prepare gives a command and its subcommands the program's way with errors.
func prepare(c *cli.Command) {
	c.OnUsageError = func(_ *cli.Context, err error, _ bool) error { return usage("%s", err) }
	c.HideHelpCommand = true
	if c.Before == nil {
		c.Before = checkFlags
	}
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
