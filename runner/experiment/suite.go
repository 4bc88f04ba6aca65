package experiment

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/autodatabench/autodatabench/results"
)

// Suite names where an experiment's tasks come from: mini, paper, or a list of
// task folders.
type Suite struct {
	Name    string // mini | paper; empty where there are folders
	Folders []string
}

// The named suites.
const (
	MiniSuite  = "mini"
	PaperSuite = "paper"
)

// PaperTasks are the tasks of suite paper, by domain, as `tasks import` names
// them.
func PaperTasks() map[results.Domain]string {
	return map[results.Domain]string{results.Science: "scibench", results.Code: "lcb-top", results.Finance: "financereasoning"}
}

// String is the suite's name in the record.
func (s Suite) String() string {
	if len(s.Folders) > 0 {
		return "folders"
	}
	return s.Name
}

func (s Suite) validate() error {
	if len(s.Folders) == 0 {
		return known("suite", s.Name, MiniSuite, PaperSuite)
	}
	return each("suite", s.Folders, func(dir string) error {
		if dir == "" {
			return errors.New("a task folder's name is empty")
		}
		return nil
	})
}

// UnmarshalYAML reads a name or a list of folders.
func (s *Suite) UnmarshalYAML(read func(any) error) error {
	*s = Suite{}
	if read(&s.Name) == nil {
		return nil
	}
	if read(&s.Folders) != nil || len(s.Folders) == 0 {
		return fmt.Errorf("suite: want %s, %s or a list of task folders", MiniSuite, PaperSuite)
	}
	return nil
}

// MarshalYAML writes what UnmarshalYAML reads.
func (s Suite) MarshalYAML() (any, error) { return s.value(), nil }

// MarshalJSON writes a name or a list of folders.
func (s Suite) MarshalJSON() ([]byte, error) { return json.Marshal(s.value()) }

// UnmarshalJSON reads what MarshalJSON writes.
func (s *Suite) UnmarshalJSON(data []byte) error {
	*s = Suite{}
	if json.Unmarshal(data, &s.Name) == nil {
		return nil
	}
	return json.Unmarshal(data, &s.Folders)
}

func (s Suite) value() any {
	if len(s.Folders) > 0 {
		return slices.Clone(s.Folders)
	}
	return s.Name
}
