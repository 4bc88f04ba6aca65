package submissions

import (
	"encoding/json"
	"os"
	"path/filepath"

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

// Prepare writes submission.yaml, to be filled in, and the definition of the one agent
// of the experiment that is none of the program's own, if there is one.
func Prepare(dir string, root record.Experiment, digest string) error {
	lock, err := root.ReadLock()
	if err != nil {
		return err
	}
	info := Info{
		Submitter: FillIn + ": who you are, and an address", Bundle: Place{File: BundleFile, Digest: digest},
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
	own := map[string]bool{}
	for _, name := range definitions.List() {
		own[name] = true
	}
	for name := range lock.Agents {
		if own[name] {
			continue
		}
		data, err := os.ReadFile(string(root.Definition(name)))
		if err != nil {
			return results.Bad(err)
		}
		var d definitions.Definition
		if err := json.Unmarshal(data, &d); err != nil {
			return results.Bad(err)
		}
		if text, err = yaml.Marshal(d); err == nil {
			err = disk.WriteFile(filepath.Join(dir, AgentFile), text)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
