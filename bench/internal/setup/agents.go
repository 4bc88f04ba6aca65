package setup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/autodatabench/autodatabench/agents/definitions"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

// openAgents loads the definitions of the experiment's agents and opens them, but
// for programs of the user's, which [openSandbox] opens.
func openAgents(w World, r Request) (list []definitions.Definition, opened map[string]experiment.Agent, err error) {
	if list, err = Definitions(r); err != nil {
		return nil, nil, err
	}
	if err := CheckPrices(r.File, list); err != nil {
		return nil, nil, err
	}
	opened = map[string]experiment.Agent{}
	for _, d := range list {
		if opened[d.Name], err = openAgent(w, d); err != nil {
			return nil, nil, err
		}
	}
	return list, opened, nil
}

// Definitions loads the definitions of the experiment's agents: those that the
// request gives, then those that the experiment's folder keeps, then the program's.
// A file that the experiment has no use for is refused.
func Definitions(r Request) ([]definitions.Definition, error) {
	given := map[string]definitions.Definition{}
	for _, d := range r.Agents {
		given[d.Name] = d
	}
	for _, path := range r.AgentFiles {
		d, err := definitions.LoadFile(path)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(r.File.Agents, d.Name) {
			return nil, results.Bad(fmt.Errorf("--agent-file %s: defines agent %q, which the experiment does not name", path, d.Name),
				"name it among the experiment's agents")
		}
		if _, twice := given[d.Name]; twice {
			return nil, results.Bad(fmt.Errorf("--agent-file %s: defines agent %q, which another file defines too", path, d.Name))
		}
		given[d.Name] = d
	}
	var list []definitions.Definition
	for _, name := range r.File.Agents {
		d, ok := given[name]
		if !ok {
			var err error
			if d, err = kept(r.Root, name); err != nil {
				return nil, err
			}
		}
		list = append(list, d)
	}
	return list, nil
}

// kept is the definition that the experiment's folder keeps, if it has one that says
// all, else the program's own.
func kept(root record.Experiment, name string) (definitions.Definition, error) {
	if root == "" {
		return definitions.Load(name)
	}
	data, err := os.ReadFile(string(root.Definition(name)))
	if errors.Is(err, fs.ErrNotExist) {
		return definitions.Load(name)
	}
	if err != nil {
		return definitions.Definition{}, results.Infra(err)
	}
	d, err := definitions.FromRecord(name, data)
	if err != nil && slices.Contains(definitions.List(), name) {
		return definitions.Load(name)
	}
	return d, err
}

// CheckPrices refuses a budget in dollars for agents of unknown price, which it
// could not bind.
func CheckPrices(f experiment.File, list []definitions.Definition) error {
	if f.Budget.AgentCost == nil {
		return nil
	}
	var unknown error
	for _, d := range list {
		if d.Pricing() == nil {
			unknown = errors.Join(unknown, results.Bad(fmt.Errorf("budget.agent_cost_usd: the price of agent %s is not known", d.Name),
				"give its price in the definition, or bound agent_tokens instead"))
		}
	}
	return unknown
}

func openAgent(w World, d definitions.Definition) (experiment.Agent, error) {
	a := experiment.Agent{
		Definition: d.Public(), Title: d.Title(), Simulated: d.Simulated(),
		PromptTokens: d.PromptTokens(), OutputTokens: d.Sampling.MaxOutputTokens, Price: d.Pricing(),
	}
	var err error
	if a.Digest, err = d.Digest(); err != nil {
		return a, err
	}
	if d.Provider == definitions.Command { // opened by startCommands, once there is a sandbox
		_, err = d.Key(w.Getenv)
		return a, err
	}
	opened, err := d.Open(w.Getenv)
	if err != nil {
		return a, err
	}
	a.Agent = opened
	if d.Provider == definitions.OpenAI || d.Provider == definitions.Anthropic {
		a.Agent = sentAgent{opened, w.sent()}
	}
	return a, nil
}
