// Package definitions reads agent definition files and opens the agents that
// they describe.
//
// A definition names one of these providers:
//
//   - openai: any server that speaks the protocol of chat completions
//   - anthropic
//   - command: a program of the user's own, which runner/command starts in the sandbox
//   - replay: the recorded replies of a trial
//   - reference: a scripted engineer of agents/reference
//
// The definitions that come with the program are the *.yaml files of this folder.
// A definition names its secrets and never contains them. The package reads no
// environment; its caller passes in the lookup.
package definitions

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/agents/dialect"
	"github.com/autodatabench/autodatabench/agents/reference"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/config"
	"github.com/autodatabench/autodatabench/results/cut"
)

// The providers.
const (
	OpenAI    = "openai"
	Anthropic = "anthropic"
	Command   = "command"
	Replay    = "replay"
	Reference = "reference"
)

// Definition describes an agent.
type Definition struct {
	Name          string            `yaml:"name" json:"name"` // lower case, as in folders
	Provider      string            `yaml:"provider" json:"provider"`
	Model         string            `yaml:"model" json:"model,omitempty"`
	BaseURL       string            `yaml:"base_url" json:"base_url,omitempty"`
	APIKeyEnv     string            `yaml:"api_key_env" json:"api_key_env,omitempty"` // name of the environment variable
	DisplayName   string            `yaml:"display_name" json:"display_name,omitempty"`
	Sampling      Sampling          `yaml:"sampling" json:"sampling"`
	Headers       map[string]string `yaml:"headers" json:"headers,omitempty"`
	ContextWindow int64             `yaml:"context_window" json:"context_window,omitempty"` // tokens, 0 when unknown
	InputWindow   int64             `yaml:"input_window" json:"input_window,omitempty"`     // most tokens of a prompt, 0 where only the context window binds
	Price         *results.Price    `yaml:"price" json:"price,omitempty"`                   // nil when unknown
	Engineer      string            `yaml:"engineer" json:"engineer,omitempty"`             // of provider reference
	Recording     string            `yaml:"recording" json:"recording,omitempty"`           // of provider replay: a trial folder
	Command       []string          `yaml:"command" json:"command,omitempty"`               // of provider command: program and arguments
	Folder        string            `yaml:"folder" json:"folder,omitempty"`                 // of provider command: copied to where it starts; relative to the file

	dialect.Settings `yaml:",inline"` // what the server needs beyond the protocol

	Age `yaml:",inline"` // when these facts were right
}

// Sampling is what is sent to the model; what is left out is the server's choice.
type Sampling struct {
	Temperature     *float64 `yaml:"temperature" json:"temperature,omitempty"`
	TopP            *float64 `yaml:"top_p" json:"top_p,omitempty"`
	MaxOutputTokens int64    `yaml:"max_output_tokens" json:"max_output_tokens,omitempty"`
	ReasoningEffort string   `yaml:"reasoning_effort" json:"reasoning_effort,omitempty"`
	Seed            bool     `yaml:"seed" json:"seed,omitempty"` // send the trial's seed; some servers refuse it
}

//go:embed *.yaml
var embedded embed.FS

// List returns the names of the definitions that come with the program.
func List() []string {
	names, err := fs.Glob(embedded, "*.yaml")
	if err != nil {
		panic(err) // the pattern is constant
	}
	for i, n := range names {
		names[i] = strings.TrimSuffix(n, ".yaml")
	}
	slices.Sort(names)
	return names
}

// Builtin returns a definition that comes with the program. Those of engineers on
// which the audit is measured are not in [List].
func Builtin(name string) (Definition, error) {
	if reference.Does(name) != "" {
		return Definition{Name: name, Provider: Reference, Engineer: name, DisplayName: unlistedTitle(name)}, nil
	}
	file := name + ".yaml"
	data, err := embedded.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) || !results.ValidName(name) {
		hint := "autodatabench agents list names the agents of the program; --agent-file names a definition of your own"
		if near := config.Nearest(name, List()); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		return Definition{}, results.Bad(fmt.Errorf("unknown agent %q", cut.Runes(name, 80, "...")), hint)
	}
	if err != nil {
		return Definition{}, fmt.Errorf("agent %s: %w", name, err)
	}
	var d Definition
	err = config.Decode(path.Join("agents/definitions", file), data, &d, func() error { return d.Validate() })
	return d, err
}

// LoadFile reads a user's definition file.
func LoadFile(path string) (Definition, error) {
	var d Definition
	err := config.Read(path, &d, func() error {
		if d.Provider == Command && d.Folder != "" && !filepath.IsAbs(d.Folder) {
			d.Folder = filepath.Join(filepath.Dir(path), d.Folder)
		}
		d.BaseURL = d.Settings.TakeQuery(d.BaseURL)
		return d.Validate()
	})
	return d, err
}

// unlistedTitle says what an engineer is that is in no list: "literal (simulated cheat)".
func unlistedTitle(name string) string {
	kind, rest, _ := strings.Cut(name, "-")
	return fmt.Sprintf("%s (simulated %s)", rest, kind)
}

func (d Definition) check(file string) error {
	if err := d.Validate(); err != nil {
		return results.Bad(fmt.Errorf("%s: %w", file, err))
	}
	return nil
}

// Title is the name that pages show.
func (d Definition) Title() string {
	if d.DisplayName != "" {
		return d.DisplayName
	}
	return d.Name
}

// leftOut stands in a public definition for what others need not read.
const leftOut = "(left out)"

// Public is the definition for a record that others may read: keys are never in
// it, and of headers and a command's arguments, which may name a person or an
// account, only the names of headers and the number of arguments.
func (d Definition) Public() Definition {
	headers := d.Headers
	d.Headers = nil
	for name, value := range headers {
		if d.Headers == nil {
			d.Headers = map[string]string{}
		}
		if d.Headers[name] = leftOut; fromVariable(value) != "" {
			d.Headers[name] = value
		}
	}
	d.Command = slices.Clone(d.Command)
	for i := 1; i < len(d.Command); i++ {
		d.Command[i] = leftOut
	}
	return d
}

// Simulated reports whether the agent asks no LLM.
func (d Definition) Simulated() bool {
	return d.Provider == Reference || d.Provider == Replay || d.Provider == Command && d.BaseURL == ""
}

// defaultOutput is what is kept of a context window for the reply where the
// definition sets no limit on it.
const defaultOutput = 4_096

// PromptTokens is how many tokens a prompt may have so that the reply fits the
// context window as well; 0 when the window is not known.
func (d Definition) PromptTokens() int64 {
	if d.ContextWindow == 0 {
		return 0
	}
	reply := d.Sampling.MaxOutputTokens
	if reply == 0 {
		reply = defaultOutput
	}
	tokens := d.ContextWindow - reply
	if d.InputWindow > 0 {
		tokens = min(tokens, d.InputWindow)
	}
	return tokens
}

// Pricing is what tokens of the agent cost; nil when that is not known. A
// scripted agent costs nothing. A price for one of input and output alone is not
// known: no model gives the other away.
func (d Definition) Pricing() *results.Price {
	switch p := d.Price; {
	case d.Provider == Reference:
		return &results.Price{}
	case p != nil && (p.Input == 0) != (p.Output == 0):
		return nil
	}
	return d.Price
}
