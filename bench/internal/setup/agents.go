package setup

import (
	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/agents/chat"
	"github.com/autodatabench/autodatabench/agents/definitions"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/runner/sandbox"
)

// openAgents opens the agents that are defined; those that are programs of the user's
// run in the cage.
func openAgents(w World, list []definitions.Definition, in cage) (map[string]experiment.Agent, error) {
	opened := map[string]experiment.Agent{}
	for _, d := range list {
		a := experiment.Agent{Definition: d}
		var err error
		if a.Agent, err = openAgent(w, d, in); err != nil {
			return nil, err
		}
		if a.Digest, err = d.Digest(); err != nil {
			return nil, err
		}
		opened[d.Name] = a
	}
	return opened, nil
}

func openAgent(w World, d definitions.Definition, in cage) (agents.Agent, error) {
	if d.Provider == definitions.Command {
		return openProgram(w, d, in)
	}
	opened, err := d.Open(w.Getenv)
	if c, ok := opened.(*chat.Client); ok && err == nil {
		return sentAgent{c, w.sent()}, nil
	}
	return opened, err
}

// OpenAgent opens an agent outside of any experiment, for somebody who waits for its
// answer. It runs a program of the user's as an experiment in the folder root would.
func OpenAgent(w World, d definitions.Definition, root record.Experiment, at Places) (agents.Agent, error) {
	var in cage
	if d.Provider == definitions.Command {
		var err error
		if in, err = newCage(sandbox.Config{Now: w.Now}, root, experiment.Suite{}, at); err != nil {
			return nil, err
		}
	}
	a, err := openAgent(w, d, in)
	if sent, ok := a.(sentAgent); ok {
		sent.Client = sent.Brief()
		a = sent
	}
	return a, err
}
