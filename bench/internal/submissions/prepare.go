package submissions

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/goccy/go-yaml"

	"github.com/autodatabench/autodatabench/agents/definitions"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/config"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
)

// ReadInfo reads submission.yaml of the folder.
func ReadInfo(dir string) (info Info, err error) {
	return info, config.Read(filepath.Join(dir, InfoFile), &info)
}

// Prepare writes submission.yaml, to be filled in, and the definitions of agents. The day
// is the one on which the submission is handed in.
func Prepare(dir string, root record.Experiment, digest, day string) error {
	lock, err := root.ReadLock()
	if err != nil {
		return err
	}
	info := Info{
		Submitter: FillIn + ": who you are, and an address", Date: day, Bundle: Place{File: BundleFile, Digest: digest},
		Disclosure: Disclosure{
			Scaffold: FillIn + ": everything around the model", Model: FillIn + ": exact name and version, or none", ModelDate: FillIn + ": when it was asked",
			Prices: FillIn + ": and where they stand", HumanHelp: FillIn + ": during the runs and before", Tuning: FillIn + ": what agent and prompts were tuned on",
			Attempts: FillIn + ": how often private sets were asked for it before",
		},
	}
	text, err := yaml.Marshal(info)
	if err == nil {
		err = disk.WriteFile(filepath.Join(dir, InfoFile), text)
	}
	if err != nil {
		return err
	}
	return defineAgents(dir, root, lock)
}

// defineAgents writes the definitions of agents that are none of the program's own, as the
// record has them: without values of headers and arguments of commands.
func defineAgents(dir string, root record.Experiment, lock record.Lock) error {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(lock.Agents)) {
		own, _, err := programs(name, lock.Agents[name])
		if err != nil {
			return err
		}
		if !own {
			names = append(names, name)
		}
	}
	for _, name := range names {
		data, err := os.ReadFile(string(root.Definition(name)))
		if err != nil {
			return results.Bad(err)
		}
		var d definitions.Definition
		if err := json.Unmarshal(data, &d); err != nil {
			return results.Bad(err)
		}
		file := AgentFile
		if len(names) > 1 {
			file = "agent-" + name + ".yaml"
		}
		if d.Folder != "" {
			d.Folder = filepath.Base(d.Folder)
		}
		text, err := yaml.Marshal(d)
		if err == nil {
			err = disk.WriteFile(filepath.Join(dir, file), text)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
