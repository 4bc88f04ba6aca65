package cli

import (
	"fmt"
	"os"

	"github.com/goccy/go-yaml"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

// maxRuns is the most runs of a trial where neither --max-runs nor the file says it.
const maxRuns = 5

// words are the flags of run that make an experiment, or change the one of a file.
type words struct {
	whole                                bool // a flag is given that does not go with a file
	name                                 string
	suite                                experiment.Suite
	domains, workflows, settings, agents []string

	// These go with a file, too; nil where the flag is not given.
	until          string // pairs to decide; empty where the flag is not given
	runs, parallel *int
	seed           *int64
	sandbox        *string
}

// experimentOf reads the experiment file at path, or makes one of the words. The
// text is the file's as the user wrote it, unless a word changes it.
func experimentOf(path *string, w words) (f experiment.File, text []byte, err error) {
	if path != nil {
		if w.whole {
			return f, nil, usage("give either an experiment file or flags that make one")
		}
		if f, err = experiment.Read(*path); err != nil {
			return f, nil, err
		}
		if err := f.CheckGres(); err != nil {
			return f, nil, fmt.Errorf("%s: %w", *path, err)
		}
	} else {
		f = w.file()
	}
	changed := w.change(&f)
	if err := f.Validate(); err != nil {
		return f, nil, results.Bad(err)
	}
	if path != nil && !changed {
		text, err = os.ReadFile(*path)
		return f, text, err
	}
	text, err = yaml.Marshal(f)
	return f, text, err
}

// file makes an experiment of the words.
func (w words) file() experiment.File {
	f := experiment.Default()
	f.Name, f.Agents, f.Suite = w.name, w.agents, w.suite
	if f.Suite.Folders != nil {
		f.Domains = nil
	}
	f.Domains = orDefault(f.Domains, w.domains)
	f.Workflows = orDefault(f.Workflows, w.workflows)
	f.Settings = orDefault(f.Settings, w.settings)
	return f
}

// change changes the experiment and reports whether a word asked for that.
func (w words) change(f *experiment.File) bool {
	if w.until != "" {
		f.UntilDecided = w.until
		if f.Runs <= experiment.FirstRuns {
			f.Runs = maxRuns
		}
	}
	if w.runs != nil {
		f.Runs = *w.runs
	}
	if w.seed != nil {
		f.Seed = *w.seed
	}
	if w.parallel != nil {
		f.Parallel = *w.parallel
	}
	if w.sandbox != nil {
		f.Sandbox.Kind = *w.sandbox
	}
	return w.until != "" || w.runs != nil || w.seed != nil || w.parallel != nil || w.sandbox != nil
}

func orDefault[T ~string](list []T, given []string) []T {
	if len(given) == 0 {
		return list
	}
	list = nil
	for _, g := range given {
		list = append(list, T(g))
	}
	return list
}
