package mini

import (
	"embed"
	"strings"

	"github.com/autodatabench/autodatabench/results"
)

// What agents are told of a domain: <domain>.md is the goal and the areas,
// <domain>.rule.md the evaluation rule.
//
//go:embed brief
var briefs embed.FS

var titles = map[results.Domain]string{
	results.Science: "Quantitative science problems",
	results.Code:    "Predicting the value in an assertion",
	results.Finance: "Questions on financial figures",
}

const shots = 3 // few-shot examples, and again rows of the sample submission

// brief describes the domain. Its examples are drawn from the open split.
func brief(d results.Domain) results.Brief {
	b := results.Brief{
		Domain: d, Title: titles[d],
		Description:    briefText(string(d)+".md") + "\n\nExamples of questions:\n",
		EvaluationRule: Rule(d),
		PublicItems:    publicItems, PrivateItems: PrivateItems, SeedItems: poolItems,
		Sampling: results.Sampling{Temperature: 0.7, TopP: 1, MaxTokens: 128, Seed: 1},
	}
	for n, i := range Draw(d, Open, 2*shots, PublicWordings) {
		question, response := i.Question(), solved(i)
		if n < shots {
			b.FewShot = append(b.FewShot, results.Shot{Question: question, Solution: response})
			continue
		}
		b.Description += "\n```text\n" + question + "\n```\n"
		b.Sample = append(b.Sample, results.Row{Instruction: question, Output: response})
	}
	return b
}

// Rule is the domain's evaluation rule as an agent reads it.
func Rule(d results.Domain) string { return briefText(string(d) + ".rule.md") }

// solved is the response to a drawn instance.
func solved(i Instance) string {
	s, ok := i.Family.Solve(i.Vars)
	if !ok {
		panic("mini: family " + i.Family.Name + " cannot solve its own draw")
	}
	return Response(i.Family.Domain, s)
}

func briefText(name string) string {
	text, err := briefs.ReadFile("brief/" + name)
	if err != nil {
		panic("mini: " + err.Error())
	}
	return strings.TrimRight(string(text), "\n")
}
