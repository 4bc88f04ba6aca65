// Package importers makes task folders of the paper's three suites from their
// published files: SciBench, LiveCodeBench test-output prediction and
// FinanceReasoning.
//
// It reads JSON, JSON lines, answers of the Hugging Face dataset server, and
// Parquet. It downloads nothing (bench/doc/tasks.md says where the files are).
// Records that cannot be used are left out with a reason. A record that lacks a
// required field is an error with file and line.
//
// The package is not for scoring. Invariants: the same files, however stored, and
// the same seed give the same task. No problem and no context is in two of public
// set, private set and seed pool. The seed pool holds no answers.
package importers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/evaluators"
	"github.com/autodatabench/autodatabench/tasks/folder"
	"github.com/autodatabench/autodatabench/tasks/split"
	"github.com/autodatabench/autodatabench/tasks/words"
)

// Options say what is imported.
type Options struct {
	Kind     string   // of [Kinds]
	From     string   // file or folder of the evaluation data
	SeedFrom []string // files or folders that the seed pool is drawn from
	Seed     uint64   // of the split and of the draw
}

// Imported is a task to be written.
type Imported struct {
	Content  folder.Content
	Private  []tasks.Item
	Manifest *Manifest // also in Content
}

// entry is a usable item.
type entry struct {
	item    tasks.Item
	row     row    // that it was read from
	raw     string // as a seed question
	stratum string
	keys    []string // of the split: the question first
}

// suite is how one data set is read.
type suite struct {
	kind      string
	title     string
	domain    results.Domain
	evaluator string
	licence   string
	source    string
	needs     []string // fields by which its files are known
	shares    []int    // public, private and, if the data itself gives it, the seed pool
	divide    func(items []split.Item, shares []int, seed uint64) []int
	sized     bool // how many questions share a context is a trait to share out
	similar   bool // problems that are nearly the same, numbers aside, stay in one set
	read      func(tables []table) (entries []entry, left []Left, err error)
	pool      func(r row) (candidate, string, error) // a seed question, or why it is none; nil if there is no other source
	poolNeeds [][]string                             // fields by which the pool's files are known, one set a form
	shingle   int                                    // words in a row that a seed may not share with an item
}

// poolSize is how many seed questions are drawn (protocol.md section 2).
const poolSize = 1_000

func suites() []suite { return []suite{scibench(), lcbTop(), financeReasoning()} }

// Kinds lists what can be imported.
func Kinds() []string {
	var kinds []string
	for _, s := range suites() {
		kinds = append(kinds, s.kind)
	}
	return kinds
}

// Import reads the data and makes the task of it.
func Import(o Options) (Imported, error) {
	at := slices.IndexFunc(suites(), func(s suite) bool { return s.kind == o.Kind })
	if at < 0 {
		return Imported{}, results.Bad(fmt.Errorf("import: unknown data set %q: want %s", o.Kind, strings.Join(Kinds(), ", ")))
	}
	s := suites()[at]
	tables, others, err := readTables(o.From, s.needs...)
	if err != nil {
		return Imported{}, err
	}
	if err := allPages(o.From, tables); err != nil {
		return Imported{}, err
	}
	m := &Manifest{Task: s.kind, Importer: version, Seed: o.Seed, NotRead: others}
	for _, t := range tables {
		if err := m.input(t); err != nil {
			return Imported{}, err
		}
	}
	entries, left, err := s.read(tables)
	if err != nil {
		return Imported{}, err
	}
	m.LeftOut = left
	if err := sameIDs(entries); err != nil {
		return Imported{}, err
	}
	entries = s.usable(entries, m)
	if s.similar {
		together(entries)
	}
	if len(entries) < 8 {
		return Imported{}, results.Bad(fmt.Errorf("import: %s: %d usable items are too few for a task", o.From, len(entries)))
	}
	made := s.part(entries, o.Seed, m)
	if len(o.SeedFrom) > 0 {
		if made.Content.Seed, err = s.drawPool(o, entries, m); err != nil {
			return Imported{}, err
		}
	}
	return made, m.close(&made)
}

