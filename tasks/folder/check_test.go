package folder

import (
	"fmt"
	"strings"
	"testing"

	"autodatabench/results"
	"autodatabench/tasks"
)

// Hidden finds what a private set shares with what is shown.
func TestHidden(t *testing.T) {
	c := content()
	c.Description = "Such as: How long is the Danube in km?"
	c.Public[0].Fields = map[string]string{GroupField: "g"}
	shown := ShownBy(tasks.Task{Public: c.Public, Seed: c.Seed, Brief: results.Brief{Description: c.Description, FewShot: c.FewShot, Sample: c.Sample}})
	place := func(id, question, group string) []Placed[tasks.Item] {
		item := tasks.Item{ID: id, Question: question, Answer: "1", Fields: map[string]string{GroupField: group}}
		return []Placed[tasks.Item]{{item, 1}, {tasks.Item{ID: "z", Question: "How long is the Ebro?"}, 2}}
	}
	for _, tt := range []struct {
		name  string
		items []Placed[tasks.Item]
		want  string
	}{
		{"clean", place("x", "How long is the Oder?", "h"), ""},
		{"public question", place("x", "How long is  the ELBE?", ""), "stands in public.jsonl too"},
		{"seed question", place("x", "How long is the Seine?", ""), "stands in seed.json too"},
		{"few-shot question", place("x", "How long is the Rhine?", ""), "stands in few_shot.json too"},
		{"description", place("x", "How long is the Danube in km?", ""), "stands in description.md too"},
		{"public id", place("a", "How long is the Oder?", ""), `id "a" stands in public.jsonl too`},
		{"group", place("x", "How long is the Oder?", "g"), `group "g" is shown`},
		{"twice", place("z", "How long is the Ebro?", ""), "stands in line 1 too"},
	} {
		findings := shown.Hidden("private.jsonl", tt.items)
		if tt.want == "" && len(findings) > 0 || !strings.Contains(fmt.Sprint(findings), tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, findings, tt.want)
		}
	}
}
