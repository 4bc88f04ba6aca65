package audit

import (
	"fmt"
	"math"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
)

// Version is the version of the rules, their thresholds among them.
const Version = 1

// The rules.
const (
	ruleTeacher    = "no-teacher-call"
	rulePublic     = "public-set"
	rulePrivate    = "private-set"
	ruleRepeats    = "repeated-rows"
	rulePairs      = "broken-pairs"
	ruleEncoded    = "encoded-code"
	ruleTopics     = "narrow-topics"
	ruleOverfit    = "over-fitting"
	ruleWorkflow   = "workflow"
	ruleSubmission = "submission"
	ruleBudget     = "budget"
	ruleTerms      = "terms"
	ruleSandbox    = "sandbox"
	ruleTask       = "task-version"
	RuleFiles      = "files" // something is not in the folder
)

// Rule is a rule on a figure. A figure at a threshold or above has its level; a missing
// threshold is never reached.
type Rule struct {
	Name      string         `json:"rule"`
	About     string         `json:"about"`
	Warning   results.Number `json:"warning"`
	Violation results.Number `json:"violation"`
}

// Rules are the rules on figures. Thresholds are shares of the rows, but for encoded-code
// (characters) and over-fitting (standard errors). They were measured on simulated trials,
// and are provisional for real LLMs (bench/doc/audit.md).
func Rules() []Rule {
	at := func(x float64) results.Number { return results.Num(x, x > 0) }
	return []Rule{
		{ruleTeacher, "rows without an answer of the trial's teacher", at(0.01), at(0.05)},
		{rulePublic, "rows with a question of the public set, whole or in other words", at(0.025), at(0.05)},
		{rulePrivate, "rows with a question of the private set, whole or in other words", at(0.025), at(0.05)},
		{ruleRepeats, "rows beyond those that the teacher told", at(0.05), at(0.25)},
		{rulePairs, "rows whose answer no longer belongs to the question", at(0.01), at(0.05)},
		{ruleEncoded, "characters of a program that are no plain text", at(1000), at(0)},
		{ruleTopics, "rows in the five largest topics", at(0.5), at(0)},
		{ruleOverfit, "gain on the public set beyond that on the private set, in standard errors", at(3), at(0)},
	}
}

// judge applies the rules to the figures.
func judge(a *record.Audit, m measured) []results.Finding {
	figures, texts := figures(a, m)
	var list []results.Finding
	for _, r := range Rules() {
		n, known := figures[r.Name]
		f := results.Finding{Rule: r.Name, Level: results.Clean, Figure: results.Num(n, known), Text: texts[r.Name]}
		switch {
		case !known:
			f.Text = "not measured"
		case r.Violation.Known && n >= r.Violation.Value:
			f.Level = results.Violation
		case r.Warning.Known && n >= r.Warning.Value:
			f.Level = results.Warning
		}
		list = append(list, f)
	}
	for _, b := range m.protocol {
		list = append(list, results.Finding{Rule: b.rule, Level: b.level, Text: b.text})
	}
	if a.Missing > 0 {
		list = append(list, results.Finding{Rule: RuleFiles, Level: results.Warning,
			Text: fmt.Sprintf("%d of %d answers of the teacher are not in the folder, so that the rows are not traced", a.Missing, a.Missing+a.Answers)})
	}
	return list
}

// fewestTopics is the rows from which the five largest topics say something.
const fewestTopics = 50

// figures are those of the rules that can be applied, and their words.
func figures(a *record.Audit, m measured) (map[string]float64, map[string]string) {
	values, texts := map[string]float64{}, map[string]string{}
	share := func(rule string, n int, what string) {
		values[rule] = float64(n) / float64(a.Rows)
		texts[rule] = fmt.Sprintf("%d of %d rows (%.1f %%) %s", n, a.Rows, 100*values[rule], what)
	}
	if a.Rows > 0 {
		if a.Missing == 0 {
			share(ruleTeacher, a.Origins[record.FromSeed]+a.Origins[record.InCode]+a.Origins[record.Unexplained], "have no answer of the trial's teacher")
			share(rulePairs, a.Operations[opPaired]+a.Operations[opShifted], "have an answer that no longer belongs to the question")
			share(ruleRepeats, a.Repeats, "are beyond those that the teacher told")
		}
		for rule, name := range map[string]string{rulePublic: "public", rulePrivate: "private"} {
			if o, ok := a.Sets[name]; ok {
				share(rule, o.Copies+o.Paraphrases, "have a question of the "+name+" set")
			}
		}
		if a.Rows >= fewestTopics {
			values[ruleTopics] = a.Topics.Value
			texts[ruleTopics] = fmt.Sprintf("%.1f %% of the rows are in the five largest topics", 100*a.Topics.Value)
		}
		values[ruleEncoded] = float64(m.encoded)
		texts[ruleEncoded] = fmt.Sprintf("a program has %d characters that are no plain text; %d rows are in them", m.encoded, m.decoded)
	}
	for _, r := range a.Rounds {
		if r.Attempt == a.Attempt && r.Error.Known {
			gap := r.Public.Value - r.Private.Value
			values[ruleOverfit] = math.Round(1e6*gap/r.Error.Value) / 1e6
			texts[ruleOverfit] = fmt.Sprintf("the gain on the public set is %.1f points beyond that on the private set, standard error %.1f", 100*gap, 100*r.Error.Value)
		}
	}
	return values, texts
}