// eachRow is a reader of records that each say all about themselves.
func eachRow(read func(r row) (entry, error)) func(tables []table) ([]entry, []Left, error) {
	return func(tables []table) (entries []entry, _ []Left, err error) {
		for _, t := range tables {
			for _, r := range t.rows {
				e, err := read(r)
				if err != nil {
					return nil, nil, err
				}
				entries = append(entries, e)
			}
		}
		return entries, nil, nil
	}
}

// sameIDs refuses an id that two questions or answers have.
func sameIDs(entries []entry) error {
	first := map[string]entry{}
	for _, e := range entries {
		before, ok := first[e.item.ID]
		if !ok {
			first[e.item.ID] = e
		} else if folder.Normal(before.item.Question) != folder.Normal(e.item.Question) {
			return e.row.fault("another question in %[2]s:%[3]d has the id %[1]q too", e.item.ID, before.row.file, before.row.line)
		} else if before.item.Answer != e.item.Answer {
			return e.row.fault("id %q has another answer in %s:%d", e.item.ID, before.row.file, before.row.line)
		}
	}
	return nil
}

// usable leaves out repetitions and items that no response can be right for.
func (s suite) usable(entries []entry, m *Manifest) []entry {
	e, err := evaluators.ByName(s.evaluator)
	if err != nil {
		panic(err) // one of the program's own
	}
	seen := map[string]string{}
	return slices.DeleteFunc(entries, func(x entry) bool {
		reason := ""
		key := folder.Normal(x.item.Question)
		if before, ok := seen[key]; ok {
			reason = "it repeats " + before
		} else if err := e.Check(x.item); err != nil {
			reason = "it cannot be answered: " + err.Error()
		}
		if reason != "" {
			m.LeftOut = append(m.LeftOut, Left{x.item.ID, x.row.at(), reason})
			return true
		}
		seen[key] = x.item.ID
		return false
	})
}

// together gives problems that are nearly the same a key of the split in common.
func together(entries []entry) {
	texts := make([]string, len(entries))
	for i, e := range entries {
		texts[i] = e.raw
	}
	members := map[int][]int{}
	groups, _ := words.Together(len(texts), nil, words.Pairs(texts))
	for i, group := range groups {
		members[group] = append(members[group], i)
	}
	for _, list := range members {
		if len(list) == 1 {
			continue
		}
		name := ""
		for _, i := range list { // by content, whatever the order of the records
			if text := folder.Normal(entries[i].raw); name == "" || text < name {
				name = text
			}
		}
		for _, i := range list {
			entries[i].keys = append(entries[i].keys, "a:"+name)
		}
	}
}

// part divides the items among the sets.
func (s suite) part(entries []entry, seed uint64, m *Manifest) Imported {
	parted, size := make([]split.Item, len(entries)), map[string]int{}
	for _, e := range entries {
		size[e.item.Fields[folder.GroupField]]++
	}
	for i, e := range entries {
		parted[i] = split.Item{Stratum: e.stratum, Keys: e.keys}
		if group := e.item.Fields[folder.GroupField]; s.sized && group != "" {
			parted[i].Trait = fmt.Sprintf("%d on one context", size[group])
		}
	}
	made := Imported{Manifest: m}
	for i, p := range s.divide(parted, s.shares, seed) {
		switch e := entries[i]; p {
		case 0:
			made.Content.Public = append(made.Content.Public, e.item)
		case 1:
			made.Private = append(made.Private, e.item)
		default:
			if found := folder.Answered(e.raw); found != "" {
				m.LeftOut = append(m.LeftOut, Left{e.item.ID, e.row.at(), fmt.Sprintf("as a seed question it holds an answer: %q", found)})
				continue
			}
			made.Content.Seed = append(made.Content.Seed, e.raw)
		}
	}
	byID := func(a, b tasks.Item) int { return strings.Compare(a.ID, b.ID) }
	slices.SortFunc(made.Content.Public, byID)
	slices.SortFunc(made.Private, byID)
	slices.Sort(made.Content.Seed)
	made.Content.Seed = slices.Compact(made.Content.Seed)
	made.Content.Manifest = m
	brief(&made.Content, s)
	made.Content.Config.Sizes.Private = len(made.Private)
	return made
}
