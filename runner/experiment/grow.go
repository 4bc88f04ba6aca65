package experiment

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
)

// Growth is what an experiment's folder has under the terms that are asked for.
type Growth struct {
	File File        // with all trials that the experiment then has
	Lock record.Lock // to be entered, if there is More
	More []string    // what is added, a phrase each; none for an experiment that only goes on
}

// Grow compares the terms that are asked for with those of the folder of an experiment.
// Agents, domains, workflows, settings and runs may be added, and nothing may be left
// out. Errors: [results.BadInput] with the first term that differs and both its values.
func Grow(folder string, was, now record.Lock) (g Growth, err error) {
	begun, err := fileOf(folder, was)
	if err != nil {
		return g, err
	}
	asked, err := fileOf(folder, now)
	if err != nil {
		return g, err
	}
	if err := sameTerms(folder, begun, asked, was, now); err != nil {
		return g, err
	}
	g.File = begun
	for _, err := range []error{
		add(&g, folder, "domains", &g.File.Domains, asked.Domains), add(&g, folder, "workflows", &g.File.Workflows, asked.Workflows),
		add(&g, folder, "settings", &g.File.Settings, asked.Settings), add(&g, folder, "agents", &g.File.Agents, asked.Agents),
		addFolders(&g, folder, asked.Suite.Folders), g.addRuns(folder, asked.Runs),
	} {
		if err != nil {
			return g, err
		}
	}
	if len(g.More) > 0 && begun.UntilDecided != "" {
		return g, results.Bad(fmt.Errorf("%s: the experiment runs until its pairs are decided (until_decided: %s), and cannot grow: %s", folder, begun.UntilDecided, strings.Join(g.More, "; ")),
			"its rule has spent its error on the rows and runs that it began with; begin another under another name")
	}
	return g, g.join(was, now)
}

// join makes the lock with the trials of both.
func (g *Growth) join(was, now record.Lock) (err error) {
	g.Lock = now
	g.Lock.Tasks, g.Lock.Agents, g.Lock.Titles = joined(was.Tasks, now.Tasks), joined(was.Agents, now.Agents), joined(was.Titles, now.Titles)
	g.Lock.Format = was.Format
	g.Lock.File, err = json.Marshal(g.File)
	return err
}

func joined[K comparable](was, now map[K]string) map[K]string {
	all := maps.Clone(now)
	if all == nil {
		all = map[K]string{}
	}
	maps.Copy(all, was)
	return all
}

// add appends the new words of a list, and refuses a list that lacks a word.
func add[T ~string](g *Growth, folder, key string, list *[]T, asked []T) error {
	for _, word := range *list {
		if !slices.Contains(asked, word) {
			return results.Bad(fmt.Errorf("%s: %s: %v in the folder, %v now, which leaves out %s", folder, key, *list, asked, word),
				"name all that the experiment has, and more to let it grow; or choose another name or --out")
		}
	}
	var more []string
	for _, word := range asked {
		if !slices.Contains(*list, word) {
			*list = append(slices.Clip(*list), word)
			more = append(more, string(word))
		}
	}
	if more != nil {
		g.More = append(g.More, key+" "+strings.Join(more, ", "))
	}
	return nil
}

func addFolders(g *Growth, folder string, asked []string) error {
	return add(g, folder, "suite", &g.File.Suite.Folders, asked)
}

func (g *Growth) addRuns(folder string, asked int) error {
	has := g.File.Runs
	if asked < has {
		return results.Bad(fmt.Errorf("%s: runs: %d in the folder, %d now", folder, has, asked),
			"an experiment keeps its runs; ask for as many or more, or choose another name or --out")
	}
	switch g.File.Runs = asked; {
	case asked == has+1:
		g.More = append(g.More, fmt.Sprintf("run %d", asked))
	case asked > has:
		g.More = append(g.More, fmt.Sprintf("runs %d to %d", has+1, asked))
	}
	return nil
}

// keepTrials gives the file the trials of another.
func (f *File) keepTrials(of File) {
	f.Domains, f.Workflows, f.Settings, f.Agents, f.Runs = of.Domains, of.Workflows, of.Settings, of.Agents, of.Runs
	f.Suite.Folders = of.Suite.Folders
}
