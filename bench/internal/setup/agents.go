package setup

import (
	"errors"
	"fmt"
	"slices"

	"github.com/autodatabench/autodatabench/agents/definitions"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

// openAgents loads the definitions of the experiment's agents and opens them, but
// for programs of the user's, which [openSandbox] opens.
func openAgents(w World, r Request) (list []definitions.Definition, opened map[string]experiment.Agent, err error) {
	if list, err = Definitions(r.File, r.AgentFiles); err != nil {
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

// Definitions loads the definitions of the experiment's agents, from the given
// files first. A file that the experiment has no use for is refused.
func Definitions(f experiment.File, files []string) ([]definitions.Definition, error) {
	given := map[string]definitions.Definition{}
	for _, path := range files {
		d, err := definitions.LoadFile(path)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(f.Agents, d.Name) {
			return nil, results.Bad(fmt.Errorf("--agent-file %s: defines agent %q, which the experiment does not name", path, d.Name),
				"name it among the experiment's agents")
		}
		if _, twice := given[d.Name]; twice {
			return nil, results.Bad(fmt.Errorf("--agent-file %s: defines agent %q, which another file defines too", path, d.Name))
		}
		given[d.Name] = d
	}
	var list []definitions.Definition
	for _, name := range f.Agents {
		d, ok := given[name]
		if !ok {
			var err error
			if d, err = definitions.Load(name); err != nil {
				return nil, err
			}
		}
		list = append(list, d)
	}
	return list, nil
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
	if a.Digest, err = disk.DigestOf(d); err != nil {
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
