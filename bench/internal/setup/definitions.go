package setup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/autodatabench/autodatabench/agents/definitions"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

// ReadAgents reads the definition files of an experiment's agents, beside those that
// were made without a file. A file that the experiment has no use for is refused.
func ReadAgents(f experiment.File, paths []string, made ...definitions.Definition) ([]definitions.Definition, error) {
	for _, path := range paths {
		d, err := definitions.LoadFile(path)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(f.Agents, d.Name) {
			return nil, results.Bad(fmt.Errorf("--agent-file %s: defines agent %q, which the experiment does not name", path, d.Name),
				"name it among the experiment's agents")
		}
		if slices.ContainsFunc(made, func(other definitions.Definition) bool { return other.Name == d.Name }) {
			return nil, results.Bad(fmt.Errorf("--agent-file %s: defines agent %q, which another file defines too", path, d.Name))
		}
		made = append(made, d)
	}
	return made, nil
}

// Definitions finds the definitions of the experiment's agents, and refuses a budget
// in dollars for an agent of unknown price, which it could not bind.
func Definitions(r Request) (list []definitions.Definition, unknown error) {
	for _, name := range r.File.Agents {
		d, err := definition(r, name)
		if err != nil {
			return nil, r.named(err)
		}
		if r.File.Budget.AgentCost != nil && d.Pricing() == nil {
			unknown = errors.Join(unknown, results.Bad(fmt.Errorf("budget.agent_cost_usd: the price of agent %s is not known", name),
				"give its price in the definition, or bound agent_tokens instead"))
		}
		list = append(list, d)
	}
	return list, unknown
}

// named adds the experiment file to an error of one of its agents.
func (r Request) named(err error) error {
	if r.Path == "" {
		return err
	}
	hint := ""
	if known := (*results.Error)(nil); errors.As(err, &known) {
		hint = known.Hint
	}
	return results.Bad(fmt.Errorf("%s: agents: %w", r.Path, err), hint)
}

// definition is the one that the request gives, else the one that the experiment's
// folder keeps, if that says all, else the program's own.
func definition(r Request, name string) (definitions.Definition, error) {
	for _, d := range r.Agents {
		if d.Name == name {
			return d, nil
		}
	}
	if r.Root != "" {
		switch data, err := os.ReadFile(string(r.Root.Definition(name))); {
		case err == nil:
			d, err := definitions.FromRecord(name, data)
			if err == nil || !slices.Contains(definitions.List(), name) {
				return d, err
			}
		case !errors.Is(err, fs.ErrNotExist):
			return definitions.Definition{}, results.Infra(err)
		}
	}
	return definitions.Builtin(name)
}
