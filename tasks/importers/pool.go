package importers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks/folder"
	"github.com/autodatabench/autodatabench/tasks/split"
)

// candidate is a question that may become a seed.
type candidate struct {
	question string
	stratum  string
	key      string // of a problem that is known by its name; may be empty
}

// The length of a seed question in bytes: shorter ones ask nothing, longer ones
// are collections.
const (
	shortestSeed = 40
	longestSeed  = 8_000
)

// drawPool draws the seed questions from other data than the items'.
func (s suite) drawPool(o Options, entries []entry, m *Manifest) ([]string, error) {
	if s.pool == nil {
		return nil, results.Bad(fmt.Errorf("import: the seed pool of %s is half of its own data", s.kind), "leave --seed-from out")
	}
	var found []candidate
	known := s.overlap(entries)
	seen := map[string]bool{}
	m.PoolLeftOut = map[string]int{}
	for _, path := range o.SeedFrom {
		tables, err := s.poolTables(path)
		if err != nil {
			return nil, err
		}
		for _, t := range tables {
			read := m.Read
			if err := m.input(t); err != nil {
				return nil, err
			}
			m.Read, m.PoolRead = read, m.PoolRead+len(t.rows)
			for _, r := range t.rows {
				c, reason, err := s.pool(r)
				if err != nil {
					return nil, err
				}
				if reason == "" {
					reason = unfit(c, known, seen)
				}
				if reason != "" {
					m.PoolLeftOut[reason]++
					continue
				}
				seen[folder.Normal(c.question)] = true
				found = append(found, c)
			}
		}
	}
	return draw(found, o.Seed), nil
}

func (s suite) poolTables(path string) ([]table, error) {
	var all []table
	var first error
	for _, needs := range s.poolNeeds {
		tables, _, err := readTables(path, needs...)
		if err != nil && first == nil {
			first = err
		}
		for _, t := range tables {
			if !slices.ContainsFunc(all, func(other table) bool { return other.path == t.path }) {
				all = append(all, t)
			}
		}
	}
	if len(all) == 0 {
		return nil, first
	}
	return all, nil
}

// unfit says why a candidate is no seed question.
func unfit(c candidate, known func(candidate) bool, seen map[string]bool) string {
	lower := strings.ToLower(c.question)
	switch {
	case len(c.question) < shortestSeed:
		return "too short"
	case len(c.question) > longestSeed:
		return "too long"
	case folder.Answered(c.question) != "":
		return "it holds an answer"
	case strings.Contains(lower, "<image>"), strings.Contains(lower, "figure below"), strings.Contains(lower, "shown in the figure"):
		return "it needs a picture"
	case seen[folder.Normal(c.question)]:
		return "it repeats another"
	case known(c):
		return "it overlaps with an item"
	}
	return ""
}

// shortestItem is how many bytes of an item are no chance when a candidate holds
// them.
const shortestItem = 20

// overlap tells candidates that share a problem, or a run of words, with an
// item, or hold all of an item that is too short for a run.
func (s suite) overlap(entries []entry) func(candidate) bool {
	names, runs := map[string]bool{}, map[string]bool{}
	var short []string
	for _, e := range entries {
		for _, key := range e.keys {
			names[key] = true
		}
		for _, run := range shingles(e.raw, s.shingle) {
			runs[run] = true
		}
		if text := folder.Normal(e.raw); len(text) >= shortestItem && len(strings.Fields(text)) <= s.shingle {
			short = append(short, text)
		}
	}
	return func(c candidate) bool {
		text := folder.Normal(c.question)
		return names[c.key] || slices.ContainsFunc(short, func(item string) bool { return strings.Contains(text, item) }) ||
			slices.ContainsFunc(shingles(c.question, s.shingle), func(run string) bool { return runs[run] })
	}
}

// shingles are the runs of n words of a text, or all of it if it has fewer.
func shingles(text string, n int) []string {
	words := strings.Fields(strings.ToLower(text))
	if len(words) <= n {
		return []string{strings.Join(words, " ")}
	}
	list := make([]string, 0, len(words)-n+1)
	for i := range len(words) - n + 1 {
		list = append(list, strings.Join(words[i:i+n], " "))
	}
	return list
}

// draw chooses the pool, stratified.
func draw(found []candidate, seed uint64) []string {
	items := make([]split.Item, len(found))
	for i, c := range found {
		items[i] = split.Item{Stratum: c.stratum, Keys: []string{folder.Normal(c.question)}}
	}
	taken := min(poolSize, len(found))
	var pool []string
	for i, p := range split.Divide(items, []int{taken, len(found) - taken}, seed) {
		if p == 0 {
			pool = append(pool, found[i].question)
		}
	}
	slices.Sort(pool)
	return pool
}
