package plan

import (
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/tasks"
)

// Rent is the most that a service takes for the student. The base student's answers come
// on top.
type Rent struct {
	Trainings int            `json:"trainings"`      // every attempt's, and those of final scores
	Train     float64        `json:"train_tokens"`   // every row as long as the recipe lets it be
	Questions int            `json:"questions"`      // of public and private sets
	Read      float64        `json:"prefill_tokens"` // every question as long as the window lets it be
	Written   float64        `json:"sample_tokens"`  // every answer as long as it may be
	USD       results.Number `json:"usd"`            // missing where the prices are not known, or a task is not here
}

// RentOf is the bill of the trials for a student at a service, nil for another. window
// is that of the student, in tokens; the tasks are those that are here.
func RentOf(f experiment.File, p results.Protocol, trials []results.TrialID, list []tasks.Task, window int) *Rent {
	at := f.Student.Rented()
	if at == nil {
		return nil
	}
	var r Rent
	known := true // every task is here
	of := map[results.Domain]tasks.Task{}
	for _, task := range list {
		of[task.Brief.Domain] = task
	}
	rows := float64(p.Recipe.Epochs) * float64(p.Budget.DatasetSize) * float64(p.Recipe.CutoffTokens)
	for _, id := range trials {
		attempts := p.Budget.MaxAttempts(id.Workflow)
		r.Trainings += attempts + p.FinalSeeds
		task, here := of[id.Domain]
		known = known && here
		questions, answer := attempts*task.Brief.PublicItems+p.FinalSeeds*task.Brief.PrivateItems, task.Brief.Sampling.MaxTokens
		r.Questions += questions
		r.Read += float64(questions * max(0, window-answer))
		r.Written += float64(questions * answer)
	}
	r.Train = float64(r.Trainings) * rows
	if price := at.Price; price != nil && known {
		r.USD = results.Num((price.Train*r.Train+price.Prefill*r.Read+price.Sample*r.Written)/1e6, true)
	}
	return &r
}
