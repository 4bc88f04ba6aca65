package definitions

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/results"
)

// FromRecord is the definition of the name that an experiment's folder keeps, as
// [Definition.Public] wrote it. Errors: results.Bad with the names of what was left
// out of it, which only its author can give again.
func FromRecord(name string, data []byte) (Definition, error) {
	var d Definition
	if err := json.Unmarshal(data, &d); err != nil {
		return d, results.Bad(fmt.Errorf("the recorded definition of agent %s: %w", name, err))
	}
	if d.Name != name {
		return d, results.Bad(fmt.Errorf("the recorded definition of agent %s is of agent %q", name, d.Name))
	}
	if missing := d.LeftOut(); missing != "" {
		return d, results.Bad(fmt.Errorf("agent %s: the record does not keep %s", name, missing), "give its definition again with --agent-file FILE")
	}
	return d, d.check("the recorded definition of agent " + name)
}

// LeftOut names what was left out of a public definition; empty for nothing.
func (d Definition) LeftOut() string {
	var parts []string
	for _, header := range slices.Sorted(maps.Keys(d.Headers)) {
		if d.Headers[header] == leftOut {
			parts = append(parts, "the value of header "+header)
		}
	}
	if slices.Contains(d.Command, leftOut) {
		parts = append(parts, "the arguments of its command")
	}
	return strings.Join(parts, ", ")
}

var noName = regexp.MustCompile(`[^a-z0-9]+`)

// Behind defines an agent of provider openai by what a command line says of it: the
// model's name at the server of the address, and the variable that holds the key.
// An empty name is made of the model's.
func Behind(name, model, baseURL, keyEnv string) (Definition, error) {
	if name == "" {
		name = strings.Trim(noName.ReplaceAllString(strings.ToLower(model), "-"), "-")
	}
	d := Definition{Name: name, Provider: OpenAI, Model: model, BaseURL: baseURL, APIKeyEnv: keyEnv}
	return d, d.check("--model " + model)
}
