package cli

import (
	"cmp"
	"fmt"
	"runtime"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/student/embedded"
)

func versionCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "version", Usage: "print what this program is", Flags: []cli.Flag{jsonFlag(), formatFlag()},
		Description: "Example:\n\n  autodatabench version --json",
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			return runVersion(env.World, formatOf(c))
		},
	}
}

// programVersion is what decides whether two programs do the same.
type programVersion struct {
	Version    string `json:"version"`
	Commit     string `json:"commit"` // empty where nobody recorded it
	Go         string `json:"go"`
	Platform   string `json:"platform"`
	Format     int    `json:"format"`     // of the folders that it writes
	Student    string `json:"student"`    // digest of the embedded one
	Arithmetic string `json:"arithmetic"` // of the embedded student
}

// runVersion prints what the program is.
func runVersion(w setup.World, format report.Format) error {
	student, err := embedded.New()
	if err != nil {
		return err
	}
	v := programVersion{
		Version: setup.Version(), Commit: setup.Commit(), Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH, Format: record.Format,
		Student: student.Identity().Digest, Arithmetic: student.Identity().Arithmetic,
	}
	t := table.New("", 1, "!autodatabench", "commit", "go", "platform", ">format", "student", "arithmetic")
	t.Add(v.Version, cmp.Or(v.Commit[:min(12, len(v.Commit))], table.Missing), v.Go, v.Platform, fmt.Sprint(v.Format), v.Student[:12], v.Arithmetic)
	return printData(w, format, v, t)
}
