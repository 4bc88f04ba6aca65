package definitions

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/autodatabench/autodatabench/agents/dialect"
	"github.com/autodatabench/autodatabench/agents/reference"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/remote"
)

// minPrompt is the least room for a prompt that a context window must leave; the
// shortest prompt, with all feedback trimmed, has about this many tokens.
const minPrompt = 4_096

// maxTitle is the longest display name, in characters: more does not fit a table.
const maxTitle = 60

// Validate reports the first field that cannot work.
func (d Definition) Validate() error {
	if !results.ValidName(d.Name) {
		return errors.New("name: " + results.NameProblem(d.Name))
	}
	if n := utf8.RuneCountInString(d.DisplayName); n > maxTitle {
		return fmt.Errorf("display_name: %d characters; at most %d", n, maxTitle)
	}
	if d.ContextWindow < 0 || d.InputWindow < 0 || d.Sampling.MaxOutputTokens < 0 {
		return fmt.Errorf("context_window, input_window and sampling.max_output_tokens must not be negative")
	}
	if d.ContextWindow > 0 && d.PromptTokens() < minPrompt {
		return fmt.Errorf("context_window: %d tokens leave less than %d for the prompt beside the reply", d.ContextWindow, minPrompt)
	}
	if d.Price != nil && !d.Price.Valid() {
		return fmt.Errorf("price: must not be negative, and each tier must be above the one before")
	}
	if err := cmp.Or(remote.CheckVariable("api_key_env", d.APIKeyEnv), d.checkHeaders(), d.Age.check()); err != nil {
		return err
	}
	if err := d.validateSettings(); err != nil {
		return err
	}
	for _, only := range []struct {
		field, provider string
		set             bool
	}{
		{"engineer", Reference, d.Engineer != ""},
		{"recording", Replay, d.Recording != ""},
		{"command", Command, len(d.Command) > 0},
		{"folder", Command, d.Folder != ""},
	} {
		if only.set && d.Provider != only.provider {
			return fmt.Errorf("%s: only for provider %s", only.field, only.provider)
		}
	}
	return d.validateProvider()
}

// checkHeaders refuses headers that cannot be sent.
func (d Definition) checkHeaders() error {
	for _, name := range slices.Sorted(maps.Keys(d.Headers)) {
		variable := fromVariable(d.Headers[name])
		if err := cmp.Or(remote.CheckHeader(name, d.Headers[name]), remote.CheckVariable("headers."+name, variable)); err != nil {
			return err
		}
	}
	return nil
}

// validateSettings refuses settings that have no meaning for the provider.
func (d Definition) validateSettings() error {
	for _, only := range []struct {
		field     string
		set       bool
		providers []string
	}{
		{"api", d.API != "", []string{OpenAI}},
		{"stream", d.Stream, []string{OpenAI, Command}},
		{"system", d.System != "", []string{OpenAI, Anthropic}},
		{"request", d.Request != nil, []string{OpenAI, Anthropic, Command}},
		{"query", d.Query != nil, []string{OpenAI, Anthropic, Command}},
		{"key_header", d.KeyHeader != "", []string{OpenAI, Anthropic, Command}},
	} {
		if only.set && !slices.Contains(only.providers, d.Provider) {
			return fmt.Errorf("%s: only for provider %s", only.field, strings.Join(only.providers, ", "))
		}
	}
	if d.API == dialect.Responses && d.Sampling.Seed {
		return errors.New("sampling.seed: api responses has none")
	}
	return d.Settings.Validate()
}

func (d Definition) validateProvider() error {
	switch d.Provider {
	case Reference:
		if !slices.Contains(reference.Engineers(), d.Engineer) && reference.Does(d.Engineer) == "" {
			return fmt.Errorf("engineer %q: want one of %s", d.Engineer, strings.Join(reference.Engineers(), ", "))
		}
		return nil
	case Replay:
		if d.Recording == "" {
			return errors.New("recording: missing; name a trial folder")
		}
		return nil
	case Command:
		if len(d.Command) == 0 || d.Command[0] == "" {
			return errors.New("command: missing; name the program and its arguments, as in [python3, agent.py]")
		}
		if d.Folder == "" {
			return errors.New("folder: missing; name the folder that holds the program, such as . for the file's own")
		}
		if d.BaseURL == "" { // it makes no calls of its own
			return nil
		}
		return d.validateModel()
	case OpenAI:
		return d.validateModel()
	case Anthropic:
		if d.Sampling.MaxOutputTokens == 0 {
			return errors.New("sampling.max_output_tokens: missing; provider anthropic needs it")
		}
		if d.Sampling.Temperature != nil || d.Sampling.TopP != nil || d.Sampling.Seed {
			return errors.New("sampling: provider anthropic has neither temperature, top_p nor seed")
		}
		return d.validateModel()
	default:
		return fmt.Errorf("provider %q: want %s", d.Provider, strings.Join([]string{OpenAI, Anthropic, Command, Replay, Reference}, ", "))
	}
}

func (d Definition) validateModel() error {
	if d.Model == "" {
		return fmt.Errorf("model: missing")
	}
	if err := remote.CheckURL(d.BaseURL); err != nil {
		return err
	}
	if t := d.Sampling.Temperature; t != nil && !(*t >= 0 && *t <= 2) {
		return fmt.Errorf("sampling.temperature: %v: want 0 to 2", *t)
	}
	if p := d.Sampling.TopP; p != nil && !(*p > 0 && *p <= 1) {
		return fmt.Errorf("sampling.top_p: %v: want more than 0 and at most 1", *p)
	}
	for name := range d.Headers {
		if dialect.Secret(name) && !strings.EqualFold(name, "Idempotency-Key") && fromVariable(d.Headers[name]) == "" {
			return fmt.Errorf("headers: %s looks like a secret; keys come from the variable that api_key_env names, or as env:VARIABLE", name)
		}
	}
	return nil
}
