package cli

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/agents/definitions"
	"github.com/autodatabench/autodatabench/agents/prompt"
	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

// added are the flags of resume with which an experiment grows.
type added struct {
	domains, workflows, settings, agents []string
	runs                                 *int // in all; nil for those that it has
}

func growFlags() []cli.Flag {
	return []cli.Flag{
		&cli.IntFlag{Name: "runs", Usage: "let the experiment grow to `N` runs of every trial", DefaultText: "those that it has"},
		&cli.StringSliceFlag{Name: "agent", Usage: "add the agent of this `NAME`"},
		&cli.StringSliceFlag{Name: "domain", Usage: "add a `DOMAIN` of the suite"},
		&cli.StringSliceFlag{Name: "workflow", Usage: "add a `KIND`: one-shot or iterative"},
		&cli.StringSliceFlag{Name: "setting", Usage: "add a `KIND`: scratch or seed"},
	}
}

// to adds the words to the experiment, and reports whether there are any.
func (a added) to(f *experiment.File) (bool, error) {
	f.Domains, f.Workflows = union(f.Domains, a.domains), union(f.Workflows, a.workflows)
	f.Settings, f.Agents = union(f.Settings, a.settings), union(f.Agents, a.agents)
	if a.runs != nil {
		f.Runs = *a.runs
	}
	if err := f.Validate(); err != nil {
		return false, results.Bad(err)
	}
	return a.runs != nil || len(a.domains)+len(a.workflows)+len(a.settings)+len(a.agents) > 0, nil
}

func union[T ~string](list []T, more []string) []T {
	list = slices.Clone(list)
	for _, word := range more {
		if !slices.Contains(list, T(word)) {
			list = append(list, T(word))
		}
	}
	return list
}

// growing says what a run adds to the experiment that the folder of the request holds;
// nothing for a folder that holds none. It refuses other terms than the folder's, as
// far as they are known before teacher and student are opened.
func growing(r setup.Request, f experiment.File, p results.Protocol, list []definitions.Definition) (string, error) {
	if !r.Root.Lock().Exists() {
		return "", nil
	}
	was, err := r.Root.ReadLock()
	if err != nil {
		return "", err
	}
	now, err := asked(was, f, p, list)
	if err != nil {
		return "", err
	}
	if tasks, err := setup.LoadTasks(f.Suite, f.Domains, r.Places); err == nil { // else the plan says what is missing
		for _, t := range tasks {
			now.Tasks[t.Brief.Domain] = t.Digest
		}
	}
	g, err := experiment.Grow(string(r.Root), was, now)
	if err != nil {
		return "", err
	}
	there := 0
	for _, id := range g.File.Trials() {
		if disk.Exists(string(r.Root.Trial(id))) {
			there++
		}
	}
	said := fmt.Sprintf("%s holds the experiment under these terms: %d of %d trials have begun", r.Root, there, len(g.File.Trials()))
	if len(g.More) > 0 {
		said += "; it grows by " + strings.Join(g.More, "; ")
	}
	return said + ".", nil
}

// asked is the lock that is asked for, with the unknown as it was.
func asked(was record.Lock, f experiment.File, p results.Protocol, list []definitions.Definition) (now record.Lock, err error) {
	now = was
	now.Protocol, now.Prompts = p, prompt.Digest()
	if now.File, err = json.Marshal(f); err != nil {
		return now, err
	}
	now.Agents, now.Tasks = map[string]string{}, map[results.Domain]string{}
	for _, d := range list {
		if now.Agents[d.Name], err = d.Digest(); err != nil {
			return now, err
		}
	}
	return now, nil
}

// moreRuns is the command that adds runs to the experiment in the folder root.
func moreRuns(root record.Experiment) string {
	line := "autodatabench resume --runs 3 "
	if out := filepath.Dir(string(root)); out != defaultOut {
		line += "--out " + quoted(out) + " "
	}
	return line + quoted(filepath.Base(string(root)))
}
