package final

import (
	"context"
	"fmt"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/private"
)

// Judge judges answers to the task's private set again and refuses verdicts that are not
// those of the task's evaluator. It returns the score that the answers have.
func Judge(root string, task tasks.Task, judged []results.Judged) (results.Score, error) {
	items, err := private.Open(root, task)
	if err != nil {
		return results.Score{}, err
	}
	if len(judged) != len(items) {
		return results.Score{}, fmt.Errorf("there are %d answers to %d questions", len(judged), len(items))
	}
	correct := make([]bool, len(items))
	for i, item := range items {
		if judged[i].Item != item.ID {
			return results.Score{}, fmt.Errorf("answer %d is to another question", i+1)
		}
		correct[i] = task.Evaluator.Judge(judged[i].Response, item).Correct
		if correct[i] != judged[i].Correct {
			return results.Score{}, fmt.Errorf("answer %d has another verdict than the evaluator gives", i+1)
		}
	}
	return count(correct), nil
}

func count(correct []bool) results.Score {
	score := results.Score{Total: len(correct), Items: results.ItemsOf(correct)}
	for _, right := range correct {
		if right {
			score.Correct++
		}
	}
	return score
}

// Has reports whether the task's private set is at hand.
func Has(root string, task tasks.Task) bool {
	_, err := private.Open(root, task)
	return err == nil
}

// Again makes a score anew, in a folder of its own: from the rows and the seed of the
// one that was, or, without rows, of the base student. No log has it.
func (s *Scorer) Again(ctx context.Context, task tasks.Task, rows []results.Row, was record.Score) (now record.Score, err error) {
	at, remove, err := disk.Scratch("again-")
	if err != nil {
		return now, err
	}
	defer remove()
	dir, terms := record.Final(at), s.terms(task, was.Terms.Recipe)
	if rows != nil {
		err = s.train(ctx, dir, task, terms, rows, was.Seed, false)
	} else {
		var items []tasks.Item
		if items, err = private.Open(s.PrivateRoot, task); err == nil {
			err = s.predict(ctx, dir, "", task, items, record.Score{Valid: true, Terms: terms})
		}
	}
	if err != nil {
		return now, err
	}
	return dir.Score().Read()
}
