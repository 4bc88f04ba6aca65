package folder

import (
	"fmt"
	"strings"

	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/words"
)

// Normal is a question for comparison: lower case, white space as single spaces.
func Normal(question string) string {
	return strings.Join(strings.Fields(strings.ToLower(question)), " ")
}

// GroupField names the field of items that must not be parted.
const GroupField = tasks.GroupField

// check reports what is wrong between the files of the folder.
func (f *Folder) check() (findings []Finding) {
	for _, part := range []struct {
		file        string
		count, want int
		least       bool // at least one
	}{
		{publicFile, len(f.Public), f.Config.Sizes.Public, true},
		{seedFile, len(f.Seed), f.Config.Sizes.Seed, false},
		{sampleFile, len(f.Sample), len(f.Sample), true},
	} {
		switch {
		case part.count == 0 && part.least:
			findings = append(findings, Finding{f.path(part.file), 0, "it holds nothing that can be used"})
		case part.count != part.want && f.Config.Name != "": // else task.yaml was not read
			findings = append(findings, Finding{f.path(part.file), 0,
				fmt.Sprintf("it holds %d good entries, and %s says %d", part.count, ConfigFile, part.want)})
		}
	}
	_, repeated := f.Shown()
	return append(append(findings, repeated...), f.strangers()...)
}

// Shown is everything that a task shows, for finding it elsewhere.
type Shown struct {
	questions, ids, groups map[string]string // to the place
	description            string
}

// Shown collects what the folder shows. Findings are what it shows twice.
func (f *Folder) Shown() (Shown, []Finding) {
	s := Shown{questions: map[string]string{}, ids: map[string]string{}, groups: map[string]string{}, description: Normal(f.Description)}
	var findings []Finding
	add := func(file string, line int, question string) {
		place := Finding{File: f.path(file), Line: line}
		if before, ok := s.questions[Normal(question)]; ok {
			place.Reason = "the question is also in " + before
			findings = append(findings, place)
			return
		}
		s.questions[Normal(question)] = at(file, line)
	}
	for _, p := range f.Public {
		if before, ok := s.ids[p.Value.ID]; ok {
			findings = append(findings, Finding{f.path(publicFile), p.Line, fmt.Sprintf("id %q is also in %s", p.Value.ID, before)})
		}
		s.ids[p.Value.ID] = at(publicFile, p.Line)
		if group := p.Value.Fields[GroupField]; group != "" {
			s.groups[group] = s.ids[p.Value.ID]
		}
		add(publicFile, p.Line, p.Value.Question)
	}
	for _, p := range f.Seed {
		add(seedFile, p.Line, p.Value)
	}
	for _, p := range f.FewShot {
		add(shotsFile, p.Line, p.Value.Question)
	}
	// A few-shot example may be a row of the sample too; a test question may not.
	for _, p := range f.Sample {
		if before := s.questions[Normal(p.Value.Prompt())]; before != "" && !strings.HasPrefix(before, shotsFile) {
			findings = append(findings, Finding{f.path(sampleFile), p.Line, "the question is also in " + before})
		} else if before == "" {
			s.questions[Normal(p.Value.Prompt())] = at(sampleFile, p.Line)
		}
	}
	return s, findings
}

// at is a place, without the line where it is not known.
func at(file string, line int) string {
	if line == 0 {
		return file
	}
	return fmt.Sprintf("%s:%d", file, line)
}

// ShownBy is what a task shows, without the lines it stands on.
func ShownBy(t tasks.Task) Shown {
	f := &Folder{
		Description: t.Brief.Description, FewShot: unplaced(t.Brief.FewShot), Sample: unplaced(t.Brief.Sample),
		Public: unplaced(t.Public), Seed: unplaced(t.Seed),
	}
	s, _ := f.Shown()
	return s
}

func unplaced[T any](list []T) []Placed[T] {
	placed := make([]Placed[T], len(list))
	for i, v := range list {
		placed[i] = Placed[T]{Value: v}
	}
	return placed
}

// shortest is how many bytes of a question are no chance when a text holds them.
const shortest = 20

// Hidden reports which of the private items, read from file, are shown, repeated
// or parted from their group.
func (s Shown) Hidden(file string, items []Placed[tasks.Item]) (findings []Finding) {
	ids, questions := map[string]int{}, map[string]int{}
	for _, p := range items {
		key := Normal(p.Value.Question)
		for _, rule := range []struct {
			broken bool
			reason string
		}{
			{s.questions[key] != "", "the private question is also in " + s.questions[key]},
			{len(key) > shortest && words.Hold(s.description, key), "the private question is also in " + descriptionFile},
			{s.ids[p.Value.ID] != "", fmt.Sprintf("id %q is also in %s", p.Value.ID, s.ids[p.Value.ID])},
			{s.groups[p.Value.Fields[GroupField]] != "", fmt.Sprintf("group %q is shown in %s", p.Value.Fields[GroupField], s.groups[p.Value.Fields[GroupField]])},
			{ids[p.Value.ID] != 0, fmt.Sprintf("id %q is also in line %d", p.Value.ID, ids[p.Value.ID])},
			{questions[key] != 0, fmt.Sprintf("the question is also in line %d", questions[key])},
		} {
			if rule.broken {
				findings = append(findings, Finding{file, p.Line, rule.reason})
			}
		}
		ids[p.Value.ID], questions[key] = p.Line, p.Line
	}
	return findings
}
