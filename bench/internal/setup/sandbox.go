package setup

import (
	"cmp"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/runner/sandbox"
)

// A cage is a sandbox with the folders that no agent's code may see, wherever they
// lie.
type cage struct {
	*sandbox.Sandbox
	hidden []string
}

// openSandbox opens the experiment's sandbox.
func openSandbox(w World, r Request) (cage, error) {
	box := r.File.Sandbox
	if box.Kind == sandbox.None {
		fmt.Fprintln(w.Stderr, "warning: sandbox none: agents' code runs with your rights; every trial is marked unsandboxed")
	}
	return newCage(sandbox.Config{
		Kind: box.Kind, Python: box.Python, Environment: box.Environment, Now: w.Now,
		Limits: sandbox.Limits{Memory: int64(box.Memory), Processes: box.Processes, CPUs: share(r.File, runtime.NumCPU())},
	}, cmp.Or(r.Origin, r.Root), r.File.Suite, r.Places)
}

// share is how many CPUs' time the code of one trial may use: twice an even share, so that
// code which works while another trial waits loses nothing, and two at least. Trials of
// other launchers have a machine's share of their own.
func share(f experiment.File, cpus int) int {
	if f.Launcher.Kind != experiment.Local {
		return cpus
	}
	return min(cpus, max(2, (2*cpus+f.Parallel-1)/f.Parallel))
}

// newCage makes a sandbox that hides the folder which holds the experiment folder
// root with others, and the tasks' folders.
func newCage(cfg sandbox.Config, root record.Experiment, s experiment.Suite, at Places) (cage, error) {
	path, err := filepath.Abs(string(root)) // else its folder would be wrong for "."
	if err != nil {
		return cage{}, err
	}
	cfg.Hide = []string{filepath.Dir(path)}
	for _, path := range slices.Concat(s.Folders, []string{at.Private, at.Paper}) {
		path, err := filepath.Abs(path)
		if err != nil {
			return cage{}, err
		}
		cfg.Hide = append(cfg.Hide, path)
	}
	box, err := sandbox.New(cfg)
	return cage{box, cfg.Hide}, err
}
