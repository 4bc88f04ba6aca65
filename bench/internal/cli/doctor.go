package cli

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/sandbox"
	"github.com/autodatabench/autodatabench/runner/student/embedded"
)

// finding is one line of doctor.
type finding struct {
	Part string `json:"part"`
	OK   bool   `json:"ok"`
	What string `json:"what"`
	Do   string `json:"do,omitempty"`
}

func doctorCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "doctor", Usage: "check that everything a run needs is there", ArgsUsage: "[EXPERIMENT.yaml]",
		Description: "With an experiment file it also looks at what that experiment needs: agents' keys, the student's Python environments, GPUs and their\n" +
			"memory, servers, Slurm. Examples:\n\n  autodatabench doctor --out runs\n  autodatabench doctor bench/experiments/paper.yaml\n  autodatabench doctor --python ~/venv/bin/python",
		Flags: []cli.Flag{outFlag(), jsonFlag(), formatFlag(),
			&cli.StringFlag{Name: "python", Usage: "also look at this `INTERPRETER` of an environment for back end hf", TakesFile: true},
			&cli.StringSliceFlag{Name: "agent-file", Usage: "definition `FILE` of an agent of the experiment", TakesFile: true},
		},
		Action: func(c *cli.Context) error {
			findings := []finding{checkSandbox(), checkStudent(), checkPython(), checkOut(c.String("out"))}
			if path := c.String("python"); path != "" {
				findings = append(findings, checkHF("hf environment", path))
			}
			more, err := checkStack(c, env)
			if err != nil {
				return err
			}
			findings = append(findings, more...)
			bad := 0
			for _, f := range findings {
				if !f.OK {
					bad++
				}
			}
			if err := show(c, env, findings, findingsTable(findings)); err != nil {
				return err
			}
			if bad > 0 {
				return results.Infra("do what the table says", fmt.Errorf("%d of %d checks failed", bad, len(findings)))
			}
			return nil
		},
	}
}

// findingsTable has what is cut in a line of it, and what to do, in full below.
func findingsTable(findings []finding) *table.Table {
	const shown = 60 // columns, beyond which a text may be cut
	t := table.New("", 1, "!part", "ok", "what")
	for _, f := range findings {
		ok := "yes"
		if !f.OK {
			ok = "NO"
		}
		t.Add(f.Part, ok, f.What)
		switch {
		case f.Do != "":
			t.Note("%s: %s. To do: %s.", f.Part, f.What, f.Do)
		case len(f.What) > shown:
			t.Note("%s: %s.", f.Part, f.What)
		}
	}
	return t
}

// ask runs a program that only says something, for a while at the most.
func ask(ctx context.Context, program string, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.WaitDelay = time.Second
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if said := strings.TrimSpace(complaint.String()); err != nil && said != "" {
		err = fmt.Errorf("%w: %s", err, table.Cut(table.Plain(said), 200))
	}
	return out, err
}

// askLimit bounds programs that hang where a driver or a controller does.
const askLimit = 30 * time.Second

func checkSandbox() finding {
	f := finding{Part: "sandbox", OK: true, What: "bubblewrap runs Python without a network"}
	if _, err := sandbox.New(sandbox.Config{}); err != nil {
		f.OK, f.What, f.Do = false, err.Error(), "apt-get install bubblewrap python3"
	}
	return f
}

func checkStudent() finding {
	s, err := embedded.New()
	if err != nil {
		return finding{Part: "student", What: err.Error(), Do: "build the program again"}
	}
	id := s.Identity()
	f := finding{Part: "student", OK: true, What: fmt.Sprintf("embedded, BLAS %s, %d cores", id.BLAS, runtime.GOMAXPROCS(0))}
	if id.BLAS == "gonum" {
		f.Do = "for several times the speed: apt-get install libopenblas-dev pkg-config, then make build"
	}
	return f
}

func checkPython() finding {
	out, err := exec.Command("python3", "--version").CombinedOutput()
	if err != nil {
		return finding{Part: "python", What: err.Error(), Do: "apt-get install python3"}
	}
	return finding{Part: "python", OK: true, What: strings.TrimSpace(string(out))}
}

func checkOut(dir string) finding {
	probe := filepath.Clean(dir)
	for _, err := os.Stat(probe); err != nil && probe != filepath.Dir(probe); _, err = os.Stat(probe) {
		probe = filepath.Dir(probe)
	}
	file, err := os.CreateTemp(probe, ".doctor-*")
	if err != nil {
		return finding{Part: "folder", What: err.Error(), Do: "choose another --out"}
	}
	file.Close()
	os.Remove(file.Name())
	return finding{Part: "folder", OK: true, What: dir + " can be written"}
}
