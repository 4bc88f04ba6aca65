package experiment

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/autodatabench/autodatabench/results"
)

// Matching lists the experiment's trials that have all words of the name: its domain,
// workflow, setting, agent or run number, between slashes, as in science/adaptive/1. The
// experiment's own name may come first.
func (f File) Matching(name string) ([]results.TrialID, error) {
	words := strings.Split(strings.Trim(name, "/"), "/")
	if len(words) > 1 && words[0] == f.Name {
		words = words[1:]
	}
	found := slices.DeleteFunc(f.Trials(), func(id results.TrialID) bool {
		run := strconv.Itoa(id.Run)
		has := []string{
			string(id.Domain), string(id.Workflow), string(id.Setting), string(id.Workflow) + "-" + string(id.Setting), id.Agent, run, "run-" + run,
		}
		return slices.ContainsFunc(words, func(w string) bool { return !slices.Contains(has, w) })
	})
	if len(found) == 0 {
		return nil, results.Bad(fmt.Errorf("%s: no trial of experiment %s has all of %q", name, f.Name, words),
			"words are a domain, a workflow, a setting, an agent, a run number, as in "+strings.TrimPrefix(f.Trials()[0].Path(), "trials/"))
	}
	return found, nil
}
