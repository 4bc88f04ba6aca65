package definitions

import (
	"fmt"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/agents/chat"
	"github.com/autodatabench/autodatabench/agents/reference"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/results/remote"
)

// Open returns the agent. lookup returns the value of an environment variable
// and "" when it is not set. Provider command is opened by the runner, which has
// the sandbox.
func (d Definition) Open(lookup func(string) string) (agents.Agent, error) {
	switch d.Provider {
	case Reference:
		return reference.Open(d.Engineer)
	case Replay:
		return chat.OpenRecording(record.Trial(d.Recording))
	case Command:
		return nil, fmt.Errorf("agent %s: provider command is opened by the runner", d.Name)
	}
	key, err := d.Key(lookup)
	if err != nil {
		return nil, err
	}
	return chat.New(chat.Config{
		Provider: chat.Provider(d.Provider),
		BaseURL:  d.BaseURL, Model: d.Model, Key: remote.Key(key), Headers: d.Headers,
		Temperature: d.Sampling.Temperature, TopP: d.Sampling.TopP, Seed: d.Sampling.Seed,
		MaxTokens: d.Sampling.MaxOutputTokens, ReasoningEffort: d.Sampling.ReasoningEffort,
	}), nil
}

// Key looks up the API key that the definition names; it is empty when none is
// named.
func (d Definition) Key(lookup func(string) string) (string, error) {
	if d.APIKeyEnv == "" {
		return "", nil
	}
	key := lookup(d.APIKeyEnv)
	if key == "" {
		return "", results.Bad(fmt.Errorf("agent %s: environment variable %s is not set", d.Name, d.APIKeyEnv), "set it to the key of "+d.BaseURL)
	}
	return key, nil
}
