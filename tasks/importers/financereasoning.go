package importers

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strconv"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/finance"
	"github.com/autodatabench/autodatabench/tasks/folder"
	"github.com/autodatabench/autodatabench/tasks/split"
)

// financeReasoning reads FinanceReasoning, half of which becomes the seed pool.
func financeReasoning() suite {
	return suite{
		kind: "financereasoning", title: "FinanceReasoning: numeric questions on financial reports and formulas", domain: results.Finance, evaluator: "finance",
		licence: "CC-BY-4.0 (as its Hugging Face card states; parts have their own terms)", source: "FinanceReasoning, github.com/BUPT-Reasoning-Lab/FinanceReasoning",
		needs: []string{"question_id", "question", "context", "ground_truth", "level"}, shares: []int{1, 3, 4}, divide: split.Balance, sized: true, similar: true, read: eachRow(financeEntry),
	}
}

func financeEntry(r row) (entry, error) {
	id, err := r.text("question_id")
	if err != nil {
		return entry{}, err
	}
	question, err := r.text("question")
	if err != nil {
		return entry{}, err
	}
	level, err := r.text("level")
	if err != nil {
		return entry{}, err
	}
	answer, err := r.scalar("ground_truth")
	if err != nil {
		return entry{}, err
	}
	if err := r.finite("ground_truth", answer); err != nil {
		return entry{}, err
	}
	question, context := strings.TrimSpace(question), strings.TrimSpace(r.optional("context"))
	if question == "" || id == "" {
		return entry{}, r.fault("field question or question_id is empty")
	}
	e := entry{
		item: tasks.Item{ID: id, Question: finance.Prompt(question, context), Answer: plainAnswer(answer)},
		row:  r, raw: question, stratum: level, keys: []string{"q:" + folder.Normal(question)},
	}
	if context != "" {
		e.raw = context + "\n\n" + question
	}
	if context != "" && context != noContext {
		sum := sha256.Sum256([]byte(folder.Normal(context)))
		group := "context " + hex.EncodeToString(sum[:8])
		e.item.Fields = map[string]string{folder.GroupField: group}
		e.keys = append(e.keys, group)
	}
	return e, nil
}

// noContext is what 121 published questions have in place of a context. They belong
// together no more than those with an empty one.
const noContext = "[]"

var integer = regexp.MustCompile(`^-?(?:0|[1-9]\d*)$`)

// plainAnswer writes a number the same whichever form stored it; all else stays.
func plainAnswer(text string) string {
	if integer.MatchString(text) {
		return text // with all its digits
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return strings.ToLower(text) // a boolean
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}
