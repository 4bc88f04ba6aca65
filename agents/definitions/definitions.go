// Package definitions reads agent definition files and opens the agents that
// they describe.
//
// A definition names a provider: openai (any server that speaks the protocol of
// chat completions) or reference (a scripted engineer of agents/reference). The
// definitions that come with the program are the *.yaml files of this folder.
// Secrets are named in a definition and never written into it; the package reads
// no environment, its caller hands the lookup in.
package definitions

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"slices"
	"strings"

	"autodatabench/agents"
	"autodatabench/agents/chat"
	"autodatabench/agents/reference"
	"autodatabench/results"
	"autodatabench/results/config"
)

// The providers.
const (
	OpenAI    = "openai"
	Reference = "reference"
)

// Definition describes an agent.
type Definition struct {
	Name          string            `yaml:"name"` // lower case, as in folders
	Provider      string            `yaml:"provider"`
	Model         string            `yaml:"model"`
	BaseURL       string            `yaml:"base_url"`
	APIKeyEnv     string            `yaml:"api_key_env"` // name of the environment variable
	DisplayName   string            `yaml:"display_name"`
	Sampling      Sampling          `yaml:"sampling"`
	Headers       map[string]string `yaml:"headers"`
	ContextWindow int               `yaml:"context_window"` // tokens, 0 when unknown
	Price         *Price            `yaml:"price"`          // nil when unknown
	Engineer      string            `yaml:"engineer"`       // of provider reference
}

// Sampling is what is sent to the model; what is left out is the server's choice.
type Sampling struct {
	Temperature     *float64 `yaml:"temperature"`
	TopP            *float64 `yaml:"top_p"`
	MaxOutputTokens int      `yaml:"max_output_tokens"`
	ReasoningEffort string   `yaml:"reasoning_effort"`
}

// Price is in USD per million tokens.
type Price struct {
	Input       float64 `yaml:"input"`
	CachedInput float64 `yaml:"cached_input"`
	Output      float64 `yaml:"output"`
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

// Load returns a definition that comes with the program.
func Load(name string) (Definition, error) {
	file := name + ".yaml"
	data, err := embedded.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) || !results.ValidName(name) {
		hint := "known agents: " + strings.Join(List(), ", ")
		if near := config.Nearest(name, List()); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		return Definition{}, results.Bad(hint, fmt.Errorf("unknown agent %q", name))
	}
	if err != nil {
		return Definition{}, fmt.Errorf("agent %s: %w", name, err)
	}
	return parse(file, data)
}

// LoadFile reads a user's definition file.
func LoadFile(path string) (Definition, error) {
	var d Definition
	if err := config.Read(path, &d); err != nil {
		return Definition{}, err
	}
	return d, d.check(path)
}

func parse(file string, data []byte) (Definition, error) {
	var d Definition
	if err := config.Decode(path.Join("agents/definitions", file), data, &d); err != nil {
		return Definition{}, err
	}
	return d, d.check(file)
}

func (d Definition) check(file string) error {
	if err := d.Validate(); err != nil {
		return results.Bad("", fmt.Errorf("%s: %w", file, err))
	}
	return nil
}

// Validate reports the first field that cannot work.
func (d Definition) Validate() error {
	if !results.ValidName(d.Name) {
		return fmt.Errorf("name %q: want lower-case letters, digits, dots and dashes", d.Name)
	}
	if d.ContextWindow < 0 || d.Sampling.MaxOutputTokens < 0 {
		return fmt.Errorf("context_window and sampling.max_output_tokens must not be negative")
	}
	if p := d.Price; p != nil && (p.Input < 0 || p.CachedInput < 0 || p.Output < 0) {
		return fmt.Errorf("price: must not be negative")
	}
	switch d.Provider {
	case Reference:
		if !slices.Contains(reference.Engineers(), d.Engineer) {
			return fmt.Errorf("engineer %q: want one of %s", d.Engineer, strings.Join(reference.Engineers(), ", "))
		}
		return nil
	case OpenAI:
		return d.validateModel()
	default:
		return fmt.Errorf("provider %q: want %s or %s", d.Provider, OpenAI, Reference)
	}
}

func (d Definition) validateModel() error {
	if d.Model == "" {
		return fmt.Errorf("model: missing")
	}
	if d.Engineer != "" {
		return fmt.Errorf("engineer: only for provider %s", Reference)
	}
	u, err := url.Parse(d.BaseURL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return fmt.Errorf("base_url %q: want a URL such as http://localhost:8000/v1", d.BaseURL)
	}
	if u.User != nil {
		return fmt.Errorf("base_url: holds a user or password; name the key's variable in api_key_env")
	}
	if t := d.Sampling.Temperature; t != nil && (*t < 0 || *t > 2) {
		return fmt.Errorf("sampling.temperature %v: want 0 to 2", *t)
	}
	if p := d.Sampling.TopP; p != nil && (*p <= 0 || *p > 1) {
		return fmt.Errorf("sampling.top_p %v: want more than 0 and at most 1", *p)
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

// Simulated reports whether the agent is no LLM.
func (d Definition) Simulated() bool { return d.Provider == Reference }

// Open returns the agent. lookup returns the value of an environment variable
// and "" when it is not set.
func (d Definition) Open(lookup func(string) string) (agents.Agent, error) {
	if d.Provider == Reference {
		return reference.Open(d.Engineer)
	}
	key := ""
	if d.APIKeyEnv != "" {
		if key = lookup(d.APIKeyEnv); key == "" {
			return nil, results.Bad("set it to the key of "+d.BaseURL, fmt.Errorf("agent %s: environment variable %s is not set", d.Name, d.APIKeyEnv))
		}
	}
	return chat.New(chat.Config{
		BaseURL: d.BaseURL, Model: d.Model, Key: key, Headers: d.Headers,
		Temperature: d.Sampling.Temperature, TopP: d.Sampling.TopP,
		MaxTokens: d.Sampling.MaxOutputTokens, ReasoningEffort: d.Sampling.ReasoningEffort,
	}), nil
}
