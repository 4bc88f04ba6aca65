package cli

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/runner/student/embedded"
)

func exportStudentCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "export", Usage: "write the embedded student as a Hugging Face folder", ArgsUsage: "FOLDER",
		Description: "Transformers, vLLM and LLaMA-Factory read the folder; adapters of student train fit it. Example:\n\n  autodatabench student export embedded-1m",
		Flags:       []cli.Flag{jsonFlag()},
		Action: func(c *cli.Context) error {
			dir, err := oneArgument(c, "a folder")
			if err != nil {
				return err
			}
			return runExportStudent(env.World, dir, c.Bool("json"))
		},
	}
}

// runExportStudent writes the embedded student into the folder dir.
func runExportStudent(w setup.World, dir string, asJSON bool) error {
	s, err := embedded.New()
	if err != nil {
		return err
	}
	if err := s.Export(dir); err != nil {
		return err
	}
	if asJSON {
		return printJSON(w, s.Identity())
	}
	fmt.Fprintf(w.Stdout, "%s in %s\n", s.Identity().Name, dir)
	return nil
}
