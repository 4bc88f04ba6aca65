package setup

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/agents/chat"
	"github.com/autodatabench/autodatabench/agents/definitions"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/results/remote"
	"github.com/autodatabench/autodatabench/runner/command"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/runner/sandbox"
)

// openSandbox gives the setup its sandbox, and opens those of its agents that run
// in it.
func openSandbox(w World, s *experiment.Setup, r Request, list []definitions.Definition) error {
	hidden, err := hiddenPaths(cmp.Or(r.Origin, r.Root), r.File.Suite, r.Places)
	if err != nil {
		return err
	}
	box := r.File.Sandbox
	s.Sandbox, err = sandbox.New(sandbox.Config{
		Kind: box.Kind, Python: box.Python, Hide: hidden, Now: w.Now,
		Limits: sandbox.Limits{Memory: int64(box.Memory), Processes: box.Processes},
	})
	if err != nil {
		return err
	}
	if box.Kind == sandbox.None {
		fmt.Fprintln(w.Stderr, "warning: sandbox none: agents' code runs with your rights; every trial is marked unsandboxed")
	}
	return startCommands(w, s, list, hidden)
}

// OpenAgent opens an agent outside of any experiment. It runs a program of the
// user's as an experiment in the folder root would.
func OpenAgent(w World, d definitions.Definition, root record.Experiment, at Places) (agents.Agent, error) {
	if d.Provider != definitions.Command {
		return d.Open(w.Getenv)
	}
	hidden, err := hiddenPaths(root, experiment.Suite{}, at)
	if err != nil {
		return nil, err
	}
	box, err := sandbox.New(sandbox.Config{Hide: hidden, Now: w.Now})
	if err != nil {
		return nil, err
	}
	return commandAgent(w, d, box, hidden)
}

// hiddenPaths are folders that no agent's code may see, wherever they lie: the
// folder that holds the experiment folder root with others, and the tasks'.
func hiddenPaths(root record.Experiment, s experiment.Suite, at Places) ([]string, error) {
	path, err := filepath.Abs(string(root)) // else its folder would be wrong for "."
	if err != nil {
		return nil, err
	}
	hidden := []string{filepath.Dir(path)}
	for _, path := range slices.Concat(s.Folders, []string{at.Private, at.Paper}) {
		path, err := filepath.Abs(path)
		if err != nil {
			return nil, err
		}
		hidden = append(hidden, path)
	}
	return hidden, nil
}

// startCommands opens the experiment's agents of provider command, which run in
// its sandbox. None of them may bring in what is hidden.
func startCommands(w World, s *experiment.Setup, list []definitions.Definition, hidden []string) error {
	for _, d := range list {
		if d.Provider != definitions.Command {
			continue
		}
		own, err := commandAgent(w, d, s.Sandbox, hidden)
		if err != nil {
			return err
		}
		a := s.Agents[d.Name]
		a.Agent = own
		if a.Digest, err = digestOfFolder(a.Digest, d.Folder); err != nil {
			return err
		}
		s.Agents[d.Name] = a
	}
	return nil
}

func commandAgent(w World, d definitions.Definition, box command.Sandbox, hidden []string) (command.Agent, error) {
	a := command.Agent{Command: d.Command, Folder: d.Folder, Sandbox: box}
	if info, err := os.Stat(d.Folder); err != nil || !info.IsDir() {
		return a, results.Bad(fmt.Errorf("agent %s: folder %s is none", d.Name, d.Folder), "folder names what is copied to where the agent starts")
	}
	if err := apart(d, hidden); err != nil {
		return a, err
	}
	key, err := d.Key(w.Getenv)
	if err != nil || d.BaseURL == "" {
		return a, err
	}
	a.Model = sentModel{chat.New(chat.Config{Provider: chat.OpenAI, BaseURL: d.BaseURL, Model: d.Model, Key: remote.Key(key), Headers: d.Headers}), w.sent()}
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

// digestOfFolder extends a definition's digest by the files that make the agent.
func digestOfFolder(definition, dir string) (string, error) {
	files := map[string]string{"": definition}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if !entry.Type().IsRegular() {
			return results.Bad(fmt.Errorf("%s: an agent's folder may hold files and folders only", path))
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		files[filepath.ToSlash(name)], err = disk.DigestFile(path)
		return err
	})
	if err != nil {
		return "", err
	}
	return disk.DigestOf(files)
}
