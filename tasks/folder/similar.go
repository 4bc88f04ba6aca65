package folder

import (
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/words"
)

// Similar are two questions in different sets that are nearly the same.
type Similar struct {
	Question string  `json:"question"` // where it stands, as file:line
	Other    string  `json:"other"`    // where the earlier one stands
	Sets     string  `json:"sets"`     // such as "private and public"
	Likeness float64 `json:"likeness"` // 1: equal but for numbers
}

// stood is a question with its place.
type stood struct{ set, place string }

// Similar finds questions of the public set, the seed pool and the private set, read
// from file, that are nearly the same, numbers aside, as one in another of the three.
// Each is named once.
func (f *Folder) Similar(file string, private []Placed[tasks.Item]) []Similar {
	var texts []string
	var stands []stood
	add := func(set, file string, line int, question string) {
		texts, stands = append(texts, question), append(stands, stood{set, at(file, line)})
	}
	for _, p := range f.Public {
		add("public", f.path(publicFile), p.Line, p.Value.Question)
	}
	for _, p := range f.Seed {
		add("seed", f.path(seedFile), p.Line, p.Value)
	}
	for _, p := range private {
		add("private", file, p.Line, p.Value.Question)
	}
	likest := make([]words.Pair, len(texts)) // the earlier text in another set, by text
	for _, p := range words.Pairs(texts) {
		if stands[p.A].set != stands[p.B].set && p.Likeness > likest[p.B].Likeness {
			likest[p.B] = p
		} else if first := likest[p.A]; p.Likeness == 1 && first.Likeness > likest[p.B].Likeness {
			likest[p.B] = words.Pair{A: first.A, B: p.B, Likeness: first.Likeness} // as the first of its kind
		}
	}
	var list []Similar
	for i, p := range likest {
		if p.Likeness > 0 {
			list = append(list, Similar{stands[i].place, stands[p.A].place, stands[i].set + " and " + stands[p.A].set, p.Likeness})
		}
	}
	return list
}
