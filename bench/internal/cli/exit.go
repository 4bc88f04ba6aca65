package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/cut"
)

// The exit codes that do not stand for a kind of error of package results, and the
// code of errors that have no kind.
const (
	exitOK             = 0
	exitUsage          = 2
	exitInfrastructure = 5
	exitNoGo           = 7
	exitInconclusive   = 8
	exitInterrupted    = 130
)

// exitCodes is the table of exit codes. The package comment and README.md repeat it.
var exitCodes = []struct {
	code int
	kind results.Kind // of errors that end with the code; empty for none
	when string
}{
	{exitOK, "", "ok"},
	{exitUsage, "", "wrong usage"},
	{3, results.BadInput, "bad input: a file or a value"},
	{exitInfrastructure, results.Infrastructure, "infrastructure: something outside the program is missing or broke"},
	{6, results.Verification, "verification failed"},
	{exitNoGo, "", "gate: NO-GO"},
	{exitInconclusive, "", "gate: INCONCLUSIVE"},
	{exitInterrupted, "", "interrupted; go on with resume"},
}

// errInterrupted is why a command ended on SIGINT or SIGTERM.
var errInterrupted = errors.New("interrupted")

// errUsage marks an error as wrong usage.
var errUsage = errors.New("usage")

func usage(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errUsage, fmt.Sprintf(format, args...))
}

// codeOf is the exit code of an error.
func codeOf(err error) int {
	var library cli.ExitCoder               // such as --help with an argument
	var program interface{ SysUsage() any } // an [exec.ExitError] of another program, which has an exit code too
	if errors.Is(err, errUsage) || errors.As(err, &library) && !errors.As(err, &program) {
		return exitUsage
	}
	var gate gateError
	if errors.As(err, &gate) {
		return gate.code()
	}
	var known *results.Error
	if errors.As(err, &known) {
		for _, e := range exitCodes {
			if e.kind != "" && e.kind == known.Kind {
				return e.code
			}
		}
	}
	return exitInfrastructure
}

// maxMessage is the most characters of a message: a longer one repeats what it was given.
const maxMessage = 6_000

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
	text := strings.TrimPrefix(strings.ReplaceAll(err.Error(), "\n", "; "), "usage: ")
	var file *fs.PathError // says which call of the system failed, which tells a user nothing
	if errors.As(err, &file) {
		text = strings.Replace(text, file.Error(), file.Path+": "+file.Err.Error(), 1)
	}
	fmt.Fprintf(w, "autodatabench: %s\n", cut.Runes(text, maxMessage, "... (cut)"))
	var known *results.Error
	if errors.As(err, &known) && known.Hint != "" {
		fmt.Fprintf(w, "hint: %s\n", known.Hint)
	}
}
