package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/autodatabench/autodatabench/agents/chat"
	"github.com/autodatabench/autodatabench/agents/definitions"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/remote"
	"github.com/autodatabench/autodatabench/runner/command"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

// startCommands opens the experiment's agents of provider command, which run in
// its sandbox. None of them may bring in what is hidden.
func startCommands(env Env, s *experiment.Setup, list []definitions.Definition, hidden []string) error {
	for _, d := range list {
		if d.Provider != definitions.Command {
			continue
		}
		own, err := commandAgent(env, d, s.Sandbox, hidden)
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

func commandAgent(env Env, d definitions.Definition, box command.Sandbox, hidden []string) (command.Agent, error) {
	a := command.Agent{Command: d.Command, Folder: d.Folder, Sandbox: box}
	if info, err := os.Stat(d.Folder); err != nil || !info.IsDir() {
		return a, results.Bad("folder names what is copied to where the agent starts", fmt.Errorf("agent %s: folder %s is none", d.Name, d.Folder))
	}
	if err := apart(d, hidden); err != nil {
		return a, err
	}
	key, err := d.Key(env.Getenv)
	if err != nil || d.BaseURL == "" {
		return a, err
	}
	a.Model = chat.New(chat.Config{Provider: chat.OpenAI, BaseURL: d.BaseURL, Model: d.Model, Key: remote.Key(key), Headers: d.Headers})
	return a, nil
}

// apart refuses an agent's folder that holds or lies in a hidden path, which
// would be copied into its sandbox.
func apart(d definitions.Definition, hidden []string) error {
	own, err := disk.RealPath(d.Folder)
	if err != nil {
		return results.Infra("", err)
	}
	for _, path := range hidden {
		secret, err := disk.RealPath(path)
		if err != nil {
			return results.Infra("", err)
		}
		if disk.Within(own, secret) || disk.Within(secret, own) {
			return results.Bad("give the agent a folder of its own",
				fmt.Errorf("agent %s: its folder %s holds or lies in %s, which no agent may see", d.Name, d.Folder, path))
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
			return results.Bad("", fmt.Errorf("%s: an agent's folder may hold files and folders only", path))
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

// checkPrices refuses a budget in dollars for agents of unknown price, which it
// could not bind.
func checkPrices(f experiment.File, list []definitions.Definition) error {
	if f.Budget.AgentCost == nil {
		return nil
	}
	var unknown error
	for _, d := range list {
		if d.Pricing() == nil {
			unknown = errors.Join(unknown, results.Bad("give its price in the definition, or bound agent_tokens instead",
				fmt.Errorf("budget.agent_cost_usd: the price of agent %s is not known", d.Name)))
		}
	}
	return unknown
}
