package mini

import (
	"embed"
	"fmt"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks"
)

// Suite is the name of the embedded suite.
const Suite = "mini"

// The suite's sizes, in questions, and the seed that fixes what is drawn.
const (
	publicItems  = 100
	PrivateItems = 300
	poolItems    = 400
	suiteSeed    = 20260530
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

// Load returns the domain's task: the same on every machine.
func Load(d results.Domain) (tasks.Task, error) {
	if len(Families(d)) == 0 {
		return tasks.Task{}, results.Bad(fmt.Errorf("suite %s has no domain %q", Suite, string(d)),
			"the domains of suite mini are science, code and finance")
	}
	t := tasks.Task{Name: string(d), Suite: Suite, Brief: brief(d), Evaluator: Evaluator(d)}
	public, err := Items(d, Public, Draw(d, Public, publicItems, PublicWordings))
	if err != nil {
		return tasks.Task{}, err
	}
	t.Public = public
	for _, i := range Draw(d, Pool, poolItems, PublicWordings) {
		t.Seed = append(t.Seed, i.Question())
	}
	t.Digest, err = tasks.Digest(t, Suite+"/"+string(d))
	return t, err
}

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
		question, response := i.Question(), Response(d, i.solution())
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

func briefText(name string) string {
	text, err := briefs.ReadFile("brief/" + name)
	if err != nil {
		panic("mini: " + err.Error())
	}
	return strings.TrimRight(string(text), "\n")
}

// Items turns instances into questions with answers, named
// "science-public-017" by domain, split and number.
func Items(d results.Domain, split Split, instances []Instance) ([]tasks.Item, error) {
	items := make([]tasks.Item, len(instances))
	for n, i := range instances {
		s, ok := i.Family.Solve(i.Vars)
		if !ok {
			return nil, fmt.Errorf("suite %s: no solution for %q", Suite, i.Question())
		}
		items[n] = tasks.Item{ID: fmt.Sprintf("%s-%s-%03d", d, split, n+1), Question: i.Question(), Answer: s.Answer}
	}
	return items, nil
}
