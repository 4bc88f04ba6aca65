package setup

import (
	"fmt"
	"os"

	"github.com/autodatabench/autodatabench/agents/definitions"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/runner/command"
)

// openProgram opens an agent of provider command, a program of the user's, which runs
// in the cage. It may not bring in what is hidden there.
func openProgram(w World, d definitions.Definition, in cage) (command.Agent, error) {
	a := command.Agent{Command: d.Command, Folder: d.Folder, Sandbox: in.Sandbox}
	if info, err := os.Stat(d.Folder); err != nil || !info.IsDir() {
		return a, results.Bad(fmt.Errorf("agent %s: %s is no folder", d.Name, d.Folder), "folder names what is copied to where the agent starts")
	}
	if err := apart(d, in.hidden); err != nil {
		return a, err
	}
	if d.BaseURL == "" {
		return a, nil
	}
	model, err := d.Client(w.Getenv)
	if err != nil {
		return a, err
	}
	a.Model = sentModel{model, w.sent()}
	return a, nil
}

// apart refuses an agent's folder that holds or lies in a hidden path, which
// would be copied into its sandbox.
func apart(d definitions.Definition, hidden []string) error {
	own, err := disk.RealPath(d.Folder)
	if err != nil {
		return results.Infra(err)
	}
	for _, path := range hidden {
		secret, err := disk.RealPath(path)
		if err != nil {
			return results.Infra(err)
		}
		if disk.Within(own, secret) || disk.Within(secret, own) {
			return results.Bad(fmt.Errorf("agent %s: its folder %s holds or lies in %s, which no agent may see", d.Name, d.Folder, path),
				"give the agent a folder of its own")
		}
	}
	return nil
}
