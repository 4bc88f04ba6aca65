package export

import (
	"strings"
	"unicode"
)

// Model is what the record says of the model behind an agent.
type Model struct {
	Title    string // of the agent, on pages
	Provider string // as the agent's definition has it; empty where there is none
	Name     string // as its provider calls it; empty for an agent that is a program
	Hosted   bool   // asked at its provider's own address
	Program  bool   // the agent is a program of AutoDataBench
}

// ID is the model as "developer/model", of characters that are safe in the name of a
// file. A model of which no name is known has that of its agent.
func (m Model) ID(agent string) string {
	developer, name := m.Provider, m.Name
	switch {
	case m.Program:
		developer, name = "autodatabench", agent
	case name == "":
		name = agent
	case strings.Contains(name, "/"):
		developer, name, _ = strings.Cut(name, "/")
	}
	parts := []string{portable(developer)}
	for part := range strings.SplitSeq(name, "/") {
		parts = append(parts, portable(part))
	}
	return strings.Join(parts, "/")
}

// reserved are names that a file may not have on every system, or a model in a data
// store of evaluations.
var reserved = map[string]bool{"": true, "con": true, "prn": true, "aux": true, "nul": true, "data": true, "unknown": true}

// portable is the name with what may not be in the name of a file replaced.
func portable(name string) string {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`<>:"\|?*`, r) || unicode.IsSpace(r) || unicode.In(r, unicode.Cc, unicode.Cf) || r == unicode.ReplacementChar {
			return '_'
		}
		return r
	}, name)
	name = strings.TrimRight(name, ".")
	stem, _, _ := strings.Cut(strings.ToLower(name), ".")
	if port := strings.TrimRight(stem, "123456789"); reserved[stem] || len(port) == len(stem)-1 && (port == "com" || port == "lpt") {
		return "_" + name
	}
	return name
}
