package importers

import (
	"embed"
	"encoding/json"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks/evaluators"
	"github.com/autodatabench/autodatabench/tasks/folder"
)

// What agents are told of a suite: <kind>.md is the description, <kind>.json the
// examples, which are made up and stand in no data set.
//
//go:embed briefs
var briefs embed.FS

// brief fills in all of a task but its sets.
func brief(c *folder.Content, s suite) {
	var examples struct {
		FewShot []results.Shot `json:"few_shot"`
		Sample  []results.Row  `json:"sample_submission"`
	}
	if err := json.Unmarshal(briefFile(s.kind+".json"), &examples); err != nil {
		panic("importers: " + err.Error()) // it is part of the program, and tested
	}
	c.Description = strings.TrimSpace(string(briefFile(s.kind+".md"))) + "\n"
	c.FewShot, c.Sample = examples.FewShot, examples.Sample
	c.Config = folder.Config{
		Name: s.kind, Title: s.title, Domain: s.domain, Evaluator: evaluators.Spec{Kind: s.evaluator},
		StudentSampling: folder.Sampling{MaxTokens: 2_048, Seed: 1}, Licence: s.licence, Source: s.source,
	}
}

func briefFile(name string) []byte {
	data, err := briefs.ReadFile("briefs/" + name)
	if err != nil {
		panic("importers: " + err.Error())
	}
	return data
}
