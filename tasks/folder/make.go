package folder

import (
	"fmt"
	"maps"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/words"
)

// shots are how many pairs become examples.
const shots = 2

// Grouping counts the questions that stay together.
type Grouping struct {
	Groups  int `json:"groups"`  // of two questions or more
	Grouped int `json:"grouped"` // questions in them
	Similar int `json:"similar"` // similar questions that are not grouped, since they are too many for one set
}

// Group gives pairs that belong together one group: by the columns context and group
// and, with similar, questions that are equal but for numbers, nearly the same, or begin
// with the same long text. Where more than a quarter of all look similar, they are one
// kind of question, and are not held together.
func Group(pairs []Pair, similar bool) ([]Pair, Grouping) {
	texts := make([]string, len(pairs))
	first := map[string]int{}
	var stated []words.Pair
	for i, p := range pairs {
		texts[i] = p.Value.Question
		for _, name := range []string{GroupField, contextField} {
			key := name + "\x00" + Normal(p.Value.Fields[name])
			if j, ok := first[key]; ok {
				stated = append(stated, words.Pair{A: j, B: i})
			} else if p.Value.Fields[name] != "" {
				first[key] = i
			}
		}
	}
	groups, g := words.Groups(len(pairs), stated), Grouping{}
	if similar {
		groups, g.Similar = words.Together(len(pairs), stated, append(words.Pairs(texts), words.SharedBeginnings(texts)...))
	}
	size := map[int]int{}
	for _, group := range groups {
		size[group]++
	}
	made := make([]Pair, len(pairs))
	for i, p := range pairs {
		fields := map[string]string{}
		maps.Copy(fields, p.Value.Fields)
		delete(fields, contextField)
		delete(fields, GroupField)
		if n := size[groups[i]]; n > 1 {
			fields[GroupField] = "group of " + pairs[groups[i]].Value.ID
			g.Grouped++
			if groups[i] == i {
				g.Groups++
			}
		}
		if len(fields) == 0 {
			fields = nil
		}
		p.Value.Fields = fields
		made[i] = p
	}
	return made, g
}

// FromPairs makes a task of grouped pairs: two of them are examples, the rest is
// parted 1:3 into public and private by the seed. part is [split.Divide] for one
// stratum.
func FromPairs(c Config, pairs []Pair, part func(keys [][]string, shares []int) []int) (Content, []tasks.Item) {
	keys := make([][]string, len(pairs))
	for i, p := range pairs {
		keys[i] = []string{Normal(p.Value.Question)}
		if group := p.Value.Fields[GroupField]; group != "" {
			keys[i] = append(keys[i], "\x00"+group)
		}
	}
	public := (len(pairs) - shots + 2) / 4
	content := Content{Config: c}
	var private []tasks.Item
	for i, p := range part(keys, []int{shots, public, len(pairs) - shots - public}) {
		item := pairs[i].Value
		switch p {
		case 0:
			solution := "Therefore, the answer is " + item.Answer + "."
			content.FewShot = append(content.FewShot, results.Shot{Question: item.Question, Solution: solution})
			content.Sample = append(content.Sample, results.Row{Instruction: item.Question, Output: solution})
		case 1:
			content.Public = append(content.Public, item)
		default:
			private = append(private, item)
		}
	}
	content.Config.Sizes.Private = len(private)
	content.Description = fmt.Sprintf("Train a small student model to answer questions of the domain %s. The student should work the answer out in "+
		"short steps and\nclose with the line that the evaluation rule asks for.\n\nExamples of questions:\n", c.Domain)
	for _, shot := range content.FewShot {
		content.Description += "\n```text\n" + shot.Question + "\n```\n"
	}
	return content, private
}
