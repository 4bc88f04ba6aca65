package experiment

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/autodatabench/autodatabench/agents/prompt"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/runner/student"
)

// lock is experiment.lock.json.
type lock struct {
	Version  string                    `json:"version"`
	File     File                      `json:"file"`
	Protocol results.Protocol          `json:"protocol"`
	Tasks    map[results.Domain]string `json:"tasks"`
	Agents   map[string]string         `json:"agents"` // digest of the definition
	Titles   map[string]string         `json:"titles"` // of the agents, for pages
	Prompts  string                    `json:"prompts"`
	Teacher  string                    `json:"teacher"`
	Student  student.Identity          `json:"student"`
}

// lock writes the experiment's resolved terms, or checks that the folder's are
// the same, and sees to it that the agents' definitions are beside them.
func (s *Setup) lock(p results.Protocol) error {
	now := lock{
		Version: s.Version, File: s.File, Protocol: p, Prompts: prompt.Digest(), Teacher: s.Teacher.Name(), Student: s.Identity,
		Tasks: map[results.Domain]string{}, Agents: map[string]string{}, Titles: map[string]string{},
	}
	for d, t := range s.Tasks {
		now.Tasks[d] = t.Digest
	}
	for name, a := range s.Agents {
		now.Agents[name], now.Titles[name] = a.Digest, a.Title
	}
	path := filepath.Join(s.Root, LockFile)
	var was lock
	switch err := disk.ReadJSON(path, &was); {
	case errors.Is(err, fs.ErrNotExist):
		if err := disk.WriteFile(filepath.Join(s.Root, GivenFile), s.Given); err != nil {
			return err
		}
		if err := disk.WriteJSON(path, now); err != nil {
			return err
		}
	case err != nil:
		return err
	default:
		if err := s.sameTerms(path, was, now); err != nil {
			return err
		}
	}
	return s.keepDefinitions()
}

// keepDefinitions writes what the agents' definitions say, once: the lock holds
// their digests alone, and a definition file may be changed after the run.
func (s *Setup) keepDefinitions() error {
	for name, a := range s.Agents {
		path := filepath.Join(s.Root, AgentsFolder, name+".json")
		if a.Definition == nil || disk.Exists(path) {
			continue
		}
		if err := disk.WriteJSON(path, a.Definition); err != nil {
			return err
		}
	}
	return nil
}

// Domains are those that the experiment in the folder root is to have.
func Domains(root string) ([]results.Domain, error) {
	var l lock
	if err := disk.ReadJSON(filepath.Join(root, LockFile), &l); err != nil {
		return nil, err
	}
	return l.File.Domains, nil
}

// Titles are the names under which pages show the agents of the experiment in
// the folder root.
func Titles(root string) (map[string]string, error) {
	var l lock
	if err := disk.ReadJSON(filepath.Join(root, LockFile), &l); err != nil {
		return nil, err
	}
	return l.Titles, nil
}

func (s *Setup) sameTerms(path string, was, now lock) error {
	was.Version, now.Version = "", ""
	was.Titles, now.Titles = nil, nil // the agents' digests hold them
	was.File.Parallel, now.File.Parallel = 0, 0
	was.File.Launcher, now.File.Launcher = Launcher{}, Launcher{}
	a, err := disk.DigestOf(was)
	if err != nil {
		return err
	}
	b, err := disk.DigestOf(now)
	if err != nil {
		return err
	}
	if a != b {
		return results.Bad("choose another name or --out for the changed experiment",
			fmt.Errorf("%s: the folder holds an experiment of this name under other terms", path))
	}
	return nil
}

// CheckScorer refuses to score the experiment with another student or other
// tasks than it ran with, in one error for all of its trials.
func (s *Setup) CheckScorer() error {
	path := filepath.Join(s.Root, LockFile)
	var was lock
	if err := disk.ReadJSON(path, &was); err != nil {
		return err
	}
	other := ""
	for _, d := range s.File.Domains {
		if was.Tasks[d] != s.Tasks[d].Digest {
			other = "task " + string(d)
		}
	}
	if was.Student != s.Identity {
		other = fmt.Sprintf("student or BLAS (%s)", was.Student.BLAS)
	}
	if other == "" {
		return nil
	}
	return results.Bad("score it with the build of the program that ran it, or run it again under another name",
		fmt.Errorf("%s: the experiment ran with another %s than this program has", path, other))
}
