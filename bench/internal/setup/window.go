package setup

import (
	"fmt"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/runner/student/checkpoint"
	"github.com/autodatabench/autodatabench/runner/student/hf"
	"github.com/autodatabench/autodatabench/runner/student/llamafactory"
)

// Render renders prompts in the chat template of the student's model, with the Python
// that trains it.
func Render(s experiment.Student, m checkpoint.Model, prompts []string) (hf.Rendering, error) {
	python := s.Python
	if s.Train == "llamafactory" && s.Infer != "hf" {
		var err error
		if python, err = llamafactory.Python(s.LlamaFactory); err != nil {
			return hf.Rendering{}, err
		}
	}
	return hf.Render(python, m, prompts)
}

// window refuses questions that leave no room for their answers. Servers refuse them as
// well, but not before they are asked; nobody cuts them.
func window(s experiment.Student, m checkpoint.Model, questions []string, answer int) error {
	r, err := Render(s, m, questions)
	if err != nil {
		return err
	}
	over, most := 0, 0
	for _, n := range r.Tokens {
		if n+answer > m.Context {
			over, most = over+1, max(most, n)
		}
	}
	if over == 0 {
		return nil
	}
	return results.Bad(fmt.Errorf("%d of %d questions do not fit the student %s: the longest has %d tokens in its chat template, its answer may have %d, and its window has %d",
		over, len(questions), m.Name, most, answer, m.Context),
		"leave these questions out of the task, allow shorter answers (sampling.max_tokens of task.yaml), or take a student with a longer window")
}

// Checkpoint is the model of the student on disk.
func (w World) Checkpoint(s experiment.Student) (checkpoint.Model, error) {
	if s.Rented() != nil {
		return checkpoint.OpenRented(s.Model, w.HubCache(), w.digestCache())
	}
	return checkpoint.Open(s.Model, w.HubCache(), w.digestCache())
}
