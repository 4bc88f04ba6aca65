package record

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

// mostNamed is how many trials an error names.
const mostNamed = 12

// FindTrial takes a trial's folder, or words that name one trial of an experiment
// below out: experiment/word/word..., where each word is its domain, workflow,
// setting, agent or run number.
func FindTrial(out, name string) (Experiment, Trial, error) {
	return FindTrialOf(out, name, Experiment.Trials)
}

// FindTrialOf is FindTrial among the trials that list gives of an experiment.
func FindTrialOf(out, name string, list func(Experiment) ([]Trial, error)) (Experiment, Trial, error) {
	if t := Trial(filepath.Clean(name)); disk.Exists(t.Events()) {
		state, err := t.Load()
		if err != nil {
			return "", "", err
		}
		e, err := t.Of(state.Spec.TrialID)
		return e, t, err
	}
	words := strings.Split(strings.Trim(filepath.ToSlash(name), "/"), "/")
	e, err := Find(out, words[0])
	if err != nil {
		return "", "", err
	}
	trials, err := list(e)
	if err != nil {
		return "", "", err
	}
	found := e.matching(trials, words[1:])
	if len(found) == 1 {
		return e, found[0], nil
	}
	return "", "", ambiguous(e, name, words[1:], found)
}

// Trials lists the folders of the experiment's trials that have begun, sorted.
func (e Experiment) Trials() ([]Trial, error) {
	names, err := fs.Glob(os.DirFS(string(e)), trialsFolder+"/*/*/*/*/"+eventsFile) // the folder's own name may have any letters
	if err != nil {
		return nil, err
	}
	var list []Trial
	for _, name := range names {
		list = append(list, Trial(e.join(filepath.FromSlash(path.Dir(name)))))
	}
	return list, nil
}

// Called is how [FindTrial] takes the trial of the experiment.
func (e Experiment) Called(t Trial) string {
	return filepath.Base(string(e)) + filepath.ToSlash(strings.TrimPrefix(string(t), e.join(trialsFolder)))
}

// matching are the trials that have all the words.
func (e Experiment) matching(trials []Trial, words []string) []Trial {
	return slices.DeleteFunc(trials, func(t Trial) bool {
		has := e.words(t)
		return slices.ContainsFunc(words, func(w string) bool { return !slices.Contains(has, w) })
	})
}

// words are the names by which a trial can be asked for.
func (e Experiment) words(t Trial) []string {
	rel, err := filepath.Rel(e.join(trialsFolder), string(t))
	if err != nil {
		return nil
	}
	parts := strings.Split(filepath.ToSlash(rel), "/")
	words := slices.Clone(parts)
	for _, p := range parts {
		words = append(words, strings.TrimPrefix(p, "run-"))
	}
	if len(parts) > 1 {
		for _, s := range results.Settings() {
			if w, ok := strings.CutSuffix(parts[1], "-"+string(s)); ok {
				words = append(words, w, string(s))
			}
		}
	}
	return words
}

func ambiguous(e Experiment, name string, words []string, found []Trial) error {
	if len(found) == 0 {
		return results.Bad(fmt.Errorf("%s: no trial of %s has all of %q", name, e, words), "words are a domain, a workflow, a setting, an agent, a run number")
	}
	var names []string
	for _, t := range found[:min(mostNamed, len(found))] {
		names = append(names, e.Called(t))
	}
	if len(found) > mostNamed {
		names = append(names, fmt.Sprintf("and %d more", len(found)-mostNamed))
	}
	return results.Bad(fmt.Errorf("%s names %d trials", name, len(found)), "add words until one is left: "+strings.Join(names, ", "))
}
