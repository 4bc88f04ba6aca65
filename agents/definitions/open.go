package definitions

import (
	"fmt"
	"strings"

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
	return d.Client(lookup)
}

// Client asks the model that the definition names.
func (d Definition) Client(lookup func(string) string) (*chat.Client, error) {
	key, err := d.Key(lookup)
	if err != nil {
		return nil, err
	}
	headers, err := d.SentHeaders(lookup)
	if err != nil {
		return nil, err
	}
	provider := chat.Provider(d.Provider)
	if d.Provider == Command { // whose programs speak chat completions
		provider = chat.OpenAI
	}
	return chat.New(chat.Config{
		Provider: provider, Settings: d.Settings,
		BaseURL: d.BaseURL, Model: d.Model, Key: remote.Key(key), Headers: headers,
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

// fromVariable is the environment variable that holds a header's value; empty for a
// value that is written out.
func fromVariable(value string) string {
	name, ok := strings.CutPrefix(value, "env:")
	if !ok {
		return ""
	}
	return name
}

// SentHeaders are the headers with the values that variables hold.
func (d Definition) SentHeaders(lookup func(string) string) (map[string]string, error) {
	sent := map[string]string{}
	for name, value := range d.Headers {
		if variable := fromVariable(value); variable != "" {
			if value = lookup(variable); value == "" {
				return nil, results.Bad(fmt.Errorf("agent %s: environment variable %s, for header %s, is not set", d.Name, variable, name))
			}
		}
		sent[name] = value
	}
	return sent, nil
}
