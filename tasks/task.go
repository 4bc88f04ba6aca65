// Package tasks describes a benchmark task: one domain with its evaluation rule,
// public test set and seed pool (protocol.md section 2).
//
// It is not for private sets, which only package tasks/private opens, and not for
// running anything. Invariants: a Task holds nothing that an agent may not see. The
// public set, the seed pool, the few-shot examples and the private set share no
// question.
package tasks

import (
	"github.com/autodatabench/autodatabench/results"
)

// Item is one question of an evaluation set.
type Item struct {
	ID       string            `json:"id"`
	Question string            `json:"question"` // the student's user text, whole
	Answer   string            `json:"answer"`
	Fields   map[string]string `json:"fields,omitempty"` // what the evaluator needs besides
}

// GroupField names, in Item.Fields, the group that an item belongs to, such as all
// questions on one text. Items of a group are never parted, and statistics draw them together.
const GroupField = "group"

// Evaluator judges responses. It is total: any text gets a verdict; nothing is
// executed or evaluated.
type Evaluator interface {
	Judge(response string, item Item) results.Verdict
}

// Task is everything about a domain that may be seen.
type Task struct {
	Name      string
	Suite     string // "mini", or "folder" for a task folder
	Brief     results.Brief
	Public    []Item
	Seed      []string // raw questions, never an answer
	Evaluator Evaluator

	PrivateDigest string // sha256 of a folder's private set; empty for suite mini
	Digest        string // sha256 over everything above but the evaluator's code, plus its name
}

// Evaluate judges responses[i] against items[i] and counts the correct ones.
// The slices have equal length.
func Evaluate(e Evaluator, items []Item, responses []string) ([]results.Judged, results.Score) {
	judged := make([]results.Judged, len(items))
	score := results.Score{Total: len(items)}
	for i, item := range items {
		judged[i] = results.Judged{Item: item.ID, Response: responses[i], Verdict: e.Judge(responses[i], item)}
		if judged[i].Correct {
			score.Correct++
		}
	}
	return judged, score
}
