package cli

import (
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/runner/student/embedded"
)

func studentCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "student", Usage: "pre-train, train and ask the embedded student, and take trained ones away",
		Subcommands: []*cli.Command{
			pretrainCommand(env), trainCommand(env), generateCommand(env), exportStudentCommand(env), serveCommand(env), calibrationCommand(env), adapterCommand(env),
		},
	}
}

// openStudent opens the student in the folder model; the embedded one if that is
// empty.
func openStudent(model string) (*embedded.Student, error) {
	if model == "" {
		return embedded.New()
	}
	return embedded.Open(os.DirFS(model), filepath.Base(filepath.Clean(model)))
}
